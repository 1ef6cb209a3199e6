/**
 * Batches: each row at most once, rows of all tensors together, few programs.
 *
 * @module
 */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  batches,
  type Compilation,
  iota,
  jit,
  key,
  mul,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  toDevice,
  zeros,
} from "../../mod.ts";
import { onEveryDevice } from "../fixtures/devices.ts";

/** Rows of two numbers, and a label ten times the first of them. */
const rowsOf = (n: number) => {
  const index = iota([n, 1], 0, "float32");
  return { x: mul(index, tensor([[1, 2]])), y: mul(iota([n], 0, "float32"), 10) };
};

onEveryDevice("an epoch has each row at most once, beside its label", async (device) => {
  const data = await toDevice(rowsOf(23), device);
  const epoch = async (seed: number) => {
    const seen: number[] = [];
    for (const { x, y } of batches(key(seed), data, 5)) {
      const [rows, labels] = [await x.read("float32"), await y.read("float32")];
      labels.forEach((label, i) =>
        assertEquals([...rows.subarray(2 * i, 2 * i + 2)], [label / 10, label / 5])
      );
      seen.push(...labels);
    }
    assertEquals([seen.length, new Set(seen).size], [20, 20]);
    return seen;
  };
  const first = await epoch(1);
  assertEquals(await epoch(1), first);
  assertNotEquals(await epoch(2), first);
  assertEquals((await epoch(3)).every((label) => label >= 0 && label <= 220), true);
});

Deno.test("a jitted step is compiled once for all batches", () => {
  const told: Compilation[] = [];
  const step = jit((x: Tensor) => sum(x), { onCompile: (compilation) => told.push(compilation) });
  for (const { x } of batches(key(0), rowsOf(12), 4)) step(x);
  assertEquals(told.map(({ form }) => form), ["float32 [4, 2]"]);
});

Deno.test("data without equal rows, and sizes out of range, are refused", () => {
  const first = (data: unknown, size: number) => batches(key(0), data, size).next();
  assertThrows(
    () => first({ x: tensor([[1], [2]]), y: tensor([1, 2, 3]) }, 1),
    ShapeError,
    "Cannot take batches: [3] at .y has not 2 rows",
  );
  assertThrows(() => first(tensor(1), 1), ShapeError, "[] at the root has no rows");
  assertThrows(() => first(zeros([0, 2]), 1), RangeError, "of data without rows");
  assertThrows(() => first([1], 1), TypeError, "the number 1 at [0]");
  assertThrows(() => first({}, 1), RangeError, "Cannot take batches of no tensors");
  for (const size of [0, 1.5, 4]) {
    assertThrows(() => first(tensor([1, 2, 3]), size), RangeError, "it must be 1 to 3");
  }
});
