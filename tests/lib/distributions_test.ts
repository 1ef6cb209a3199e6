/**
 * Random numbers of further distributions against their distribution functions, in float64.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import * as g from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { INTRINSICS } from "../../kernels/intrinsics.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";
import { kolmogorovSmirnov, kolmogorovSmirnovLimit } from "../fixtures/statistics.ts";

const N = 20_000;
const Phi = (x: number) => (1 + INTRINSICS.erf.exact(x * Math.SQRT1_2)) / 2;
const truncated = (low: number, high: number) => (x: number) =>
  (Phi(x) - Phi(low)) / (Phi(high) - Phi(low));

const laws: Readonly<Record<string, [draw: (key: Tensor) => Tensor, cdf: (x: number) => number]>> =
  {
    exponential: [(key) => g.exponential(key, [N]), (x) => -Math.expm1(-x)],
    gumbel: [(key) => g.gumbel(key, [N]), (x) => Math.exp(-Math.exp(-x))],
    "truncated normal": [(key) => g.truncatedNormal(key, -2, 2, [N]), truncated(-2, 2)],
    "normal, one tail": [(key) => g.truncatedNormal(key, 1, 3.5, [N]), truncated(1, 3.5)],
  };

onEveryDevice("draws have their distribution functions, and are finite", async (device) => {
  const draws = g.run(Object.values(laws).map(([draw], i) => draw(g.key(i + 1))), device);
  const values = await Promise.all(draws.map((x) => x.read()));
  Object.entries(laws).forEach(([name, [, cdf]], i) => {
    const sorted = Float64Array.from(values[i]).sort();
    assert(Number.isFinite(sorted[0]) && Number.isFinite(sorted[N - 1]), name);
    assertLess(kolmogorovSmirnov(sorted, cdf), kolmogorovSmirnovLimit(N), name);
  });
});

Deno.test("a truncated normal number is the inverse of its distribution function", async () => {
  const [low, high] = [-3, 2.5];
  const draws = [g.truncatedNormal(g.key(4), low, high, [N]), g.uniform(g.key(4), [N])];
  const [x, u] = await Promise.all(g.run(draws, reference).map((y) => y.read()));
  const law = truncated(low, high);
  const worst = Math.max(...Array.from(x, (y, i) => Math.abs(law(y) - u[i])));
  assertLess(worst, 1e-8);
});

Deno.test("truncated normal numbers stay within their limits", async () => {
  for (const [low, high] of [[-2, 2], [0, 1e-3], [2.5, 5], [-5, 5]]) {
    const x = await g.truncatedNormal(g.key(5), low, high, [N]).read();
    assert(x.every((y: number) => y >= Math.fround(low) && y <= Math.fround(high)), `${low}`);
  }
});

onEveryDevice("classes are drawn with the softmax of their logits", async (device) => {
  const shares = [0.5, 0.2, 0, 0.3];
  const logits = g.broadcastTo(g.tensor(shares.map((p) => Math.log(p) + 7)), [N, 4]);
  const classes = await g.run(g.categorical(g.key(3), logits), device).read();
  const columns = g.run(g.categorical(g.key(3), g.transpose(logits), { axis: 0 }), device);
  assertEquals(columns.shape, [N]);
  shares.forEach((p, k) => {
    const found = classes.filter((c: number) => c === k).length / N;
    assert(Math.abs(found - p) <= 5 * Math.sqrt(p * (1 - p) / N), `class ${k}: ${found}`);
  });
});

const key = g.key(1);
testRefusals([
  refusal(
    RangeError,
    "Cannot draw normal numbers between 1 and 1: low is below high",
    () => g.truncatedNormal(key, 1, 1, [2]),
  ),
  refusal(RangeError, "within ±5", () => g.truncatedNormal(key, 0, 6, [2])),
  refusal(
    TypeError,
    "Cannot draw a class of a tensor of int32",
    () => g.categorical(key, g.zeros([3], "int32")),
  ),
]);
