/**
 * The evidence about a trained model: codes with echoes from three sources, and the gaps between
 * the law of the codes and the law of the noise.
 *
 * @module
 */
import { key, split } from "../../../mod.ts";
import { columnsOf } from "../../outcome/dimension_rates.ts";
import { UserError } from "../../shell/errors.ts";
import { ofRows } from "../statistics/rows.ts";
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

/** The codes of a split by the source of their echoes. */
interface BySource {
  /** Echoes from the batch of the code. */
  readonly batch: DrawnCodes;
  /** Echoes from all training images. */
  readonly pool: DrawnCodes;
  /** Echoes that no other code uses. */
  readonly fresh: DrawnCodes;
}

/** All codes, and the comparisons between them. */
export interface Evidence {
  /** The normal law of noise from the training images. */
  readonly law: NormalLaw;
  /** In `train.pool`, the noise is drawn independently of the codes. */
  readonly train: BySource;
  readonly test: BySource;
  /** The codes of test images that the run stored, with the noise that the checkpoint implies. */
  readonly kept?: DrawnCodes;
  /**
   * Gaps between codes and noise from the training images: for each dimension, then for the
   * distance.
   */
  readonly gaps: { readonly train: readonly Gap[]; readonly test: readonly Gap[] };
  /** The bounds for `test.pool`. */
  readonly bounds: Sandwich;
}

/** Draws the codes and compares them. */
export async function gather(
  trained: Trained,
  { draws, seed }: { readonly draws: number; readonly seed: number },
  busy: (what: string) => void,
): Promise<Evidence> {
  const { train, test, channel, config } = trained;
  const keys = split(key(seed), 16);
  const next = () => keys.shift()!;
  /** Codes of random training images with echoes from all training images. */
  const ofTraining = async () =>
    await codesOfPool(train, await anyOf(train, draws, next()), train, channel, next());
  const inSplit = async (split: Split, pool: DrawnCodes): Promise<BySource> => {
    busy(`codes of ${split.name} images`);
    const batch = await codesOfBatches(split, channel, config.batch, next());
    return { batch, pool, fresh: await codesOfFreshImages(split, channel, next()) };
  };

  busy("noise from the training images");
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

/** The Kolmogorov–Smirnov gaps between codes and noise. */
function gapsBetween(z: Float64Array, noise: Float64Array, law: NormalLaw): Gap[] {
  const dimensions = law.mean.length;
  // Two samples of n and m draws vary like one sample of nm/(n + m): two of 2n like one of n.
  const n = z.length * noise.length / (z.length + noise.length) / dimensions;
  const statistics = [
    ...Array.from({ length: dimensions }, (_, j) => (code: number[]) => code[j]),
    law.distance,
  ];
  return statistics.map((of) => ({
    gap: kolmogorovSmirnovOfTwo(ofRows(z, dimensions, of), ofRows(noise, dimensions, of)),
    n,
  }));
}

/**
 * The codes that a run stored, with the noise that the checkpoint implies: (z − f(x))/S(x).
 *
 * @throws {UserError} if their number or size does not match the images
 */
function keptCodes(
  { kept, test, channel, config: { latent }, model, name }: Trained,
): DrawnCodes | undefined {
  if (kept === undefined) return undefined;
  const columns = columnsOf(kept, "z", `codes.safetensors of ${name}`);
  const dimensions = columns.count, { count } = test.images;
  if (columns.images !== count || dimensions !== latent.size) {
    throw new UserError(
      `codes.safetensors of ${name} has the shape [${columns.images}, ${dimensions}] instead of [${count}, ${latent.size}]`,
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
