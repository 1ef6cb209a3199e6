/**
 * What all sections of the table share: their settings and their type.
 *
 * @module
 */
import { libraryEcho, type Sampler } from "./draws.ts";
import { libraryMatrixEcho, type MatrixSampler } from "./matrix.ts";
import type { Finding } from "./row.ts";

/** Settings of a run. */
export interface Suite {
  /** The approximate number of draws for each row. */
  readonly draws: number;
  readonly seed: number;
  /** The samplers under test. */
  readonly sampler: Sampler;
  readonly matrixSampler: MatrixSampler;
}

/** The library's samplers, with a number of draws that takes about a minute. */
export const STANDARD: Suite = {
  draws: 40_000,
  seed: 1,
  sampler: libraryEcho,
  matrixSampler: libraryMatrixEcho,
};

/** Yields findings one after another. */
export type Section = (suite: Suite) => AsyncGenerator<Finding>;
