/**
 * A data set and configs so small that a model learns them in a moment.
 *
 * @module
 */

import { type Tensor, zeros } from "../../mod.ts";
import type { Config } from "../../experiments/config.ts";
import { parseConfig } from "../../experiments/config_schema.ts";
import { type DataSet, type Images, makeImages } from "../../experiments/data/images.ts";
import { npy, npz } from "./writers.ts";

/** Pixels in a row, and rows. */
export const SIDE = 4;

/** Images of which each shows one of four bars, with one pixel in eight flipped. */
function bars(count: number, seed: number): Images {
  const pixels = new Uint8Array(count * SIDE * SIDE);
  for (let i = 0; i < pixels.length; i++) {
    const [image, x] = [Math.floor(i / (SIDE * SIDE)), i % SIDE];
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0; // any fixed numbers will do
    pixels[i] = Number(image % SIDE === x) ^ Number(seed >>> 29 === 0);
  }
  return makeImages(pixels, SIDE * SIDE, "bars");
}

/** Bars to train, validate and test on; the test images do not fill their last batch. */
export const DATA: DataSet = {
  name: "bars",
  width: SIDE,
  height: SIDE,
  train: bars(200, 1),
  valid: bars(100, 2),
  test: bars(107, 3),
};

/** Writes them to an npz file, for a process to train on. */
export async function writeBars(path: string): Promise<void> {
  const array = ({ data, count }: Images) => npy([count, SIDE, SIDE], (i) => data[i]);
  const { train, valid, test } = DATA;
  await Deno.writeFile(
    path,
    npz({ train: array(train), valid: array(valid), test: array(test) }),
  );
}

/** What a model starts from whose prior starts from no training images. */
export const NO_EXAMPLES: Tensor = zeros([0, SIDE * SIDE]);

const layers = [{ units: 16, activation: "softplus" }];
/** A small echo autoencoder. */
export const CONFIG: Config = parseConfig({
  encoder: layers,
  decoder: layers,
  latent: { type: "echo", size: 3, dMax: 10 },
  learningRate: { type: "constantThenLinear", rate: 0.02, constantFraction: 0.5 },
  batch: 20,
  epochs: 4,
}, "test");

/** A config like it, but for some keys. */
export const like = (keys: object): Config => parseConfig({ ...CONFIG, ...keys }, "test");

/** The same with matrices for scales. */
export const ECHO_MATRIX: Config = like({ latent: { type: "echo_matrix", size: 3, dMax: 10 } });

/** The same with echoes beside the batch, stale or encoded afresh. */
export const ECHO_POOL: Config = like({ latent: { ...CONFIG.latent, pool: { size: 60 } } });
/** See above. */
export const ECHO_FRESH: Config = like({
  latent: { ...CONFIG.latent, pool: { size: 60, fresh: true } },
});

/** The same with Gaussian noise. */
export const VAE: Config = like({ latent: { type: "gaussian", size: 3 } });

/** One with a bijection in the encoder, pseudo-inputs in the prior, and a further term. */
export const IAF_VAMP: Config = like({
  latent: { type: "iaf", size: 3, steps: 2, hidden: [8] },
  prior: { type: "vamp", inputs: 6 },
  loss: [...CONFIG.loss, { type: "mmd", weight: 3 }],
});

/** One with a flow in the prior. */
export const VAE_MAF: Config = like({
  latent: VAE.latent,
  prior: { type: "maf", steps: 2, hidden: [8], shiftOnly: false },
});
