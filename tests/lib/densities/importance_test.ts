/**
 * The importance bound: PyTorch's values, its laws for any weights, and the exact evidence of a
 * linear-Gaussian model.
 *
 * @module
 */
import { assert, assertGreater, assertLess, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  concat,
  grad,
  type Key,
  key,
  matmul,
  mul,
  normal,
  reshape,
  run,
  ShapeError,
  slice,
  split,
  sub,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import {
  addWeights,
  gaussianLogDensity,
  gaussianSample,
  importanceBound,
  noWeights,
  standardNormalLogDensity,
} from "../../../lib/densities/mod.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { assertGolden, golden } from "../../golden/check.ts";
import { methods } from "../../golden/values.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

onEveryDevice("the bound and its gradient are PyTorch's, in chunks too", async (device) => {
  const { importance: of } = methods;
  const weights = golden(of.logWeights);
  const [samples, batch] = weights.shape;
  const gradient = grad((w: Tensor) => sum(importanceBound(w)))(weights);
  const chunk = (from: number, count: number) => slice(weights, [from, 0], [count, batch]);
  const total = addWeights(addWeights(noWeights(batch), chunk(0, 2)), chunk(2, samples - 2));
  await assertGolden([
    ["bound", importanceBound(weights), of.bound],
    // Of differences of weights near 100.
    ["gradient", gradient, of.gradient, () => 16],
    ["in chunks", sub(total, Math.log(samples)), of.bound],
  ], device);
});

const columns = fc.array(fc.double({ min: -800, max: 800, noNaN: true }), {
  minLength: 2,
  maxLength: 8,
});

Deno.test("leaving one sample out lowers the bound on average; it lies between mean and maximum", async () => {
  await fc.assert(
    fc.asyncProperty(columns, async (weights) => {
      const bound = (list: number[]) => importanceBound(tensor(list.map((w) => [w])));
      const whole = bound(weights);
      const parts = weights.map((_, i) => bound(weights.toSpliced(i, 1)));
      run([whole, parts], reference);
      const value = await whole.item();
      const values = await Promise.all(parts.map((x) => x.item()));
      // Whatever the weights are: log is concave, and their mean is the mean of the means without
      // one.
      const slack = 1e-9 * (1 + Math.max(...weights.map(Math.abs)));
      assert(meanOf(values) <= value + slack);
      assert(meanOf(weights) <= value + slack && value <= Math.max(...weights) + slack);
    }),
    { numRuns: 60 },
  );
});

/**
 * x = z·W + s·noise with z ~ N(0, I) of 2 dimensions and x of 3: the evidence is N(x; 0, WᵀW +
 * s²I), the posterior Gaussian. The columns of Wᵀ are orthogonal, so that the posterior is
 * diagonal.
 */
const W = [[1, 1, 0], [0.5, -0.5, 1]];
const NOISE = 0.5;
const X = [0.7, -0.4, 1.1];
const rowSquares = W.map((row) => row.reduce((total, w) => total + w * w, 0));
const posterior = {
  mean: W.map((row, i) => row.reduce((t, w, j) => t + w * X[j], 0) / (rowSquares[i] + NOISE ** 2)),
  variance: rowSquares.map((square) => NOISE ** 2 / (square + NOISE ** 2)),
};
/** log p(x) by Bayes' rule at z = 0: log p(x|0) + log p(0) − log p(0|x). */
const EVIDENCE = (() => {
  const logNormal = (x: number, mean: number, variance: number) =>
    -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
  const likelihood = X.reduce((t, x) => t + logNormal(x, 0, NOISE ** 2), 0);
  const prior = 2 * logNormal(0, 0, 1);
  const after = posterior.mean.reduce((t, m, i) => t + logNormal(0, m, posterior.variance[i]), 0);
  return likelihood + prior - after;
})();

interface Guess {
  readonly mean: readonly number[];
  readonly variance: readonly number[];
}
/** Samples of N(mean, variance), [rows, 2]. */
const draw = (of: Key, { mean, variance }: Guess, rows: number): Tensor =>
  gaussianSample(of, ...filled({ mean, variance }, rows));
const filled = ({ mean, variance }: Guess, rows: number): [Tensor, Tensor] => {
  const repeat = (row: readonly number[]) => add(zeros([rows, 2]), tensor(row));
  return [repeat(mean), repeat(variance.map(Math.log))];
};
/** log p(x|z) + log p(z) − log q(z) of codes [rows, 2], [rows]. */
function logWeights(z: Tensor, q: Guess): Tensor {
  const rows = z.shape[0];
  const means = matmul(z, tensor(W));
  const logVariances = add(zeros([rows, 3]), 2 * Math.log(NOISE));
  const likelihood = gaussianLogDensity(add(zeros([rows, 3]), tensor(X)), means, logVariances);
  return sub(
    add(likelihood, standardNormalLogDensity(z)),
    gaussianLogDensity(z, ...filled(q, rows)),
  );
}

onEveryDevice(
  "the bound rises with k towards the exact evidence, and brackets it",
  async (device) => {
    const n = 4000;
    const q: Guess = {
      mean: posterior.mean.map((m) => m + 0.2),
      variance: posterior.variance.map((v) => 2 * v),
    };
    const [proposing, knowing] = split(key(9));
    /**
     * k samples of q; the first of them of the posterior itself if `known`: then the bound is from
     * above.
     */
    const bounds = (k: number, known = false) => {
      const guessed = draw(proposing, q, k * n);
      const true_ = draw(knowing, posterior, n);
      const z = known ? concat([true_, slice(guessed, [n, 0], [(k - 1) * n, 2])]) : guessed;
      return importanceBound(reshape(logWeights(z, q), [k, n]));
    };
    const below = [1, 4, 16].map((k) => bounds(k)), above = bounds(16, true);
    const exact = importanceBound(
      reshape(logWeights(draw(knowing, posterior, n), posterior), [1, n]),
    );
    run([below, above, exact], device);

    const read = async (x: Tensor) => await x.read();
    const draws = await Promise.all(below.map(read));
    const [one, four, sixteen] = draws.map(meanOf);
    const error = Math.max(...draws.map(standardError));
    assertGreater(four - one, SIGMAS * error);
    assertGreater(sixteen - four, SIGMAS * standardError(draws[2]));
    assertGreater(EVIDENCE - four, SIGMAS * standardError(draws[1]));
    assertLess(sixteen, EVIDENCE);
    const upper = await read(above);
    assertGreater(meanOf(upper), EVIDENCE);
    assertLess(meanOf(upper) - sixteen, 0.1);
    // With the posterior as q every weight is the evidence.
    (await read(exact)).forEach((x) => assertLess(Math.abs(x - EVIDENCE), 1e-4));
  },
);

onEveryDevice(
  "the sum of no weights is −∞, and the bound of one weight is that weight",
  async (device) => {
    const totals = [noWeights(2), addWeights(noWeights(2), tensor([[-1000, 3]]))];
    run(totals, device);
    assert((await totals[0].read()).every((x: number) => x === -Infinity));
    (await totals[1].read()).forEach((x, i) => assertLess(Math.abs(x - [-1000, 3][i]), 1e-3));
  },
);

Deno.test("weights of another shape are refused", () => {
  const rule = "they must be [samples, batch], of at least one sample";
  for (const odd of [zeros([3]), zeros([0, 3]), mul(normal(key(1), [2, 2, 2]), 1)]) {
    assertThrows(() => importanceBound(odd), ShapeError, rule);
    assertThrows(() => addWeights(zeros([3]), odd), ShapeError, rule);
  }
  assertThrows(() => addWeights(zeros([3]), zeros([2, 4])), ShapeError);
});
