/**
 * What all sections of the table share.
 *
 * @module
 */
import { libraryEcho, type Sampler } from "./draws.ts";
import { libraryMatrixEcho, type MatrixSampler } from "./matrix.ts";
import type { Finding } from "./row.ts";

/** Settings of a run. */
export interface Suite {
  /** How many draws a row is made of, about. */
  readonly draws: number;
  readonly seed: number;
  /** The samplers under test. */
  readonly sampler: Sampler;
  readonly matrixSampler: MatrixSampler;
}

/** The library's samplers, and as many draws as a minute allows. */
export const STANDARD: Suite = {
  draws: 40_000,
  seed: 1,
  sampler: libraryEcho,
  matrixSampler: libraryMatrixEcho,
};

/** Finds rows, one after another. */
export type Section = (suite: Suite) => AsyncGenerator<Finding>;
