/**
 * The picture of the table: what each estimator says against what is so.
 *
 * @module
 */
import * as Plot from "@observablehq/plot";
import { INK, type Panel, svgText } from "../../formats/svg.ts";
import { contrastedOf, type EstimatorName } from "./estimators.ts";
import { type EstimatorRow, type EstimatorTable, isFound } from "./run.ts";

/** What is outside is drawn at the edge. */
const EDGE = { low: 0.03, high: 100 };

/** Panels, and what is drawn in each. */
const GROUPS: readonly { readonly title: string; readonly names: readonly EstimatorName[] }[] = [
  { title: "nearest neighbours", names: ["ksg", "entropies"] },
  {
    title: "by the density p(z|x)",
    names: ["infonce", "leave-one-out", "barber-agakov", "densities"],
  },
  { title: "trained critics", names: ["nwj", "mine", "smile"] },
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
  const panels = GROUPS.map(({ title, names }) => ({
    title,
    names: names.filter((name) => asked.includes(name)),
  })).filter(({ names }) => names.length > 0);
  return svgText(
    "Estimates of mutual information against the exact value, nats",
    `A mark is a task; on the line an estimate is right; below ${EDGE.low} and above ${EDGE.high} it is at the edge. ` +
      source,
    panels.map(({ title, names }) => panelOf(title, names, rows, Math.log(contrastedOf(samples)))),
  );
}

const within = (nats: number): number => Math.min(EDGE.high, Math.max(EDGE.low, nats));

function panelOf(
  title: string,
  names: readonly EstimatorName[],
  rows: readonly EstimatorRow[],
  ceiling: number,
): Panel {
  const points = (name: EstimatorName) =>
    rows.flatMap(({ exact, estimates }) => {
      const cell = estimates[name];
      return cell !== undefined && isFound(cell) ? [{ exact, nats: within(cell.mean) }] : [];
    });
  const domain = [EDGE.low, EDGE.high], ticks = [0.1, 1, 10, 100];
  // With `text`, as a logarithmic scale leaves out labels that it is given a format for.
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
          const { stroke, symbol } = STYLES[i];
          return Plot.dot(points(name), { x: "exact", y: "nats", r: 3.5, symbol, stroke });
        }),
        legend(names),
      ],
    },
  };
}

/** The names, in the corner below the line. */
const legend = (names: readonly EstimatorName[]): Plot.Markish[] =>
  names.flatMap((name, i) => {
    const { stroke, symbol } = STYLES[i];
    const dy = -14 - 15 * (names.length - 1 - i);
    const place = { frameAnchor: "bottom-right", dx: -100, dy } as const;
    return [
      Plot.dot([name], { ...place, stroke, symbol, r: 3.5 }),
      Plot.text([name], { ...place, dx: -90, dy: dy + 4, textAnchor: "start", fontSize: 11 }),
    ];
  });
