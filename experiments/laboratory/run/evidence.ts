/**
 * What is drawn from a trained model: codes whose echoes are from the batch, from all training images, and fresh for each; and how
 * far the law of the codes is from that of the noise.
 *
 * @module
 */
import { key, split } from "../../../mod.ts";
import { columnsOf } from "../../outcome/dimension_rates.ts";
import { UserError } from "../../shell/errors.ts";
import { kolmogorovSmirnovOfTwo } from "../statistics/summary.ts";
import type { Gap } from "../channels/row.ts";
import {
  anyOf,
  codesOfBatches,
  codesOfFreshImages,
  codesOfPool,
  type DrawnCodes,
  ratesOf,
  shuffled,
} from "./codes.ts";
import { type NormalLaw, normalLaw } from "./normal_law.ts";
import { type Sandwich, sandwich } from "./sandwich.ts";
import type { Split, Trained } from "./trained.ts";

/** Codes of a split, by where their echoes are from. */
export interface BySource {
  readonly batch: DrawnCodes;
  /** All training images. */
  readonly pool: DrawnCodes;
  /** None of them has an image in common. */
  readonly fresh: DrawnCodes;
}

/** All that is drawn. */
export interface Evidence {
  /** The normal law of noise out of the training images. */
  readonly law: NormalLaw;
  /** With `pool`, the noise beside a code is not that in it, but another draw. */
  readonly train: BySource;
  readonly test: BySource;
  /** The codes of test images that the run kept, with the noise that must be in them. */
  readonly kept?: DrawnCodes;
  /** Between codes and noise out of the training images: by dimension, and of the distance from the centre of the noise. */
  readonly gaps: { readonly train: readonly Gap[]; readonly test: readonly Gap[] };
  /** Of `test.pool`. */
  readonly bounds: Sandwich;
}

/** Draws and compares. */
export async function gather(
  trained: Trained,
  { draws, seed }: { readonly draws: number; readonly seed: number },
  busy: (what: string) => void,
): Promise<Evidence> {
  const { train, test, channel, config } = trained;
  const keys = split(key(seed), 16);
  const next = () => keys.shift()!;
  /** Independent draws of the population that the training images are. */
  const ofTraining = async () =>
    await codesOfPool(train, await anyOf(train, draws, next()), train, channel, next());
  const inSplit = async (split: Split, pool: DrawnCodes): Promise<BySource> => {
    busy(`codes of ${split.name} images`);
    const batch = await codesOfBatches(split, channel, config.batch, next());
    return { batch, pool, fresh: await codesOfFreshImages(split, channel, next()) };
  };

  busy("noise out of the training images");
  const fitted = await ofTraining(), codes = await ofTraining(), { noise } = await ofTraining();
  const law = normalLaw(fitted.noise, fitted.dimensions);
  const ofTest = await codesOfPool(test, await shuffled(test, next()), train, channel, next());
  const evidence = {
    law,
    train: await inSplit(train, { ...codes, noise }),
    test: await inSplit(test, ofTest),
    kept: keptCodes(trained),
    gaps: { train: gapsBetween(codes.z, noise, law), test: gapsBetween(ofTest.z, noise, law) },
  };
  busy("InfoNCE and leave-one-out");
  return { ...evidence, bounds: await sandwich(ofTest, test, channel.clip, law) };
}

/** The gaps of Kolmogorov and Smirnov between two laws of codes. */
function gapsBetween(z: Float64Array, noise: Float64Array, law: NormalLaw): Gap[] {
  const dimensions = law.mean.length;
  const rows = (values: Float64Array) =>
    Array.from(
      { length: values.length / dimensions },
      (_, i) => values.subarray(i * dimensions, (i + 1) * dimensions),
    );
  const codes = rows(z), noises = rows(noise);
  // What is known of the gap between one sample of n and its law, holds between two of 2n: 1/n = 1/2n + 1/2n.
  const n = codes.length * noises.length / (codes.length + noises.length);
  const statistics = [
    ...Array.from({ length: dimensions }, (_, j) => (code: Float64Array) => code[j]),
    law.distance,
  ];
  return statistics.map((of) => ({
    gap: kolmogorovSmirnovOfTwo(codes.map(of), noises.map(of)),
    n,
  }));
}

/**
 * The codes that a run kept, with the noise that must have been in them by the checkpoint: (z − f(x))/S(x).
 *
 * @throws {UserError} if they are not codes of these images
 */
function keptCodes(
  { kept, test, channel, config: { latent }, model, name }: Trained,
): DrawnCodes | undefined {
  if (kept === undefined) return undefined;
  const columns = columnsOf(kept, "z", `codes.safetensors of ${name}`);
  const dimensions = columns.count, { count } = test.images;
  if (columns.images !== count || dimensions !== latent.size) {
    throw new UserError(
      `codes.safetensors of ${name} is [${columns.images}, ${dimensions}], but ${count} images have codes of ${latent.size}`,
    );
  }
  const { decoded } = model.latent;
  const z = new Float64Array(count * dimensions), noise = new Float64Array(count * dimensions);
  for (let j = 0; j < dimensions; j++) {
    for (const [image, code] of columns.of(j).entries()) {
      const i = image * dimensions + j;
      z[i] = decoded?.inverse(code) ?? code;
      noise[i] = (z[i] - test.mean[i]) / (channel.clip * Math.exp(test.logScale[i]));
    }
  }
  const of = Int32Array.from({ length: count }, (_, i) => i);
  return { dimensions, of, z, noise, ...ratesOf(test, channel, of) };
}
