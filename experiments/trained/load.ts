/**
 * Loading a run.
 *
 * @module
 */

import type { Device } from "../../mod.ts";
import { filesOf, type RunSource } from "./files.ts";
import { makeRun, type TrainedRun } from "./run.ts";
import { readWeights } from "./weights.ts";

/** Settings of {@linkcode loadRun}. */
export interface LoadRunOptions {
  /** The device that computes; the default device unless given. */
  readonly device?: Device;
}

/**
 * Loads a run: a folder that `deno task train` wrote, or the archive that `deno task pack` made of
 * one.
 *
 * @param source a path; or bytes, as a page has them: of the archive, of the checkpoint, or of the
 *   files of the folder by name
 * @throws {Error} with a sentence if there is no run, it is damaged, or another version wrote it
 */
export async function loadRun(
  source: RunSource,
  options: LoadRunOptions = {},
): Promise<TrainedRun> {
  const files = await filesOf(source);
  return makeRun(await readWeights(files, options.device), files.name, options.device);
}
