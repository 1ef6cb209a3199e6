/**
 * Recovery from a lost device: if a GPU is reset, removed or crashes, the run loses a part of an
 * epoch and continues.
 *
 * @module
 */

import { type Device, DeviceLostError } from "../../mod.ts";
import { epochOf } from "../runs/checkpoint.ts";
import { UserError } from "../shell/errors.ts";
import { showLine } from "../shell/terminal.ts";
import { type Outcome, train } from "./trainer.ts";
import type { Run } from "../runs/run.ts";

/**
 * Trains as {@linkcode train} does. If the device is lost, opens a new one and continues from the
 * checkpoint; after a second loss within the same epoch the new device is the CPU. At the end all
 * devices are closed, also the one of the run.
 *
 * @param reopen opens a new device
 * @throws {UserError} as for {@linkcode train}, and if the device has too little memory
 * @throws {DeviceLostError} if the device was lost before the first checkpoint
 */
export async function trainThroughLosses(
  run: Run,
  reopen: (which: "same" | "cpu") => Promise<Device>,
): Promise<Outcome> {
  let { device, resume } = run;
  let lostIn: number | undefined;
  try {
    for (;;) {
      try {
        return await train({ ...run, device, resume });
      } catch (error) {
        if (error instanceof RangeError && error.message.startsWith("Cannot allocate")) {
          throw new UserError(
            `${error.message}: use a smaller batch, fewer samples or a smaller model`,
            { cause: error },
          );
        }
        if (!(error instanceof DeviceLostError)) throw error;
        const finished = await epochOf(run.folder.checkpoint);
        if (finished === undefined) throw error;
        device.close();
        device = await reopen(finished === lostIn ? "cpu" : "same");
        [resume, lostIn] = [true, finished];
        const from = finished === 0 ? "from the start" : `after epoch ${finished}`;
        showLine(run.terminal, `${error.message}; continuing ${from} on ${device.description}`);
      }
    }
  } finally {
    device.close();
  }
}
