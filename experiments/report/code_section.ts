/**
 * The codes of the test images in their two principal components, a panel for each group of runs.
 *
 * @module
 */

import * as Plot from "@observablehq/plot";
import { greatest, median } from "../bench/statistics.ts";
import { plotText } from "../formats/svg.ts";
import { colorOf, PALETTE } from "../formats/palette.ts";
import type { CodeMap } from "./code_map.ts";
import { swatch } from "./curve_style.ts";
import { type Content, markup, trusted } from "./markup.ts";
import { chartOptions, PANEL } from "./panels.ts";
import type { Section, Shown } from "./section.ts";

/** A square frame: one unit is as long in both directions. */
const SQUARE = {
  ...PANEL,
  marginTop: 26,
  height: PANEL.width - PANEL.marginLeft - PANEL.marginRight + 26 + PANEL.marginBottom,
};

/** The codes of each group's first run. */
export function codeSection(all: readonly Shown[]): Section | undefined {
  const known = all.filter(({ details }) => details.codes !== undefined);
  if (known.length === 0) return undefined;
  const hasLabels = known.some(({ details }) => details.codes!.labels !== undefined);
  const content =
    markup`<p>One noisy code z of each test image, in the two directions in which the codes of a run vary most, with their
shares of the variance. ${
      hasLabels ? "A colour is a label of the data set, written at the median of its codes." : ""
    }</p>
<div class="panels">
${known.map(panel)}</div>`;
  return { id: "codes", title: "Codes", content };
}

function panel({ group: { name }, style, details }: Shown): Content {
  const text = details.codes!.fractions.map((part) => `${(100 * part).toFixed(0)} %`);
  return markup`<figure><figcaption><b>${trusted(swatch(style))}${name}</b></figcaption>
${
    trusted(
      chart(details.codes!, style.color, text)
        .replace("<svg", markup`<svg role="img" aria-label="Codes of ${name}"`.html),
    )
  }</figure>
`;
}

function chart({ points, labels }: CodeMap, color: string, [first, second]: string[]): string {
  const most = 1.04 * greatest(points.flat().map(Math.abs)) || 1;
  const frame = { ...SQUARE, x: [-most, most], y: [-most, most] } as const;
  const classes = [...Map.groupBy(points.keys(), (i) => labels?.[i] ?? 0)]
    .sort(([a], [b]) => a - b)
    .map(([label, places]) => ({ label, of: [...places].map((i) => points[i]) }));
  // With more classes than colours, all have the colour of the curve.
  const isColored = labels !== undefined && classes.length <= PALETTE.length;
  const colorAt = (i: number) => isColored ? colorOf(i) : color;
  return plotText({
    ...chartOptions(frame, {
      x: { ...AXIS, label: `first component, ${first}`, labelAnchor: "center" },
      y: { ...AXIS, label: `second component, ${second}` },
    }),
    marks: [
      Plot.frame({ strokeOpacity: 0.3 }),
      ...classes.map(({ of }, i) =>
        Plot.line(of, {
          ...{ curve: dots, stroke: colorAt(i), strokeOpacity: 0.7 },
          ...{ strokeWidth: 3, strokeLinecap: "round" },
        })
      ),
      ...isColored
        ? classes.map(({ label, of }, i) =>
          Plot.text([[median(of.map(([x]) => x)), median(of.map(([, y]) => y))]], {
            ...{ text: [String(label)], fill: colorAt(i), fontWeight: 700, fontSize: 15 },
            ...{ stroke: "var(--paper)", strokeWidth: 5 },
          })
        )
        : [],
    ],
  });
}

const AXIS: Plot.ScaleOptions = { ticks: 5, labelArrow: "none" };

/** A dot at each point; in one path they take a fifth of the bytes of circles. */
const dots = (path: { moveTo(x: number, y: number): void; closePath(): void }) => ({
  areaStart() {},
  areaEnd() {},
  lineStart() {},
  lineEnd() {},
  point(x: number, y: number) {
    path.moveTo(Math.round(10 * x) / 10, Math.round(10 * y) / 10);
    path.closePath();
  },
});
