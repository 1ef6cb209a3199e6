/**
 * Packing a run into one file: the weights without the optimizer's state, and what tells of them.
 *
 * @module
 */

import { basename, resolve } from "node:path";
import { readRunConfig } from "../config/source.ts";
import { decodeTensors, type NamedArray } from "../formats/safetensors.ts";
import { encodeSealed } from "../formats/seal.ts";
import { writeZip } from "../formats/zip_writer.ts";
import { latentOf } from "../models/rules.ts";
import { readTest } from "../outcome/conclusion.ts";
import { checkFinite, openCheckpoint, paramArrays } from "../runs/arrays.ts";
import { folderAt } from "../runs/run_folder.ts";
import { UserError } from "../shell/errors.ts";
import { exists, readFile, writeFile } from "../shell/files.ts";
import { WEIGHTS } from "../trained/files.ts";
import { PACKED_CODES } from "../trained/weights.ts";
import { cardText } from "./card.ts";

/** A packed run. */
export interface Packed {
  /** The names of its files. */
  readonly files: readonly string[];
  readonly bytes: number;
}

/**
 * Packs the folder of a finished run.
 *
 * @throws {UserError} if there is none, it is not finished, or a file of it is damaged
 */
export async function packRun(path: string, out: string): Promise<Packed> {
  const folder = folderAt(path);
  if (!await exists(folder.config)) {
    throw new UserError(`there is no run in ${path}: ${folder.config} is missing`);
  }
  if (!await exists(folder.test)) {
    throw new UserError(`${path} is not finished: train it with --resume first`);
  }
  const config = await readRunConfig(folder.config);
  const source = folder.checkpoint;
  const { tensors, metadata } = await openCheckpoint(await readFile(source), source);
  const weights = new Map<string, NamedArray>(paramArrays(tensors));
  checkFinite(weights, source);
  if (latentOf(config).codeOf !== undefined) {
    const z = decodeTensors(await readFile(folder.codes), folder.codes).tensors.get("z");
    if (z === undefined) throw new UserError(`${folder.codes} has no array z`);
    weights.set(PACKED_CODES, z);
  }
  const { reconstructions, samples, traversals, scores } = folder;
  const pictures: string[] = [];
  for (const picture of [reconstructions, samples, traversals]) {
    if (await exists(picture)) pictures.push(picture);
  }
  const told = [folder.config, folder.history, folder.test];
  if (await exists(scores)) told.push(scores);
  const name = basename(resolve(path));
  const card = cardText({
    name,
    config,
    epochs: Number(metadata.epoch),
    test: await readTest(folder.test),
    pictures: pictures.map((picture) => basename(picture)),
  });
  const files = new Map<string, Uint8Array>([
    ["README.md", new TextEncoder().encode(card)],
    [WEIGHTS, await encodeSealed({ tensors: weights, metadata })],
  ]);
  for (const file of [...told, ...pictures]) files.set(basename(file), await readFile(file));
  const bytes = writeZip(files);
  await writeFile(out, bytes);
  return { files: [...files.keys()], bytes: bytes.length };
}
