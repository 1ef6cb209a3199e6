/**
 * The files of the inputs of tasks, in a temporary folder.
 *
 * @module
 */

import { join } from "node:path";
import { makeFolder, writeFile } from "../shell/files.ts";
import { type Fixture, makeFixture } from "./fixture.ts";
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

/**
 * Writes the inputs of a task to `params.f32`, `images.f32` and `noise.f32` as little-endian
 * float32.
 */
export async function writeFixture(folder: string, task: StepTask): Promise<void> {
  for (const [name, data] of Object.entries(makeFixture(task))) {
    await writeFile(join(folder, `${name}.f32`), new Uint8Array(data.buffer));
  }
}

/** Reads the files of {@linkcode writeFixture}. */
export function readFixture(folder: string): Fixture {
  const read = (name: keyof Fixture) =>
    new Float32Array(Deno.readFileSync(join(folder, `${name}.f32`)).buffer);
  return { params: read("params"), images: read("images"), noise: read("noise") };
}
