/**
 * Layers against plain loops in float64, on every device.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import * as g from "../../../mod.ts";
import { ShapeError } from "../../../mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { checkCases } from "../../fixtures/cases.ts";
import { at, build, floats } from "../../fixtures/naive.ts";
import { refusal, testRefusals } from "../../fixtures/refusals.ts";

onEveryDevice("layerNorm gives rows of mean 0 and variance 1, scaled and shifted", (device) => {
  const x = floats([2, 3, 5]), scale = floats([5], 0.5, 2, 2), shift = floats([5], -1, 1, 3);
  const rowOf = (i: number, j: number) => x.data.slice(15 * i + 5 * j, 15 * i + 5 * j + 5);
  const average = (row: readonly number[]) => row.reduce((a, b) => a + b) / row.length;
  const normal = (epsilon: number) =>
    build([2, 3, 5], (i, j, k) => {
      const row = rowOf(i, j), middle = average(row);
      const variance = average(row.map((y) => (y - middle) ** 2));
      return (at(x, [i, j, k]) - middle) / Math.sqrt(variance + epsilon) * scale.data[k] +
        shift.data[k];
    });
  const terms = Array(30).fill(6); // normalised features are below √5, scales below 2
  const inputs = [x, scale, shift];
  return checkCases("layerNorm", [
    {
      title: "by default",
      inputs,
      compute: (x, scale, shift) => g.layerNorm({ scale, shift }, x),
      expected: { ...normal(1e-5), terms },
      ulps: 4,
    },
    {
      title: "with a large epsilon",
      inputs,
      compute: (x, scale, shift) => g.layerNorm({ scale, shift }, x, { epsilon: 2 }),
      expected: { ...normal(2), terms },
      ulps: 4,
    },
    {
      title: "a constant row",
      inputs: [build([2, 4], () => 7)],
      compute: (x) => g.layerNorm(g.initLayerNorm(4), x),
      expected: build([2, 4], () => 0),
    },
  ], device);
});

onEveryDevice("dropout gives 0 at its rate, and keeps the mean", async (device) => {
  const n = 20_000, rate = 0.3;
  const x = g.full([n], 3);
  const [y, slope] = g.run([
    g.dropout(g.key(1), x, rate),
    g.grad((x: g.Tensor) => g.sum(g.dropout(g.key(1), x, rate)))(x),
  ], device);
  const values = await y.read(), slopes = await slope.read();
  const zeros = values.filter((v: number) => v === 0).length;
  assertLess(Math.abs(zeros / n - rate), 4 * Math.sqrt(rate * (1 - rate) / n));
  values.forEach((v: number, i: number) => {
    const kept = v === 0 ? 0 : 1 / (1 - rate);
    assert(Math.abs(v - 3 * kept) < 1e-5 && Math.abs(slopes[i] - kept) < 1e-5, `${i}: ${v}`);
  });
  const same = g.run(g.dropout(g.key(1), x, 0), device);
  assertEquals((await same.read()).every((v: number) => v === 3), true);
});

const x = g.zeros([2, 3]);
testRefusals([
  refusal(
    ShapeError,
    "Cannot layerNorm [2, 3] with scale [2] and shift [2]: both are of the size of its last axis",
    () => g.layerNorm(g.initLayerNorm(2), x),
  ),
  refusal(RangeError, "with epsilon 0", () => g.layerNorm(g.initLayerNorm(3), x, { epsilon: 0 })),
  refusal(
    RangeError,
    "Cannot dropout at rate 1: a rate is a number from 0 to below 1",
    () => g.dropout(g.key(1), x, 1),
  ),
  refusal(TypeError, "float32", () => g.dropout(g.key(1), g.zeros([2], "int32"), 0.5)),
]);
