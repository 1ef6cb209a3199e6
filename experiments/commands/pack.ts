/**
 * `deno task pack`: a run as one file.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { userPath } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { endingOf } from "../use/open.ts";
import { packRun } from "../use/pack.ts";

const FLAGS = {
  out: {
    type: "path",
    value: "<file>",
    help: "the archive, a .zip (default: <name of the run>.zip)",
  },
  json: { type: "boolean", help: "print a JSON object of what was written" },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task pack <run folder> [flags]

Put a finished run into one file to share: config, weights without the optimizer's state, history,
test, pictures, and a model card. --config and --run take it, and loadRun in programs.

  deno task pack runs/echo_mnist_binarized --out echo.zip
  deno task sample --run echo.zip --out samples.png`;

if (import.meta.main) await main(command);

/** Packs a run. */
export async function command(args: string[]): Promise<void> {
  const { words: [word, ...more], values: given } = parseWords(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  if (word === undefined) throw new UserError("no run is given: deno task pack runs/echo_mnist");
  if (more.length > 0) throw new UserError(`pack takes one run, but got ${more[0]}, too`);
  const folder = userPath(word);
  const { path } = endingOf(given.out ?? userPath(`${basename(resolve(folder))}.zip`), [".zip"]);
  const { files, bytes } = await packRun(folder, path);
  standardOutput(given.json).record(
    { out: path, files, bytes },
    `${path}: ${(bytes / 1e6).toFixed(1)} MB, ${files.join(", ")}`,
  );
}
