/**
 * The picture of the table: each estimate against the exact information.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { INK, type Panel, svgText } from "../../formats/svg.ts";
import { legend } from "../statistics/marks.ts";
import { contrastedOf } from "./estimators.ts";
import { type EstimatorRow, type EstimatorTable, isFound } from "./run.ts";

/** Estimates outside of these limits are drawn at the edge. */
const EDGE = { low: 0.03, high: 100 };

/** The panels and their estimators. */
const PANELS: readonly { readonly title: string; readonly names: readonly string[] }[] = [
  { title: "neighbours and correlations", names: ["ksg", "cca", "entropies"] },
  {
    title: "with the density p(z|x)",
    names: ["infonce", "leave-one-out", "barber-agakov", "densities"],
  },
  { title: "trained critics", names: ["nwj", "flo", "mine", "smile"] },
];

const STYLES = [
  { stroke: INK.first, symbol: "circle" },
  { stroke: INK.second, symbol: "triangle" },
  { stroke: "currentColor", symbol: "times" },
  { stroke: INK.faint, symbol: "square" },
] as const;

/** The text of the SVG file. */
export function chart({ rows, estimators, samples, source }: EstimatorTable): string {
  const asked = estimators.map(({ name }) => name);
  const own = PANELS.flatMap(({ names }) => names);
  const outside = asked.filter((name) => !own.includes(name));
  const panels = [...PANELS, { title: "from outside", names: outside }].map(({ title, names }) => ({
    title,
    names: names.filter((name) => asked.includes(name)),
  })).filter(({ names }) => names.length > 0);
  return svgText(
    "Estimates of mutual information against the exact value, nats",
    `One mark a task; marks on the line are exact; marks outside ${EDGE.low} to ${EDGE.high} are at the edge. ` +
      source,
    panels.map(({ title, names }) => panelOf(title, names, rows, Math.log(contrastedOf(samples)))),
  );
}

const within = (nats: number): number => Math.min(EDGE.high, Math.max(EDGE.low, nats));

function panelOf(
  title: string,
  names: readonly string[],
  rows: readonly EstimatorRow[],
  ceiling: number,
): Panel {
  const points = (name: string) =>
    rows.flatMap(({ exact, estimates }) => {
      const cell = estimates[name];
      return cell !== undefined && isFound(cell)
        ? [{ exact: exact.value, nats: within(cell.value) }]
        : [];
    });
  const domain = [EDGE.low, EDGE.high], ticks = [0.1, 1, 10, 100];
  // A logarithmic scale drops labels that have a tickFormat, so the labels are given as `text`.
  const axis = { text: String, label: null };
  return {
    width: 350,
    height: 360,
    options: {
      marginTop: 34,
      marginLeft: 40,
      marginRight: 8,
      marginBottom: 40,
      x: { type: "log", domain: [0.07, 60] },
      y: { type: "log", domain, grid: false },
      marks: [
        Plot.axisX([0.1, 1, 10, 40], { ...axis, label: "exact →" }),
        Plot.axisY(ticks, axis),
        Plot.text([title], { frameAnchor: "top", dy: -30, fontSize: 12, fontWeight: 600 }),
        Plot.line([[0.07, 0.07], [60, 60]], { stroke: INK.faint }),
        ...(names.includes("infonce")
          ? [
            Plot.ruleY([ceiling], { stroke: INK.faint, strokeDasharray: "4 3" }),
            Plot.text([`ln ${Math.round(Math.exp(ceiling))}`], {
              x: 0.08,
              y: ceiling,
              textAnchor: "start",
              dy: -7,
              fontSize: 11,
            }),
          ]
          : []),
        ...names.flatMap((name, i) => {
          const { stroke, symbol } = STYLES[i % STYLES.length];
          return Plot.dot(points(name), { x: "exact", y: "nats", r: 3.5, symbol, stroke });
        }),
        legend(
          names.map((text, i) => ({ text, ...STYLES[i % STYLES.length] })),
          { frameAnchor: "bottom-right", dx: -100, dy: 1 - 15 * names.length },
        ),
      ],
    },
  };
}
