/**
 * Information of Gaussians by canonical correlations.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { ShapeError } from "../../../mod.ts";
import { canonicalInformation, type Points } from "../../../lib/information/mod.ts";
import { singularValues } from "../../../lib/information/singular_values.ts";
import { generator, normalDraws } from "../../../experiments/laboratory/statistics/generator.ts";
import { meanOf, SIGMAS, standardError, varianceOf } from "../../fixtures/statistics.ts";

/** n pairs of d independent coordinates each, with a correlation between coordinates i. */
function gaussians(n: number, d: number, correlation: number, seed: number): [Points, Points] {
  const random = generator(seed), x = Float64Array.from(normalDraws(random, n * d));
  const noise = normalDraws(random, n * d);
  const z = x.map((v, i) => correlation * v + Math.sqrt(1 - correlation ** 2) * noise[i]);
  return [{ values: x, dimensions: d }, { values: z, dimensions: d }];
}

Deno.test("for two columns it is −½ ln(1 − ρ²) of the sample correlation", () => {
  const [x, z] = gaussians(50, 1, 0.7, 1);
  const [mx, mz] = [meanOf(x.values), meanOf(z.values)];
  const covariance = meanOf(Float64Array.from(x.values, (v, i) => (v - mx) * (z.values[i] - mz)));
  const square = covariance ** 2 / (varianceOf(x.values) * varianceOf(z.values) * (49 / 50) ** 2);
  const { nats } = canonicalInformation(x, z, { corrected: false });
  assertAlmostEquals(nats, -0.5 * Math.log1p(-square), 1e-12);
});

Deno.test("the correction makes the mean right even for few draws, and the error is that of the mean", () => {
  const [n, d, correlation, samples] = [12, 3, 0.6, 2000];
  const exact = -d * Math.log(1 - correlation ** 2) / 2;
  const all = Array.from({ length: samples }, (_, s) => gaussians(n, d, correlation, s + 1));
  const found = all.map(([x, z]) => canonicalInformation(x, z).nats);
  assertLess(Math.abs(meanOf(found) - exact), SIGMAS * standardError(found));
  const raw = all.map(([x, z]) => canonicalInformation(x, z, { corrected: false }).nats);
  assertLess(exact + 0.5, meanOf(raw)); // d²/2n = .375 is the first term of the bias only
  const [x, z] = gaussians(20_000, d, correlation, 9);
  const { nats, standardError: error, terms } = canonicalInformation(x, z);
  assertAlmostEquals(error, Math.sqrt(d * correlation ** 2 / 20_000), 3e-4);
  assertAlmostEquals(meanOf(terms), nats, 1e-9);
});

Deno.test("linear maps and dependent columns change nothing", () => {
  const [x, z] = gaussians(200, 2, 0.8, 3);
  const { nats } = canonicalInformation(x, z);
  const mapped = { values: new Float64Array(200 * 4), dimensions: 4 };
  for (let i = 0; i < 200; i++) {
    const [a, b] = x.values.subarray(2 * i, 2 * i + 2);
    mapped.values.set([3 * a - b + 7, 1e-3 * (a + 2 * b), 5, a - b], 4 * i);
  }
  assertAlmostEquals(canonicalInformation(mapped, z).nats, nats, 1e-9);
  assertAlmostEquals(canonicalInformation(z, mapped).nats, nats, 1e-9);
});

Deno.test("what it cannot answer is refused", () => {
  const [x, z] = gaussians(20, 2, 0.8, 4), [other] = gaussians(21, 2, 0.8, 4);
  assertThrows(() => canonicalInformation(x, x), RangeError, "information is infinite");
  assertThrows(() => canonicalInformation(x, other), ShapeError, "20 and 21 points");
  const few = ({ values }: Points) => ({ values: values.subarray(0, 10), dimensions: 2 });
  assertThrows(() => canonicalInformation(few(x), few(z)), RangeError, "at least 6");
});

Deno.test("singular values: the matrix is the sum of their products", () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  const matrices = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain((
    [rows, columns],
  ) =>
    fc.array(fc.array(number, { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    })
  );
  fc.assert(fc.property(matrices, (matrix) => {
    const { values, left, right } = singularValues(matrix);
    matrix.forEach((row, i) =>
      row.forEach((value, j) => {
        const sum = values.reduce((t, s, k) => t + s * left[k][i] * right[k][j], 0);
        assertAlmostEquals(sum, value, 1e-9);
      })
    );
    for (const [k, v] of right.entries()) {
      for (const [l, w] of right.entries()) {
        const dot = v.reduce((t, a, i) => t + a * w[i], 0);
        assertAlmostEquals(dot, k === l ? 1 : 0, 1e-9);
      }
    }
    assert(values.every((value) => value >= 0));
  }));
  assertEquals(singularValues([[3, 0], [0, -4]]).values, [3, 4]);
});
