/**
 * The sections of a report: each is a file that ends in `_section.ts`.
 *
 * @module
 */

import type { RunGroup } from "./group.ts";
import type { Content } from "./markup.ts";
import type { Details } from "./read_run.ts";
import type { Summary } from "./summary.ts";

/** A group of runs with everything that the page shows of it. */
export interface Shown {
  readonly group: RunGroup;
  /** The name of its curve in the rate–distortion plane. */
  readonly curve: string;
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
  return [...Map.groupBy(all, ({ group }) => group.config?.dataset ?? "unknown data set")];
}
