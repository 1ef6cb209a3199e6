/**
 * The rate–distortion curves of a sweep: means over the seeds, as a picture and as a table.
 *
 * @module
 */

import { PALETTE_STYLE } from "../formats/palette.ts";
import { svgText } from "../formats/svg.ts";
import { type Column, tableText } from "../shell/table.ts";
import { type Measured, measured, measuredText } from "../laboratory/statistics/measured.ts";
import { type PlanePoint, rateDistortionPanel } from "../report/rate_distortion_plot.ts";
import type { SweepRow } from "./row.ts";

/** A point of a curve: the means over the seeds of a config and a β. */
interface CurvePoint extends PlanePoint {
  readonly seeds: number;
  readonly negativeElbo: Measured;
}

const COLUMNS: readonly Column<CurvePoint>[] = [
  { title: "config", left: true, cell: ({ curve }) => curve },
  { title: "β", cell: ({ beta }) => String(beta) },
  { title: "seeds", cell: ({ seeds }) => String(seeds) },
  { title: "rate", cell: ({ rate }) => measuredText(rate) },
  { title: "distortion", cell: ({ distortion }) => measuredText(distortion) },
  { title: "−ELBO", cell: ({ negativeElbo }) => measuredText(negativeElbo) },
];

/**
 * The picture as the text of an SVG file; there must be at least one row.
 *
 * @param source a description of the runs, for the subtitle
 */
export function curveSvg(rows: readonly SweepRow[], source: string): string {
  return svgText(
    "Rate and distortion on test images",
    `${source}; means over seeds, with their standard errors`,
    [rateDistortionPanel(curvePoints(rows))],
    PALETTE_STYLE,
  );
}

/** The table, in Markdown. */
export function curveTable(rows: readonly SweepRow[]): string {
  return tableText(COLUMNS, curvePoints(rows));
}

/** The points, config by config and by β. */
function curvePoints(rows: readonly SweepRow[]): CurvePoint[] {
  const groups = Map.groupBy(rows, ({ config, beta }) => `${config} ${beta}`);
  return [...groups.values()].map((group) => {
    const over = (of: (row: SweepRow) => number) => measured(group.map(of));
    return {
      curve: group[0].config,
      beta: group[0].beta,
      seeds: group.length,
      rate: over(({ rate }) => rate),
      distortion: over(({ distortion }) => distortion),
      negativeElbo: over((row) => row.negative_elbo),
    };
  });
}
