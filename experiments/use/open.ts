/**
 * Opening what the flags of a command name.
 *
 * @module
 */

import { type Device, openDevice } from "../../mod.ts";
import type { DeviceName } from "../../kernels/open.ts";
import { parseConfig } from "../config/schema.ts";
import type { Config } from "../config/config.ts";
import { UserError } from "../shell/errors.ts";
import { loadRun } from "../trained/load.ts";
import type { TrainedRun } from "../trained/run.ts";

/** A run that a command computes with; disposing of it closes its device. */
export interface OpenedRun extends Disposable {
  readonly run: TrainedRun;
  readonly config: Config;
  /** The path of the run. */
  readonly path: string;
}

/**
 * Opens the run that `--run` names.
 *
 * @throws {UserError} if there is none, it is damaged, or the device cannot be opened
 */
export async function openRun(
  { run: path, device: name, threads }: { run?: string; device: DeviceName; threads?: number },
): Promise<OpenedRun> {
  if (path === undefined) {
    throw new UserError("no run is given: --run takes its folder, such as --run runs/echo_mnist");
  }
  const device: Device = await openDevice(name, { threads }).catch((error: Error) => {
    throw new UserError(`cannot open the device ${name}: ${error.message}`);
  });
  try {
    const run = await loadRun(path, { device });
    const config = parseConfig(run.config, path);
    return { run, config, path, [Symbol.dispose]: () => device.close() };
  } catch (error) {
    device.close();
    throw error;
  }
}

/**
 * The ending of the file that `--out` names.
 *
 * @param endings those that the command can write, with their dot
 * @throws {UserError} for another one, or without `--out`
 */
export function endingOf<const E extends string>(
  out: string | undefined,
  endings: readonly E[],
): { path: string; ending: E } {
  const allowed = endings.join(", ");
  if (out === undefined) {
    throw new UserError(`no file is given: --out takes one that ends with ${allowed}`);
  }
  const ending = endings.find((ending) => out.endsWith(ending));
  if (ending !== undefined) return { path: out, ending };
  throw new UserError(`--out must end with ${allowed}, but is "${out}"`);
}
