/**
 * What the tests of `deno task sweep` share: the command, tiny configs, and a folder for them.
 *
 * @module
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../../deno.json" with { type: "json" };
import { writeBars } from "./bars.ts";
import { temporaryFolder } from "./helpers.ts";

const SWEEP = fileURLToPath(new URL("../../experiments/sweep.ts", import.meta.url));

/** Starts `deno task sweep`, with its permissions. */
export function start(flags: readonly string[], env?: Record<string, string>): Deno.ChildProcess {
  const [, ...args] = settings.tasks.sweep.command.split(" ");
  return new Deno.Command(Deno.execPath(), {
    args: [...args.slice(0, -1), "--no-check", SWEEP, ...flags],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end. */
export async function sweep(
  flags: readonly string[],
  env?: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await start(flags, env).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Configs that train in a moment, one that fails in it, one that takes a while, and one that is never waited for. */
type Name = "a" | "b" | "exploding" | "long" | "endless";

const tiny = (latent: object, more: object = {}) =>
  JSON.stringify({ latent, encoder: [], decoder: [], batch: 50, epochs: 1, limit: 150, ...more });
const gaussian = { type: "gaussian", size: 2 };
const CONFIGS: Record<Name, string> = {
  a: tiny(gaussian),
  b: tiny(gaussian),
  exploding: tiny(gaussian, { learningRate: { type: "constant", rate: 1e30 } }),
  long: tiny(gaussian, { epochs: 100, batch: 2 }),
  endless: tiny(gaussian, { epochs: 100_000, batch: 2 }),
};

/** A folder with the configs above, images and, yet missing, runs; it is removed when it goes out of scope. */
export interface Place extends AsyncDisposable {
  path: string;
  runs: string;
  /** A file of images. */
  images: string;
  /** A list of configs. */
  configs(...names: Name[]): string;
  /** Flags for a sweep of configs in this place. */
  flags(...names: Name[]): string[];
  /** The text of a file in the folder of runs. */
  read(name: string): Promise<string>;
}

/** Makes a place. */
export async function makePlace(): Promise<Place> {
  const folder = await temporaryFolder();
  const runs = join(folder.path, "runs"), images = join(folder.path, "bars.npz");
  await writeBars(images);
  const file = (name: string) => join(folder.path, `${name}.json`);
  for (const [name, text] of Object.entries(CONFIGS)) await Deno.writeTextFile(file(name), text);
  const configs = (...names: Name[]) => names.map(file).join(",");
  return {
    ...folder,
    runs,
    images,
    configs,
    flags: (...names) => [
      ...["--configs", configs(...names), "--dataset", images],
      ...["--runs-dir", runs, "--device", "cpu"],
    ],
    read: (name) => Deno.readTextFile(join(runs, name)),
  };
}
