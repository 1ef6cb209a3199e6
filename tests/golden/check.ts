/**
 * Holding what a device computes against what PyTorch did.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Device } from "../../kernels/device.ts";
import { run, type Tensor } from "../../mod.ts";
import { assertClose, toTensor } from "../fixtures/naive.ts";
import { parse } from "./values.ts";

/** An array of a golden file as a leaf of the library. */
export const golden = (text: string): Tensor => toTensor(parse(text));

/**
 * What was computed, what it should be, and in what units of the last place errors are counted: of
 * each term's size.
 */
export type Check = readonly [
  what: string,
  found: Tensor,
  expected: string,
  terms?: (i: number) => number,
];

/**
 * Asserts all of some checks; a function of a few units in the last place behind another, after
 * sums of up to 12 terms, stays within 16 of them.
 */
export async function assertGolden(
  checks: readonly Check[],
  device: Device,
  ulps = 16,
): Promise<void> {
  run(checks.map(([, found]) => found), device);
  const values = await Promise.all(checks.map(([, found]) => found.read()));
  for (const [i, [what, found, text, terms = () => 0]] of checks.entries()) {
    const expected = parse(text);
    assertEquals(found.shape, expected.shape, what);
    const sizes = expected.data.map((x, j) => Math.max(Math.abs(x), terms(j)));
    assertClose(values[i], { ...expected, terms: sizes }, ulps, device, what);
  }
}
