/**
 * The distances of the curves of a sweep from one of them, as a table and as CSV.
 *
 * @module
 */

import { type CsvRow, csvText } from "../formats/csv.ts";
import { measuredText } from "../laboratory/statistics/measured.ts";
import { baseOf, type CurveDistance, curveDistance } from "../report/bjontegaard.ts";
import { type Column, tableText } from "../shell/table.ts";
import type { SweepRow } from "./row.ts";

/** A curve with its distance from the base. */
interface DistanceRow extends CurveDistance {
  readonly config: string;
  readonly base: string;
}

const COLUMNS = [
  "config",
  "base",
  "delta_distortion",
  "delta_distortion_error",
  "delta_rate",
  "delta_rate_error",
];

/** The distance of each curve from the base; none if there is a single curve. */
function distanceRows(rows: readonly SweepRow[]): DistanceRow[] {
  const curves = Map.groupBy(rows, ({ config }) => config);
  const base = baseOf([...curves.keys()]);
  return [...curves].filter(([config]) => config !== base)
    .map(([config, runs]) => ({ config, base, ...curveDistance(runs, curves.get(base)!) }));
}

/** The table in Markdown, below a sentence that explains it; empty if there is a single curve. */
export function distanceTable(rows: readonly SweepRow[]): string {
  const distances = distanceRows(rows);
  if (distances.length === 0) return "";
  const [{ base }] = distances;
  const columns: readonly Column<DistanceRow>[] = [
    { title: `against ${base}`, left: true, cell: ({ config }) => config },
    {
      title: "Δ distortion",
      cell: ({ distortion }) => distortion ? measuredText(distortion) : "–",
    },
    { title: "Δ rate", cell: ({ rate }) => rate ? measuredText(rate) : "–" },
  ];
  return `Mean difference of distortion at equal rates, and of rate at equal distortions:\n\n` +
    tableText(columns, distances);
}

/** The distances as CSV. A field is empty where curves have no range in common, or one seed. */
export function distancesCsv(rows: readonly SweepRow[]): string {
  const known = (value?: number) => Number.isNaN(value) ? undefined : value;
  return csvText(
    distanceRows(rows).map(({ config, base, distortion, rate }): CsvRow => ({
      ...{ config, base },
      delta_distortion: distortion?.value,
      delta_distortion_error: known(distortion?.standardError),
      delta_rate: rate?.value,
      delta_rate_error: known(rate?.standardError),
    })),
    COLUMNS,
  );
}
