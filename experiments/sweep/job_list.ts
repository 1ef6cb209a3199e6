/**
 * The jobs of a sweep: every config with every β and every seed.
 *
 * @module
 */

import { type Changes, type NamedConfig, withChanges } from "../config/source.ts";
import { UserError } from "../shell/errors.ts";
import type { Job } from "../outcome/job.ts";
import { runFolder } from "../runs/run_folder.ts";

/** A run of a sweep. */
export interface SweepJob extends Job {
  /** The unique name of the job and its folder: `echo_beta0.5_seed2`. */
  name: string;
  /** The name of the config, without β and seed. */
  configName: string;
  beta: number;
  seed: number;
}

/** The factors whose product is the list of jobs. */
export interface Sweep {
  configs: readonly NamedConfig[];
  betas: readonly number[];
  /** The number of seeds 0, 1, … */
  seeds: number;
  /** Changes to all configs. */
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
 * @throws {UserError} if one is not a number of at least 0, or is listed twice
 */
export function parseBetas(list: string): number[] {
  const betas = list.split(",").map((text) => {
    const beta = text.trim() === "" ? NaN : Number(text);
    if (Number.isFinite(beta) && beta >= 0) return beta;
    throw new UserError(
      `--betas must be numbers of at least 0, separated by commas, but has "${text}"`,
    );
  });
  const twice = betas.find((beta, i) => betas.indexOf(beta) < i);
  if (twice !== undefined) throw new UserError(`--betas lists ${twice} twice`);
  return betas;
}
