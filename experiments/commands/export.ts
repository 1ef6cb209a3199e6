/**
 * `deno task export`: a trained run for other libraries.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { exportRun, type Target, TARGETS } from "../export/export.ts";
import { userPath } from "../shell/command_line.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseFlags } from "../shell/flags.ts";
import { standardOutput } from "../shell/output.ts";
import { main, print } from "../shell/program.ts";
import { RUN_FLAGS } from "../use/flags.ts";

const FLAGS = {
  ...RUN_FLAGS,
  to: {
    type: "text",
    value: "<format>",
    allowed: TARGETS,
    help:
      "onnx: a folder of encoder.onnx and decoder.onnx; safetensors: the weights by PyTorch's " +
      "names; python: a folder of model.py for PyTorch and its weights",
  },
  out: {
    type: "path",
    value: "<path>",
    help: "the file (safetensors) or new folder (default: the name of the run and the format)",
  },
} as const;

const USAGE = `deno task export --run <run> --to onnx|safetensors|python [flags]

Write a trained run for other libraries. experiments/README.md says what each name means.

  deno task export --run runs/echo_mnist_binarized --to onnx --out echo_onnx
  deno task export --run runs/echo_mnist_binarized --to python`;

/** What follows the name of the run where no --out is given. */
const ENDINGS: Record<Target, string> = {
  onnx: "_onnx",
  safetensors: ".safetensors",
  python: "_python",
};

if (import.meta.main) await main(command);

/** Writes a run for another library. */
export async function command(args: string[]): Promise<void> {
  const given = parseFlags(FLAGS, args);
  if (given.help) return print(helpText(USAGE, FLAGS));
  const { run, to } = given;
  if (run === undefined) {
    throw new UserError("no run is given: --run takes its folder, such as --run runs/echo_mnist");
  }
  if (to === undefined) {
    throw new UserError(`no format is given: --to takes ${TARGETS.join(", ")}`);
  }
  const name = basename(resolve(run)).replace(/\.zip$/, "");
  const { out, files, bytes } = await exportRun(
    run,
    to,
    given.out ?? userPath(`${name}${ENDINGS[to]}`),
  );
  standardOutput(given.json).record(
    { out, files, bytes },
    `${out}: ${(bytes / 1e6).toFixed(2)} MB, ${files.join(", ")}`,
  );
}
