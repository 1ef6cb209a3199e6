/**
 * Random numbers from explicit keys.
 *
 * A key is a uint32 tensor [2]. The same key gives the same numbers on every device; different
 * keys give independent numbers. So use a key once, and {@linkcode split} it for every further use.
 * The generator is Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy
 * as 1, 2, 3", SC 2011), written in the library's own ops. Word i of an array is the number i,
 * enciphered. So nothing is sequential, and each kernel computes the bits that it needs.
 *
 * @module
 */
import {
  add,
  and,
  cast,
  cos,
  greaterEqual,
  less,
  log,
  mul,
  or,
  shiftLeft,
  shiftRight,
  sqrt,
  sub,
  xor,
} from "./ops/elementwise.ts";
import { reshape } from "./ops/linear.ts";
import { slice } from "./ops/slicing.ts";
import { iota } from "./ops/indexing.ts";
import { stack } from "./ops/joining.ts";
import { requireDType } from "./ops/primitive.ts";
import { describe } from "./checks.ts";
import { checkShape, type Shape, ShapeError, sizeOf } from "./shape.ts";
import { Tensor, type TensorLike } from "./tensor.ts";
import { full, tensor } from "./create.ts";

/** A uint32 tensor of shape [2]. */
export type Key = Tensor;

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]];
const PARITY = 0x1bd11bda;
/** The uses of a key: the second counter word keeps them apart. */
const STREAM = { bits: 0, split: 1, fold: 2 };

/**
 * The key of a seed.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key } from "@echograd/echograd";
 * assertEquals([...await key(2 ** 32 + 7).read()], [1, 7]);
 * ```
 * @throws {RangeError} unless the seed is an integer from 0 to 2⁵³ − 1.
 */
export function key(seed: number): Key {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(
      `Cannot make a key of seed ${seed}: a seed is an integer from 0 to 2^53 - 1`,
    );
  }
  return tensor(Uint32Array.of(Math.floor(seed / 2 ** 32), seed % 2 ** 32));
}

/**
 * Threefry-2x32 with 20 rounds: enciphers pairs of uint32 words, two tensors that broadcast, under
 * a key.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, tensor, threefry } from "@echograd/echograd";
 * const zero = tensor(0, { dtype: "uint32" });
 * const [a, b] = threefry(key(0), zero, zero); // a published known answer
 * assertEquals([await a.item(), await b.item()], [0x6b200159, 0x99ba4efe]);
 * ```
 */
export function threefry(key: Key, first: Tensor, second: Tensor): [Tensor, Tensor] {
  if (!(key instanceof Tensor)) {
    throw new TypeError(
      `Cannot use ${describe(key)} as a key: key(seed) makes one, and split(key, n) makes n`,
    );
  }
  if (key.dtype !== "uint32" || key.shape.length !== 1 || key.shape[0] !== 2) {
    throw new ShapeError(`Cannot use ${key} as a key: a key is a uint32 tensor of shape [2]`);
  }
  const word = (i: number) => reshape(slice(key, [i], [1]), []);
  const schedule = [word(0), word(1), xor(xor(word(0), word(1)), PARITY)];
  let a = add(first, schedule[0]), b = add(second, schedule[1]);
  for (let group = 0; group < 5; group++) {
    for (const r of ROTATIONS[group % 2]) {
      a = add(a, b);
      b = xor(or(shiftLeft(b, r), shiftRight(b, 32 - r)), a);
    }
    a = add(a, schedule[(group + 1) % 3]);
    b = add(b, add(schedule[(group + 2) % 3], group + 1));
  }
  return [a, b];
}

/**
 * n independent keys.
 *
 * @example
 * ```ts
 * import { assertNotEquals } from "@std/assert";
 * import { key, normal, split } from "@echograd/echograd";
 * const [a, b] = split(key(1)).map((key) => normal(key, []));
 * assertNotEquals(await a.item(), await b.item());
 * ```
 */
export function split(key: Key, n = 2): Key[] {
  if (!(Number.isInteger(n) && n >= 0)) {
    throw new RangeError(`Cannot split a key into ${describe(n)}: it takes a non-negative integer`);
  }
  const [a, b] = threefry(key, iota([n], 0, "uint32"), full([n], STREAM.split, "uint32"));
  const keys = stack([a, b], 1);
  return Array.from({ length: n }, (_, i) => reshape(slice(keys, [i, 0], [1, 2]), [2]));
}

