/**
 * The weights of Echo's likelihood bound, held to the exact log p(x) of a Gaussian channel with a
 * linear decoder.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertGreater, assertLess } from "@std/assert";
import {
  add,
  echoChannel,
  echoCode,
  echoLogWeights,
  echoMatrixCode,
  echoRate,
  key,
  matmul,
  mul,
  normal,
  reshape,
  run,
  ShapeError,
  slice,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { gaussianLogDensity, importanceBound } from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { refusal, testRefusals } from "../../fixtures/refusals.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

/**
 * x = z·W + noise of variance NOISE², 3 pixels of 2 dimensions. With the prior m = N(0, WIDTH²·I),
 * x is N(0, WIDTH²·WᵀW + NOISE²·I). The rows of W are orthogonal, so that the posterior is
 * diagonal.
 */
const W = [[1, 1, 0], [0.5, -0.5, 1]];
const NOISE = 0.5;
const X = [0.7, -0.4, 1.1];
const squares = W.map((row) => row.reduce((total, w) => total + w * w, 0));
const along = W.map((row) => row.reduce((total, w, j) => total + w * X[j], 0));

/** The posterior N(mean, variance) of each dimension, and log p(x) by Bayes' rule at z = 0. */
function exact(width: number) {
  const variance = squares.map((square) => 1 / (square / NOISE ** 2 + 1 / width ** 2));
  const mean = along.map((dot, i) => dot / NOISE ** 2 * variance[i]);
  const logNormal = (x: number, mean: number, variance: number) =>
    -0.5 * ((x - mean) ** 2 / variance + Math.log(2 * Math.PI * variance));
  const likelihood = X.reduce((total, x) => total + logNormal(x, 0, NOISE ** 2), 0);
  const after = mean.reduce((total, m, i) => total + logNormal(0, m, variance[i]), 0);
  return { mean, variance, logLikelihood: likelihood + 2 * logNormal(0, 0, width ** 2) - after };
}

const CHANNEL = echoChannel({ clip: 0.9 });

/** The scale S as the library takes it, for rows of the batch: diagonal, or a turned matrix. */
interface Proposal {
  readonly mean: readonly number[];
  readonly scale: readonly number[];
  /** Turns the axes of S; the determinant stays. */
  readonly angle?: number;
}

/** log p(x|z) of codes [samples, batch, 2], [samples, batch]. */
function likelihood(z: Tensor): Tensor {
  const [samples, batch] = z.shape, rows = samples * batch;
  const means = matmul(reshape(z, [rows, 2]), tensor(W));
  const logVariances = add(zeros([rows, 3]), 2 * Math.log(NOISE));
  const images = add(zeros([rows, 3]), tensor(X));
  return reshape(gaussianLogDensity(images, means, logVariances), [samples, batch]);
}

/** Bounds from k codes of each of n equal images, [n]. */
function bounds({ mean, scale, angle }: Proposal, width: number, k: number, n: number): Tensor {
  const noise = mul(normal(key(k), [k, n, 2]), width);
  const row = (values: readonly number[]) => add(zeros([n, 2]), tensor(values));
  const logScale = row(scale.map((s) => Math.log(s / CHANNEL.clip)));
  const [cos, sin] = [Math.cos(angle ?? 0), Math.sin(angle ?? 0)];
  const turned = [[cos * scale[0], -sin * scale[1]], [sin * scale[0], cos * scale[1]]];
  const codes = angle === undefined
    ? echoCode(noise, row(mean), logScale, CHANNEL)
    : echoMatrixCode(noise, row(mean), add(zeros([n, 2, 2]), tensor(turned)), CHANNEL);
  const logM = (z: Tensor) =>
    gaussianLogDensity(z, zeros(z.shape), add(zeros(z.shape), 2 * Math.log(width)));
  return importanceBound(echoLogWeights({
    logLikelihood: likelihood(codes),
    logPrior: logM(codes),
    logNoise: logM(noise),
    rate: echoRate(logScale, CHANNEL),
  }));
}

const N = 3000;
const read = async (x: Tensor) => Float64Array.from(await x.read());

for (
  const [name, width, angle] of [["the law of the codes", 1], ["any density", 1.5], [
    "",
    1,
    0.4,
  ]] as const
) {
  const scales = angle === undefined ? `a diagonal scale, m is ${name}` : "a matrix as scale";
  onEveryDevice(
    `the bound rises to the exact log p(x) and never exceeds it: ${scales}`,
    async (device) => {
      const { mean, variance, logLikelihood } = exact(width);
      // Off the posterior by a third of its width, and as much wider.
      const scale = variance.map((v) => 1.3 * Math.sqrt(v) / width);
      const q = { mean: mean.map((m, i) => m + 0.3 * Math.sqrt(variance[i])), scale, angle };
      const of = [1, 4, 64].map((k) => bounds(q, width, k, N));
      run(of, device);
      const draws = await Promise.all(of.map(read));
      const means = draws.map(meanOf), errors = draws.map(standardError);
      means.forEach((m, i) => assertLess(m, logLikelihood + SIGMAS * errors[i]));
      assertGreater(logLikelihood - means[0], SIGMAS * errors[0]);
      assertGreater(means[1] - means[0], SIGMAS * errors[0]);
      assertGreater(means[2] - means[1], SIGMAS * errors[1]);
      assertLess(logLikelihood - means[2], 0.02);

      // E w is exactly p(x), whatever the proposal is.
      const w = draws[0].map((log) => Math.exp(log - logLikelihood));
      assertLess(Math.abs(meanOf(w) - 1), SIGMAS * standardError(w));
    },
  );
}

onEveryDevice("proposing the posterior, every weight is p(x)", async (device) => {
  const { mean, variance, logLikelihood } = exact(1.5);
  const q = { mean, scale: variance.map((v) => Math.sqrt(v) / 1.5) };
  const weights = await read(run(bounds(q, 1.5, 1, 50), device));
  weights.forEach((log) => assertAlmostEquals(log, logLikelihood, 1e-4));
});

onEveryDevice("a code of each noise is that code, also with several noises", async (device) => {
  const mean = normal(key(1), [3, 2]), logScale = mul(normal(key(2), [3, 2]), 0.1);
  const noise = normal(key(3), [4, 3, 2]);
  const all = echoCode(noise, mean, logScale, CHANNEL);
  const third = echoCode(
    reshape(slice(noise, [2, 0, 0], [1, 3, 2]), [3, 2]),
    mean,
    logScale,
    CHANNEL,
  );
  run([all, third], device);
  const rows = (await read(all)).slice(12, 18);
  assert(rows.length === 6);
  (await read(third)).forEach((x, i) => assertAlmostEquals(x, rows[i], 1e-6));
});

const terms = (...shapes: number[][]) => {
  const [logLikelihood, logPrior, logNoise, rate] = shapes.map((shape) => zeros(shape));
  return { logLikelihood, logPrior, logNoise, rate };
};
testRefusals([
  refusal(
    ShapeError,
    "they must be [samples, batch], and [batch] for the rates",
    () => echoLogWeights(terms([4, 3], [4, 3], [4, 3], [4])),
  ),
  refusal(
    ShapeError,
    "densities [4, 3] and [3]",
    () => echoLogWeights(terms([4, 3], [4, 3], [3], [3])),
  ),
  refusal(ShapeError, "likelihoods [3]", () => echoLogWeights(terms([3], [3], [3], [3]))),
]);
