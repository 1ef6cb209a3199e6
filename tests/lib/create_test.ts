/**
 * What dtype data gets, and what a tensor of host data reads as.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { add, type Data, type DType, full, less, run, tensor } from "../../mod.ts";
import { onEveryDevice } from "../fixtures/devices.ts";

type Given = Parameters<typeof tensor>[0];
const rows: readonly (readonly [what: string, given: Given, dtype: DType, read: Data])[] = [
  ["bytes", Uint8Array.of(0, 128, 255), "float32", Float32Array.of(0, 128, 255)],
  ["clamped bytes", Uint8ClampedArray.of(0, 255), "float32", Float32Array.of(0, 255)],
  ["Node's bytes", Buffer.of(1, 200), "float32", Float32Array.of(1, 200)],
  ["half precision", Float16Array.of(0.5), "float32", Float32Array.of(0.5)],
  ["short integers", Int16Array.of(-300, 7), "float32", Float32Array.of(-300, 7)],
  ["int32", Int32Array.of(-1), "int32", Int32Array.of(-1)],
  ["uint32", Uint32Array.of(2 ** 32 - 1), "uint32", Uint32Array.of(2 ** 32 - 1)],
  ["numbers", [0.1, 1e300], "float32", Float32Array.of(0.1, Infinity)],
  ["float64", Float64Array.of(0.1), "float32", Float32Array.of(0.1)],
  ["a number", 0.1, "float32", Float32Array.of(0.1)],
  ["booleans", [true, false], "bool", Uint8Array.of(1, 0)],
];
for (const [what, given, dtype, read] of rows) {
  Deno.test(`${what} are ${dtype}`, async () => {
    const x = tensor(given);
    assertEquals([x.dtype, await x.read()], [dtype, read]);
  });
}

Deno.test("integers are kept, up to the ends of their dtype, where it is said", async () => {
  const ends: readonly (readonly [DType, ...number[]])[] = [
    ["int32", -(2 ** 31), 2 ** 31 - 1],
    ["uint32", 0, 2 ** 32 - 1],
    ["bool", 0, 1],
  ];
  for (const [dtype, ...range] of ends) {
    for (const given of [range, Float64Array.from(range)]) {
      assertEquals([...await tensor(given, { dtype }).read()], range, dtype);
    }
    assertEquals(await Promise.all(range.map((x) => full([], x, dtype).item())), range, dtype);
  }
  const mask = tensor(Uint8Array.of(1, 0), { dtype: "bool" });
  assertEquals([mask.dtype, await mask.read()], ["bool", Uint8Array.of(1, 0)]);
});

onEveryDevice("host data is float64 on the reference device alone", async (device) => {
  const x = tensor([0.1]), left = tensor([0.1]), y = add(x, 0), isLess = less(x, Math.fround(0.1));
  run([x, y, isLess], device);
  const isReference = device.name === "reference";
  for (const held of [x, y]) {
    assertEquals(await held.read(), (isReference ? Float64Array : Float32Array).of(0.1));
  }
  assertEquals(await isLess.item(), Number(isReference)); // float32 rounds .1 up
  assertEquals(await left.read(), Float32Array.of(0.1), "it lives on the host alone");
});
