/**
 * The picture of the table: the deviation of each row, and the error of the formula where it fails.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { INK, type Panel, svgText } from "../../formats/svg.ts";
import { intervalMarks, legend } from "../statistics/marks.ts";
import type { ChannelRow, Judgement } from "./row.ts";

/** The text of the SVG file. */
export function chart(judgement: Judgement, source: string): string {
  const { rows } = judgement;
  const red = rows.filter(isRed).length;
  const verdict = red === 0
    ? `${rows.length} rows, all green`
    : `${red} of ${rows.length} rows are red`;
  const panels = [scores(judgement), excesses(rows), failures(judgement)];
  return svgText(
    `Information against −E log |det S|: ${verdict}`,
    source,
    panels.filter((panel) => panel !== undefined),
  );
}

const isRed = ({ verdict }: ChannelRow): boolean => verdict === "red";

/** The z of all rows in their order. Values outside of the panel are drawn at its edge. */
function scores({ rows, limit }: Judgement): Panel {
  const sections = [...new Set(rows.map(({ section }) => section))];
  const first = (section: string) => rows.findIndex((row) => row.section === section);
  const edge = 1.5 * limit;
  const places = rows.map((row, place) => ({
    place,
    z: Math.max(-edge, Math.min(edge, row.z)),
    isRed: isRed(row),
  }));
  const dots = (of: typeof places, color: string, symbol: "circle" | "times") =>
    Plot.dot(of, { x: "z", y: "place", r: 3, symbol, stroke: color, fill: color });
  return {
    width: 340,
    height: 360,
    options: {
      marginLeft: 84,
      marginBottom: 40,
      x: { label: "estimate − known, in standard errors →", domain: [-edge, edge] },
      y: {
        label: null,
        domain: [rows.length, -1],
        ticks: sections.map(first),
        tickFormat: (place: number) => rows[place].section,
        tickSize: 0,
      },
      marks: [
        Plot.rect([0], {
          x1: -limit,
          x2: limit,
          y1: -1,
          y2: rows.length,
          fill: INK.faint,
          opacity: 0.15,
        }),
        Plot.ruleY(sections.slice(1).map((s) => first(s) - 0.5), {
          stroke: INK.faint,
          opacity: 0.5,
        }),
        Plot.ruleX([0], { stroke: INK.faint }),
        dots(places.filter((row) => !row.isRed), INK.first, "circle"),
        dots(places.filter((row) => row.isRed), INK.second, "times"),
      ],
    },
  };
}

/** The styles of the ways to draw echoes. */
const STYLES = [
  { stroke: INK.first, symbol: "circle" },
  { stroke: INK.first, symbol: "plus" },
  { stroke: INK.second, symbol: "triangle" },
  { stroke: "currentColor", symbol: "square" },
  { stroke: INK.faint, symbol: "diamond" },
] as const;

/** The information minus the rate by batch size, for each way to draw echoes. */
function excesses(rows: readonly ChannelRow[]): Panel | undefined {
  const points = rows.filter(({ section }) => section === "sampling").map((row) => {
    const [mode, batch] = row.channel.split(", batch ");
    const excess = row.estimate.value - row.formula.value;
    return {
      mode,
      batch: Number(batch),
      known: row.difference?.value ?? 0,
      excess,
      low: excess - row.estimate.standardError,
      high: excess + row.estimate.standardError,
    };
  });
  if (points.length === 0) return undefined;
  const modes = [...new Set(points.map(({ mode }) => mode))];
  return {
    width: 430,
    height: 360,
    options: {
      marginLeft: 52,
      marginRight: 20,
      marginBottom: 40,
      x: { type: "log" },
      y: { label: "↑ estimate − formula, nats (lines: known)", grid: true },
      marks: [
        // A logarithmic scale drops labels that have a tickFormat, so the labels are given as
        // `text`.
        Plot.axisX([...new Set(points.map(({ batch }) => batch))], {
          label: "examples in a batch →",
          text: String,
        }),
        Plot.ruleY([0], { stroke: INK.faint }),
        ...modes.flatMap((mode, i) => {
          const of = points.filter((point) => point.mode === mode);
          const { stroke, symbol } = STYLES[i];
          return [
            Plot.line(of, { x: "batch", y: "known", stroke }),
            Plot.ruleX(of, { x: "batch", y1: "low", y2: "high", stroke }),
            Plot.dot(of, { x: "batch", y: "excess", stroke, fill: stroke, symbol, r: 3 }),
          ];
        }),
        legend(
          modes.map((text, i) => ({ text, fill: STYLES[i].stroke, ...STYLES[i] })),
          { frameAnchor: "top-right", dx: -190, dy: 14 },
        ),
      ],
    },
  };
}

/** The information minus the formula, measured and known, where the formula must fail. */
function failures({ rows, limit }: Judgement): Panel | undefined {
  const points = rows.filter(({ fails }) => fails).map((row) => {
    const value = row.estimate.value - row.formula.value;
    const error = limit * row.estimate.standardError;
    return {
      name: row.channel,
      expected: row.difference?.value ?? 0,
      value,
      low: value - error,
      high: value + error,
      color: isRed(row) ? INK.second : INK.first,
    };
  });
  if (points.length === 0) return undefined;
  return {
    width: 520,
    height: 360,
    options: {
      marginLeft: 290,
      marginRight: 16,
      marginBottom: 40,
      x: {
        label: "where the formula must fail: estimate − formula, nats (ticks: known) →",
        grid: true,
        nice: true,
      },
      y: { label: null, domain: points.map(({ name }) => name), tickSize: 0 },
      marks: [
        Plot.ruleX([0], { stroke: INK.faint }),
        intervalMarks(points),
      ],
    },
  };
}
