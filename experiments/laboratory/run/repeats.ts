/**
 * Repeated images. If images repeat, X is discrete, and no code can carry more than its entropy.
 *
 * @module
 */
import { gatherImages, type Images } from "../../data/images.ts";
import { sha256 } from "../../formats/sha256.ts";

/** What a sample of images shows about their law. */
export interface Repeats {
  /** The number of distinct images. */
  readonly distinct: number;
  /** The entropy of one image drawn from the sample, in nats: ln n if all n images are distinct. */
  readonly entropy: number;
  /**
   * About the probability that a new image is in the sample: 1 − the share of unique images (Good,
   * 1953).
   */
  readonly coverage: number;
}

/** Counts equal images. */
export function repeatsOf(images: Images): Repeats {
  const { count } = images;
  const times = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const image = sha256(new Uint8Array(gatherImages(images, [i]).buffer));
    times.set(image, (times.get(image) ?? 0) + 1);
  }
  let entropy = 0, once = 0;
  for (const n of times.values()) {
    entropy -= n / count * Math.log(n / count);
    if (n === 1) once++;
  }
  return { distinct: times.size, entropy, coverage: 1 - once / count };
}
