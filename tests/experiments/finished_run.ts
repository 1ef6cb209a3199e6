/**
 * Run folders such as training leaves them, without training: every number is made up.
 *
 * @module
 */

import { join } from "node:path";
import { writeFile } from "../../experiments/files.ts";
import { gridPng } from "../../experiments/pictures.ts";
import { folderAt, type RunFolder } from "../../experiments/run_folder.ts";
import { encodeTensors } from "../../experiments/safetensors.ts";
import { CONFIG } from "./bars.ts";

/** Numbers in [0, 1) that no compression makes smaller. */
function noise(count: number, seed: number): Float32Array {
  let state = seed + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // any fixed numbers will do
    return state / 2 ** 32;
  });
}

/**
 * Makes the folder of a finished run.
 *
 * @param name of the folder
 * @param keys of its config, where they are not those of {@linkcode CONFIG}
 * @param rate on the test images; the distortion is 80
 * @param side of an image, of which a picture shows 100
 */
export async function finishedRun(
  parent: string,
  name: string,
  { keys = {}, rate = 10, epochs = 4, side = 4 }: {
    keys?: object;
    rate?: number;
    epochs?: number;
    side?: number;
  } = {},
): Promise<RunFolder> {
  const folder = folderAt(join(parent, name));
  await Deno.mkdir(folder.path, { recursive: true });
  const config = { ...CONFIG, epochs, ...keys };
  await writeFile(folder.config, JSON.stringify(config));
  const lines = Array.from({ length: epochs }, (_, i) => {
    const losses = { rate, distortion: 80 + 40 / (i + 1), loss: rate + 80 + 40 / (i + 1) };
    const record = { epoch: i + 1, learningRate: 1e-3, train: losses, valid: losses, seconds: 2 };
    return JSON.stringify(record) + "\n";
  });
  await writeFile(folder.history, lines.join(""));
  await writeFile(
    folder.test,
    JSON.stringify({ rate, distortion: 80, loss: rate + 80, parameters: 7 }),
  );
  await writeFile(folder.checkpoint, "");

  const { type, size } = config.latent;
  const codes = { shape: [50, size], data: noise(50 * size, 1) };
  const scale = type === "echo" ? "logScale" : "logVariance";
  const tensors = new Map(["mean", scale, "z"].map((array) => [array, codes]));
  await writeFile(folder.codes, encodeTensors({ tensors, metadata: {} }));
  for (const [i, path] of [folder.reconstructions, folder.samples, folder.traversals].entries()) {
    // Of images too, half of the pixels are black.
    const data = noise(100 * side * side, i).map((level) => Math.max(0, 2 * level - 1));
    const images = { width: side, height: side, data };
    await writeFile(path, gridPng(images, { columns: 10, zoom: 2, gap: 4 }));
  }
  return folder;
}
