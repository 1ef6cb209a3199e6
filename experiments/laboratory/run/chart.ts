/**
 * The picture of a run's check: how the laws of code and noise agree by dimension, and all nats on one line.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { INK, type Panel, svgText } from "../../formats/svg.ts";
import { meanOf } from "../statistics/summary.ts";
import { gapLimit } from "../channels/row.ts";
import type { RunJudgement } from "./judgement.ts";
import type { Trained } from "./trained.ts";

/** The text of the SVG file. */
export function runChart(trained: Trained, found: RunJudgement, source: string): string {
  const { rows } = found.judgement;
  const red = rows.filter(({ verdict }) => verdict === "red").length +
    found.facts.all.filter(({ verdict }) => verdict === "red").length;
  const verdict = red === 0 ? "all green" : `${red} red`;
  return svgText(`${trained.name}: is its rate exact? ${verdict}`, source, [
    laws(found),
    nats(trained, found),
  ]);
}

/** Gaps as shares of what is allowed. */
function laws({ judgement: { chance }, evidence: { gaps } }: RunJudgement): Panel {
  const shares = (of: typeof gaps.train) =>
    of.map(({ gap, n }, j) => ({ j: j + 1, share: gap / gapLimit(n, chance) }));
  const dots = (of: typeof gaps.train, color: string, symbol: "circle" | "triangle") =>
    Plot.dot(shares(of), { x: "j", y: "share", stroke: color, fill: color, symbol, r: 3 });
  const label = (text: string, dy: number, color: string, symbol: "circle" | "triangle") => [
    Plot.dot([text], {
      frameAnchor: "top-left",
      dx: 10,
      dy,
      stroke: color,
      fill: color,
      symbol,
      r: 3,
    }),
    Plot.text([text], { frameAnchor: "top-left", dx: 18, dy: dy - 5, fontSize: 11 }),
  ];
  const top = Math.max(
    1,
    ...[gaps.train, gaps.test].flatMap((of) => shares(of).map((s) => s.share)),
  );
  return {
    width: 420,
    height: 360,
    options: {
      marginLeft: 44,
      marginBottom: 40,
      x: { label: "dimension of the code; last: distance from the centre →" },
      y: {
        label: "↑ gap between the laws of code and noise, of what is allowed",
        domain: [0, 1.35 * top],
        grid: true,
      },
      marks: [
        Plot.ruleY([0], { stroke: INK.faint }),
        Plot.ruleY([1], { stroke: "currentColor", strokeDasharray: "4 3" }),
        dots(gaps.test, INK.second, "triangle"),
        dots(gaps.train, INK.first, "circle"),
        ...label("training codes: must be below 1", 12, INK.first, "circle"),
        ...label("test codes against noise out of training images", 27, INK.second, "triangle"),
      ],
    },
  };
}

/** Estimates of the information beside the formula, with what limits them. */
function nats({ train, test }: Trained, { judgement: { rows, limit } }: RunJudgement): Panel {
  const estimates = rows.filter(({ by }) => by !== "the run itself").map((row) => ({
    name: row.relation === undefined
      ? row.channel
      : `${row.by.split(",")[0]} (at most the rate), test images`,
    nats: row.estimate,
    low: row.estimate - limit * row.standardError,
    high: row.estimate + limit * row.standardError,
    formula: row.formula,
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
        // The smaller to the left of its line, the larger to the right: they may be close.
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
        Plot.tickX(estimates, { x: "formula", y: "name", stroke: "currentColor", strokeWidth: 2 }),
        Plot.ruleY(estimates, { x1: "low", x2: "high", y: "name", stroke: "color" }),
        Plot.dot(estimates, { x: "nats", y: "name", stroke: "color", fill: "color", r: 3 }),
      ],
    },
  };
}
