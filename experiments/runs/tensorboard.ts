/**
 * The history of a run for TensorBoard. `history.jsonl` stays the source: a session writes the
 * epochs before it anew, into a file of its own, and then appends each epoch.
 *
 * @module
 */

import { join } from "node:path";
import {
  eventRecord,
  FILE_VERSION,
  joined,
  type TensorBoardEvent,
} from "../formats/tensorboard.ts";
import { appendFile, namesIn, removeFile, writeFile } from "../shell/files.ts";
import { type EpochRecord, type Metrics, readHistory } from "./history.ts";
import type { RunFolder } from "./run_folder.ts";

/** Writes the events of a run. */
export interface EventLog {
  /** Must be called with each epoch, once it is in the history. */
  epoch(record: EpochRecord): Promise<void>;
  /** Must be called at the end, with the losses on the test images. */
  test(losses: Metrics): Promise<void>;
}

/** Files that a session before may have left: TensorBoard takes any name with "tfevents". */
const OWN = /^events\.out\.tfevents\.\d+\.echograd$/;

/**
 * The event log of a run. Nothing is written before the first call, which finds the folder and its
 * history.
 *
 * @param now the milliseconds since 1970
 */
export function eventLog(folder: RunFolder, now: () => number = Date.now): EventLog {
  const path = join(folder.path, `events.out.tfevents.${Math.floor(now() / 1000)}.echograd`);
  let isBegun = false;
  const begin = async (history: readonly EpochRecord[]) => {
    const others = (await namesIn(folder.path)).filter((name) => OWN.test(name));
    await writeFile(
      path,
      joined([...opening(now()), ...pastEvents(history, now())].map(eventRecord)),
    );
    for (const name of others) {
      if (join(folder.path, name) !== path) await removeFile(join(folder.path, name));
    }
    isBegun = true;
  };
  return {
    async epoch(record) {
      if (isBegun) await appendFile(path, eventRecord(epochEvent(record, now() / 1000)));
      else await begin(await readHistory(folder.history));
    },
    async test(losses) {
      const history = await readHistory(folder.history);
      if (!isBegun) await begin(history);
      const event = {
        wallTime: now() / 1000,
        step: history.length,
        scalars: tagged(losses, "test"),
      };
      await appendFile(path, eventRecord(event));
    },
  };
}

/** The head of a file. A reader that has seen the events of a session before forgets them. */
function opening(now: number): TensorBoardEvent[] {
  const wallTime = now / 1000;
  return [{ wallTime, fileVersion: FILE_VERSION }, { wallTime, step: 1, starts: true }];
}

/** Events of epochs so far. A history has no times of day, so they are reckoned back from now. */
function pastEvents(history: readonly EpochRecord[], now: number): TensorBoardEvent[] {
  let after = history.reduce((sum, { seconds }) => sum + seconds, 0);
  return history.map((record) => epochEvent(record, now / 1000 - (after -= record.seconds)));
}

/** The numbers of an epoch. Those of training and validation stand side by side: rate/valid. */
function epochEvent(record: EpochRecord, wallTime: number): TensorBoardEvent {
  const { epoch: step, learningRate, beta, seconds, train, valid } = record;
  return {
    wallTime,
    step,
    scalars: {
      ...tagged(train, "train"),
      ...tagged(valid, "valid"),
      learningRate,
      ...beta === undefined ? {} : { beta },
      seconds,
    },
  };
}

const tagged = (losses: Metrics, split: string): Record<string, number> =>
  Object.fromEntries(Object.entries(losses).map(([name, value]) => [`${name}/${split}`, value]));
