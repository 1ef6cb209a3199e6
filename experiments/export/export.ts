/**
 * Writing a trained run for other libraries.
 *
 * @module
 */

import { basename, join, resolve } from "node:path";
import { encodeTensors } from "../formats/safetensors.ts";
import { reason, UserError } from "../shell/errors.ts";
import { exists, writeFile } from "../shell/files.ts";
import { filesOf } from "../trained/files.ts";
import { readWeights } from "../trained/weights.ts";
import { onnxFiles } from "./onnx.ts";
import { type Plan, planOf } from "./plan.ts";
import { pythonText } from "./python.ts";

/** What a run can be written for. */
export const TARGETS = ["onnx", "safetensors", "python"] as const;
export type Target = typeof TARGETS[number];

/** What was written. */
export interface Exported {
  readonly out: string;
  /** The files in the folder `out`; one, `out` itself, of safetensors. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Writes a run: a safetensors file, or a new folder of ONNX files or of a Python module.
 *
 * @param run the path of the run
 * @param out that of the file or folder
 * @throws {UserError} if there is no run, it has parts that the target does not have, or `out` is a
 *   folder that exists; nothing is written then
 */
export async function exportRun(run: string, to: Target, out: string): Promise<Exported> {
  const isFolder = to !== "safetensors";
  if (isFolder && await exists(out)) {
    throw new UserError(`${out} exists: --out takes the name of a new folder`);
  }
  const name = basename(resolve(run));
  const plan = await planOf(await readWeights(await filesOf(run)));
  const files = filesFor(to, plan, name);
  const sizes = [...files.values()].map((bytes) => bytes.length);
  const written = { out, files: [...files.keys()], bytes: sizes.reduce((a, b) => a + b) };
  if (!isFolder) {
    await writeFile(out, files.get(WEIGHTS)!);
    return { ...written, files: [basename(out)] };
  }
  await writeFolder(out, files);
  return written;
}

const WEIGHTS = "weights.safetensors";

function filesFor(to: Target, plan: Plan, name: string): Map<string, Uint8Array> {
  if (to === "onnx") return onnxFiles(plan, name);
  const weights = encodeTensors({ tensors: plan.weights, metadata: { format: "pt" } });
  if (to === "safetensors") return new Map([[WEIGHTS, weights]]);
  const text = new TextEncoder().encode(pythonText(plan, name));
  return new Map([["model.py", text], [WEIGHTS, weights]]);
}

/** Writes a folder whole or not at all: under another name, and then renamed. */
async function writeFolder(path: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const temporary = `${resolve(path)}.${Deno.pid}.tmp`;
  try {
    await Deno.mkdir(temporary);
    for (const [name, bytes] of files) await writeFile(join(temporary, name), bytes);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot write ${path}: ${reason(error)}`, { cause: error });
  }
}
