/**
 * Repeated images. If images repeat, X is discrete, and no code can carry more than its entropy.
 *
 * @module
 */
import type { Images } from "../../data/images.ts";

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
export function repeatsOf({ data, pixels, count }: Images): Repeats {
  const times = new Map<string, number>();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const size = pixels * data.BYTES_PER_ELEMENT;
  const decoder = new TextDecoder("latin1");
  for (let i = 0; i < count; i++) {
    const image = decoder.decode(bytes.subarray(i * size, (i + 1) * size));
    times.set(image, (times.get(image) ?? 0) + 1);
  }
  let entropy = 0, once = 0;
  for (const n of times.values()) {
    entropy -= n / count * Math.log(n / count);
    if (n === 1) once++;
  }
  return { distinct: times.size, entropy, coverage: 1 - once / count };
}
