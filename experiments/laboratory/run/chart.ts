/**
 * The picture of a run's check: gaps between code and noise by dimension, and all estimates in
 * nats.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { INK, type Panel, svgText } from "../../formats/svg.ts";
import { intervalMarks, legend } from "../statistics/marks.ts";
import { kolmogorovSmirnovLimit, meanOf } from "../statistics/summary.ts";
import { BY_RUN } from "./findings.ts";
import type { RunJudgement } from "./judgement.ts";
import type { Trained } from "./trained.ts";

/** The text of the SVG file. */
export function runChart(trained: Trained, found: RunJudgement, source: string): string {
  const red = [...found.judgement.rows, ...found.facts.all]
    .filter(({ verdict }) => verdict === "red").length;
  const verdict = red === 0 ? "all green" : `${red} red`;
  return svgText(`${trained.name}: is its rate exact? ${verdict}`, source, [
    laws(found),
    nats(trained, found),
  ]);
}

/** Gaps divided by their limits. */
function laws({ judgement: { chance }, evidence: { gaps } }: RunJudgement): Panel {
  const shares = (of: typeof gaps.train) =>
    of.map(({ gap, n }, j) => ({ j: j + 1, share: gap / kolmogorovSmirnovLimit(n, chance) }));
  const series = [
    {
      gaps: gaps.train,
      text: "training codes: must be below 1",
      stroke: INK.first,
      fill: INK.first,
      symbol: "circle",
    },
    {
      gaps: gaps.test,
      text: "test codes against noise from training images",
      stroke: INK.second,
      fill: INK.second,
      symbol: "triangle",
    },
  ] as const;
  const top = Math.max(
    1,
    ...series.flatMap(({ gaps }) => shares(gaps).map(({ share }) => share)),
  );
  return {
    width: 420,
    height: 360,
    options: {
      marginLeft: 44,
      marginBottom: 40,
      x: { label: "dimension of the code; last: distance from the centre →" },
      y: {
        label: "↑ gap between the laws of code and noise, divided by its limit",
        domain: [0, 1.35 * top],
        grid: true,
      },
      marks: [
        Plot.ruleY([0], { stroke: INK.faint }),
        Plot.ruleY([1], { stroke: "currentColor", strokeDasharray: "4 3" }),
        // The training codes are drawn last and so on top.
        series.toReversed().map(({ gaps, text: _, ...style }) =>
          Plot.dot(shares(gaps), { x: "j", y: "share", r: 3, ...style })
        ),
        legend(series, { frameAnchor: "top-left", dx: 10, dy: 12 }),
      ],
    },
  };
}

/** Estimates of the information beside the formula, and the logarithms of the numbers of images. */
function nats({ train, test }: Trained, { judgement: { rows, limit } }: RunJudgement): Panel {
  const estimates = rows.filter(({ by }) => by !== BY_RUN).map((row) => ({
    name: row.relation === undefined
      ? row.channel
      : `${row.by.split(",")[0]} (at most the rate), test images`,
    expected: row.formula.value,
    value: row.estimate.value,
    low: row.estimate.value - limit * row.estimate.standardError,
    high: row.estimate.value + limit * row.estimate.standardError,
    color: row.verdict === "red" ? INK.second : INK.first,
  }));
  const counts = [train, test].map(({ images: { count } }) => ({
    nats: Math.log(count),
    text: `ln ${count.toLocaleString("en")}`,
  })).sort((a, b) => a.nats - b.nats);
  const names = estimates.map(({ name }) => name);
  const most = Math.max(meanOf(test.rate), ...estimates.map(({ high }) => high));
  return {
    width: 620,
    height: 360,
    options: {
      marginLeft: 280,
      marginTop: 36,
      marginBottom: 40,
      x: {
        label: `nats: estimates ± ${limit.toFixed(1)} standard errors, and ticks at the formula →`,
        domain: [0, 1.05 * most],
        grid: true,
      },
      y: { label: null, domain: names, tickSize: 0 },
      marks: [
        Plot.ruleX(counts, { x: "nats", stroke: INK.faint, strokeDasharray: "4 3" }),
        // The smaller label is left of its line and the larger right of it, as the lines may be
        // close.
        ...counts.map((count, i) =>
          Plot.text([count], {
            x: "nats",
            text: "text",
            frameAnchor: "top",
            dx: i === 0 ? 3 : -3,
            dy: -12,
            fontSize: 10,
            textAnchor: i === 0 ? "end" : "start",
          })
        ),
        intervalMarks(estimates),
      ],
    },
  };
}
