/**
 * The sections of a report: each is a file that ends in `_section.ts`.
 *
 * @module
 */

import type { CurveStyle } from "./curve_style.ts";
import type { RunGroup } from "./group.ts";
import type { Content } from "./markup.ts";
import type { Details } from "./read_run.ts";
import type { Summary } from "./summary.ts";

/** A group of runs with everything that the page shows of it. */
export interface Shown {
  readonly group: RunGroup;
  /** The name of its curve in the rate–distortion plane. */
  readonly curve: string;
  /** How the curve is drawn, in all charts. */
  readonly style: CurveStyle;
  readonly summary: Summary;
  readonly details: Details;
}

/** A part of the page. */
export interface Section {
  /** The anchor that the page links to. */
  readonly id: string;
  readonly title: string;
  readonly content: Content;
}

/** The groups of each data set; losses on different data sets cannot be compared. */
export function byDataSet(all: readonly Shown[]): [dataset: string, Shown[]][] {
  return [...Map.groupBy(all, datasetOf)];
}

/** The groups of each β, which can be compared best; the smallest β first. */
export function byBeta(all: readonly Shown[]): [beta: number | undefined, Shown[]][] {
  return [...Map.groupBy(all, ({ summary }) => summary.beta)].sort(([a = 0], [b = 0]) => a - b);
}

/** The name of the data set of a group. */
export const datasetOf = ({ group }: Shown): string => group.config?.dataset ?? "unknown data set";

/**
 * Sorts groups by −ELBO, the best first: each data set on its own, and groups of finished runs
 * before those that have no results on test images.
 */
export function inOrder(all: readonly Shown[]): Shown[] {
  const names = [...new Set(all.map(datasetOf))];
  const place = (shown: Shown) => [
    names.indexOf(datasetOf(shown)),
    shown.summary.split === "test" ? 0 : 1,
    shown.summary.negativeElbo.value,
  ];
  return all.toSorted((a, b) => {
    const [of, to] = [place(a), place(b)];
    const i = of.findIndex((value, i) => value !== to[i]);
    return i < 0 ? 0 : of[i] - to[i];
  });
}
