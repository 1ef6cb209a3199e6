/**
 * Training through the loss of a device: a GPU that was reset, removed or crashed costs a part of an epoch, not the run.
 *
 * @module
 */

import { DeviceLostError } from "../../mod.ts";
import type { Device } from "../../mod.ts";
import { epochOf } from "../runs/checkpoint.ts";
import { UserError } from "../shell/errors.ts";
import { showLine } from "../shell/terminal.ts";
import { type Outcome, train } from "./trainer.ts";
import type { Run } from "../runs/run.ts";

/**
 * Trains as {@linkcode train} does, but goes on from the checkpoint on another device where one is lost; after a second
 * loss before an epoch is finished, that is the CPU. All devices are closed at the end, the run's too.
 *
 * @param reopen opens a device to go on with
 * @throws {UserError} as for {@linkcode train}, and if the device has too little memory
 * @throws {DeviceLostError} if the device was lost before there was a checkpoint
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
            `${error.message}: a smaller batch, fewer samples or a smaller model take less`,
            { cause: error },
          );
        }
        if (!(error instanceof DeviceLostError)) throw error;
        const finished = await epochOf(run.folder.checkpoint);
        if (finished === undefined) throw error;
        device.close();
        device = await reopen(finished === lostIn ? "cpu" : "same");
        [resume, lostIn] = [true, finished];
        const place = finished === 0 ? "from the start" : `after epoch ${finished}`;
        showLine(run.terminal, `${error.message}; going on ${place}, by ${device.description}`);
      }
    }
  } finally {
    device.close();
  }
}
