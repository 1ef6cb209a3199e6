/**
 * A temporary folder for the inputs of tasks.
 *
 * @module
 */

import { join } from "node:path";
import { makeFolder } from "../shell/files.ts";
import { writeFixture } from "./fixture.ts";
import type { StepTask } from "./task.ts";

/** Inputs of tasks. They are written on first use, and removed when this is disposed of. */
export interface Fixtures extends AsyncDisposable {
  /** The folder with the files of {@linkcode writeFixture} for a task. */
  of(task: StepTask): Promise<string>;
}

/** Makes the temporary folder. */
export async function openFixtures(): Promise<Fixtures> {
  const root = await Deno.makeTempDir({ prefix: "echograd_bench_" });
  const folders = new Map<string, Promise<string>>();

  async function write(task: StepTask, folder: string): Promise<string> {
    await makeFolder(folder);
    await writeFixture(folder, task);
    return folder;
  }
  return {
    of(task) {
      const folder = join(root, `${task.batch}_${task.hidden}`);
      if (!folders.has(folder)) folders.set(folder, write(task, folder));
      return folders.get(folder)!;
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
