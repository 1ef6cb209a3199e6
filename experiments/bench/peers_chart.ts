/**
 * The picture of `deno task bench:peers`: the time of the same step in each library.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { type StepRecord, stepTaskOf } from "./records.ts";
import { INK, svgText } from "../formats/svg.ts";
import { millis } from "../shell/table.ts";
import { taskName } from "./task.ts";

/** The text of the SVG file. Libraries whose name starts with `ours` are highlighted. */
export function peersChart(steps: readonly StepRecord[], ours: string, source: string): string {
  const libraries = [...new Set(steps.map(({ library }) => library))];
  const tasks = [...new Set(steps.map((step) => taskName(stepTaskOf(step))))];
  const color = ({ library }: StepRecord) => library.startsWith(ours) ? INK.second : INK.first;
  const place = {
    x: "median_ms",
    y: "library",
    fy: (step: StepRecord) => taskName(stepTaskOf(step)),
  } as const;
  const absent = tasks.flatMap((fy) =>
    libraries
      .filter((y) => !steps.some((step) => step.library === y && place.fy(step) === fy))
      .map((y) => ({ fy, y }))
  );
  const times = steps.map((step) => step.median_ms);
  return svgText("Time of a training step, ms (logarithmic): less is better", source, [{
    width: 760,
    height: 50 + tasks.length * (34 + 22 * libraries.length),
    options: {
      marginLeft: 230,
      marginRight: 40,
      marginTop: 30,
      x: {
        type: "log",
        label: null,
        grid: true,
        domain: [0.8 * Math.min(...times), 1.6 * Math.max(...times)],
      },
      y: { domain: libraries, label: null, padding: 0.3 },
      fy: { domain: tasks, label: null, axis: null, padding: 0.15 },
      marks: [
        Plot.frame({ stroke: INK.faint, strokeOpacity: 0.4 }),
        Plot.text(tasks, {
          fy: (task: string) => task,
          text: (task: string) => task,
          frameAnchor: "top-left",
          dy: -14,
          fontWeight: "bold",
        }),
        Plot.ruleY(steps, {
          ...place,
          x: undefined,
          x1: "q1_ms",
          x2: "q3_ms",
          stroke: color,
          strokeWidth: 3,
          opacity: 0.5,
        }),
        Plot.dot(steps, {
          ...place,
          fill: color,
          r: 4.5,
          symbol: (step: StepRecord) => step.library.startsWith(ours) ? "diamond" : "circle",
        }),
        Plot.text(steps, {
          ...place,
          x: "q3_ms",
          text: (step: StepRecord) => millis(step.median_ms),
          textAnchor: "start",
          dx: 10,
        }),
        Plot.text(absent, {
          y: "y",
          fy: "fy",
          text: () => "not measured",
          frameAnchor: "left",
          dx: 10,
          opacity: 0.6,
        }),
      ],
    },
  }]);
}