/**
 * The key of a number under another key: a key for each epoch or step.
 *
 * @example
 * ```ts
 * import { assertNotEquals } from "@std/assert";
 * import { foldIn, key } from "@echograd/echograd";
 * const ofStep = (step: number) => foldIn(key(1), step).read();
 * assertNotEquals([...await ofStep(0)], [...await ofStep(1)]);
 * ```
 * @throws {RangeError} for a JavaScript number that is not an integer from 0 to 2³² − 1.
 */
export function foldIn(key: Key, data: TensorLike): Key {
  const word = data instanceof Tensor ? cast(data, "uint32") : full([], data, "uint32");
  return stack(threefry(key, word, full([], STREAM.fold, "uint32")), 0);
}

/**
 * Two independent uint32 words for every element of a shape of fewer than 2³¹ elements.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, randomBits } from "@echograd/echograd";
 * const [first, second] = randomBits(key(1), [3, 2]);
 * assertEquals([first.shape, second.dtype], [[3, 2], "uint32"]);
 * ```
 */
export function randomBits(key: Key, shape: Shape): [Tensor, Tensor] {
  checkShape(shape, "draw");
  const counter = reshape(iota([sizeOf(shape)], 0, "uint32"), shape);
  return threefry(key, counter, full(shape, STREAM.bits, "uint32"));
}

/** 24 random bits as a float32 multiple of 2⁻²⁴ in [0, 1). */
const toUnit = (word: Tensor): Tensor => mul(cast(shiftRight(word, 8), "float32"), 2 ** -24);

/**
 * Uniform on [0, 1), multiples of 2⁻²⁴.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, uniform } from "@echograd/echograd";
 * assert((await uniform(key(1), [9]).read()).every((x) => x >= 0 && x < 1));
 * ```
 */
export const uniform = (key: Key, shape: Shape): Tensor => toUnit(randomBits(key, shape)[0]);

/**
 * Standard normal, by Box and Muller's transform of two uniform numbers; |x| stays below 5.8.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { key, normal, std } from "@echograd/echograd";
 * assertAlmostEquals(await std(normal(key(1), [10_000])).item(), 1, 0.03);
 * ```
 */
export function normal(key: Key, shape: Shape): Tensor {
  const [a, b] = randomBits(key, shape);
  // 1 − u is in (0, 1], so its logarithm is finite.
  const radius = sqrt(mul(log(sub(1, toUnit(a))), -2));
  return mul(radius, cos(mul(toUnit(b), 2 * Math.PI)));
}

/**
 * Bool of the shape of p, true with probability p, rounded down to a multiple of 2⁻³².
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { bernoulli, key, tensor } from "@echograd/echograd";
 * assertEquals([...await bernoulli(key(1), tensor([0, 1])).read()], [0, 1]);
 * ```
 */
export function bernoulli(key: Key, p: Tensor): Tensor {
  requireDType("draw with probability", p, "float32");
  const [word] = randomBits(key, p.shape);
  // For p = 1, the cast of p·2³² saturates at 2³² − 1, and the word 2³² − 1 is not below it.
  return or(less(word, cast(mul(p, 2 ** 32), "uint32")), greaterEqual(p, 1));
}

/**
 * The largest number of values to draw from, as {@linkcode randomInts} must not overflow.
 *
 * @internal
 */
export const MOST: number = 2 ** 20;

/**
 * Integers from 0 to n − 1, int32.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { key, randomInts } from "@echograd/echograd";
 * const dice = await randomInts(key(1), [100], 6).read();
 * assertEquals(new Set(dice), new Set([0, 1, 2, 3, 4, 5]));
 * ```
 * @throws {RangeError} unless n is an integer from 1 to 2²⁰.
 */
export function randomInts(key: Key, shape: Shape, n: number): Tensor {
  if (!(Number.isInteger(n) && n >= 1 && n <= MOST)) {
    throw new RangeError(`Cannot draw integers below ${n}: the bound is an integer from 1 to 2^20`);
  }
  // ⌊k·n / 2²⁴⌋ of 24 random bits k, by halves of 12 bits: integers alone, so that all devices
  // agree.
  const [word] = randomBits(key, shape);
  const high = shiftRight(word, 20), low = and(shiftRight(word, 8), 0xfff);
  return cast(shiftRight(add(mul(high, n), shiftRight(mul(low, n), 12)), 12), "int32");
}
