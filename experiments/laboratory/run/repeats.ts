/**
 * Whether images repeat: then X is discrete, and has an entropy that no code of it can tell more than.
 *
 * @module
 */
import type { Images } from "../../data/images.ts";

/** What is known of the law of images from a sample of them. */
export interface Repeats {
  /** How many are different. */
  readonly distinct: number;
  /** The entropy of drawing one of the sample, in nats: the logarithm of their number where all are different. */
  readonly entropy: number;
  /** The probability that another image is one of them, about: one less the share of those that come once (Good, 1953). */
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
