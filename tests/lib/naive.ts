/**
 * The oracle of the op tests: arrays in float64 with one function, "what is at this index", and nothing of the library.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Data, Device } from "../../kernels/device.ts";
import { type DType, type Tensor, tensor } from "../../mod.ts";

/** An array of float64 with the dtype that its numbers stand for. */
export interface Naive {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: readonly number[];
  /** For each element the sum of the sizes of the terms it is made of, which rounding errors are relative to. */
  readonly terms?: readonly number[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);

/** All indices of a shape, in row-major order. */
export function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (list, size) => list.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The array of f(index). */
export const build = (
  shape: readonly number[],
  f: (...index: number[]) => number,
  dtype: DType = "float32",
): Naive => ({ shape, dtype, data: indices(shape).map((index) => f(...index)) });

/** The element at an index. */
export const at = (x: Naive, index: readonly number[]): number =>
  x.data[index.reduce((flat, i, axis) => flat * x.shape[axis] + i, 0)];

/** A sum of terms at every index; errors are judged by the sum of their absolute values, times how many there are. */
export function buildSums(
  shape: readonly number[],
  termsAt: (...index: number[]) => readonly number[],
  dtype: DType = "float32",
): Naive {
  const lists = indices(shape).map((index) => termsAt(...index));
  return {
    shape,
    dtype,
    data: lists.map((list) => wrap(list.reduce((a, b) => a + b, 0), dtype)),
    terms: lists.map((list) =>
      Math.max(1, list.length) * list.reduce((a, b) => a + Math.abs(b), 0)
    ),
  };
}

/** An integer, wrapped around to 32 bits; floats and bools as they are. */
export const wrap = (x: number, dtype: DType): number =>
  dtype === "int32" ? x | 0 : dtype === "uint32" ? x >>> 0 : x;

/** Numbers in [0, 1) that are always the same: mulberry32, by Tommy Ettinger. */
export function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Floats spread over an interval, exact in float32. */
export function floats(shape: readonly number[], low = -3, high = 3, seed = 1): Naive {
  const next = dice(seed + sizeOf(shape));
  return build(shape, () => Math.fround(low + (high - low) * next()));
}

/** Integers or bools, of all magnitudes. */
export function integers(shape: readonly number[], dtype: DType, seed = 1): Naive {
  const next = dice(seed + sizeOf(shape));
  const draw = () => wrap(Math.floor(2 ** 32 * next()), dtype) >> Math.floor(32 * next());
  return build(shape, () => dtype === "bool" ? Number(next() < 0.5) : wrap(draw(), dtype), dtype);
}

/** The array as a leaf of the library. */
export const toTensor = ({ data, shape, dtype }: Naive): Tensor =>
  tensor(Float64Array.from(data), { shape, dtype });

/**
 * Asserts that a device computed the expected values: NaN, ±Infinity, integers and bools exactly; other floats to `ulps`
 * units in the last place (2⁻²³ of the terms) of float32, and of next to nothing in float64.
 */
export function assertClose(
  actual: Data,
  expected: Naive,
  ulps: number,
  device: Device,
  what: string,
): void {
  assertEquals(actual.length, expected.data.length, `${what}: number of elements`);
  const unit = device.name === "reference" ? 1e-12 : ulps * 2 ** -23;
  // Below the normal numbers a last place is 2⁻¹⁴⁹; a GPU may flush them to zero.
  const tiny = device.name === "webgpu" ? 2 ** -126 : device.name === "cpu" ? ulps * 2 ** -149 : 0;
  expected.data.forEach((want, i) => {
    const slack = Math.max(unit * (expected.terms?.[i] ?? Math.abs(want)), tiny);
    const same = Object.is(actual[i], want) || Math.abs(actual[i] - want) <= slack;
    assert(same, `${what}, element ${i}: ${actual[i]} instead of ${want}, allowed ±${slack}`);
  });
}
