/**
 * Trained runs: what `deno task train` left, as functions of images and codes. It needs no Deno: a
 * page loads a run from bytes.
 *
 * @example Codes and images of a run in a folder
 * ```ts ignore
 * import { key, openDevice } from "@echograd/echograd";
 * import { loadRun } from "@echograd/echograd/runs";
 *
 * const device = await openDevice("cpu");
 * const run = await loadRun("runs/echo_mnist_binarized", { device });
 * const samples = run.sample(key(0), 100); // [100, 28, 28]
 * const { z } = run.encode(samples); // [100, 32]
 * const decoded = await run.decode(z).read();
 * ```
 *
 * @module
 */
export { loadRun, type LoadRunOptions } from "./load.ts";
export type { RunCodes } from "./codes.ts";
export type { RunConfig, TrainedRun } from "./run.ts";
export type { RunSource } from "./files.ts";
export type { ImageRows } from "./images.ts";
