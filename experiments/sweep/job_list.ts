/**
 * The jobs of a sweep: every config with every β and every seed.
 *
 * @module
 */

import { type Changes, type NamedConfig, withChanges } from "../config/source.ts";
import { UserError } from "../shell/errors.ts";
import type { Job } from "../outcome/job.ts";
import { runFolder } from "../runs/run_folder.ts";

/** A run on the curve. */
export interface SweepJob extends Job {
  /** That of its folder, and what distinguishes it: `echo_beta0.5_seed2`. */
  name: string;
  /** The name of its config before β. */
  configName: string;
  beta: number;
  seed: number;
}

/** What is multiplied to a list of jobs. */
export interface Sweep {
  configs: readonly NamedConfig[];
  betas: readonly number[];
  /** How many; they are 0, 1, … */
  seeds: number;
  /** Of all configs. */
  changes: Omit<Changes, "beta" | "seed">;
  runsDir: string;
}

/**
 * The jobs, seed by seed and β by β, so that a sweep that is stopped has as much of every curve as
 * possible.
 *
 * @throws {UserError} if a config has no rate that β could weigh, or a name that no folder can have
 */
export function jobList({ configs, betas, seeds, changes, runsDir }: Sweep): SweepJob[] {
  return Array.from({ length: seeds }, (_, seed) => seed).flatMap((seed) =>
    betas.flatMap((beta) =>
      configs.map(({ name: configName, config }) => {
        const name = `${configName}_beta${beta}_seed${seed}`;
        return {
          ...{ name, configName, beta, seed },
          config: withChanges(config, { ...changes, beta, seed }),
          folder: runFolder(runsDir, name),
        };
      })
    )
  );
}

/**
 * Reads a list of β such as `0.25,0.5,1`.
 *
 * @throws {UserError} if one of them is no weight, or is there twice
 */
export function parseBetas(list: string): number[] {
  const betas = list.split(",").map((text) => {
    const beta = text.trim() === "" ? NaN : Number(text);
    if (Number.isFinite(beta) && beta >= 0) return beta;
    throw new UserError(`--betas must be numbers of at least 0, with commas, but has "${text}"`);
  });
  const twice = betas.find((beta, i) => betas.indexOf(beta) < i);
  if (twice !== undefined) throw new UserError(`--betas has ${twice} twice`);
  return betas;
}
