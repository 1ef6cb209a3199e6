/**
 * Gaussian and log-normal densities, entropies and divergences: against PyTorch, and against each
 * other by sampling.
 *
 * @module
 */
import { assertLess } from "@std/assert";
import { grad, key, log, normal, run, sub, sum, type Tensor, tensor } from "../../../mod.ts";
import {
  gaussianEntropy,
  gaussianKl,
  gaussianLogDensity,
  gaussianSample,
  logNormalKl,
  logNormalLogDensity,
  logNormalSample,
  standardNormalLogDensity,
} from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { assertGolden, golden } from "../../golden/check.ts";
import { methods, parse, values } from "../../golden/values.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

onEveryDevice("the Gaussian KL is PyTorch's, and so are its gradients", async (device) => {
  const { kl } = values;
  const [mean, logVariance] = [golden(kl.mean), golden(kl.logVariance)];
  const gradients = grad(([m, v]: [Tensor, Tensor]) => sum(gaussianKl(m, v)))([mean, logVariance]);
  await assertGolden([
    ["value", gaussianKl(mean, logVariance), kl.kl],
    ["by the mean", gradients[0], kl.gradients[0]],
    ["by the log-variance", gradients[1], kl.gradients[1], () => 1],
  ], device);
});

Deno.test("a Gaussian sample is mean + e^(logVariance/2) · the normal numbers of its key", async () => {
  const m = tensor([[1, -2, 3], [0, 10, -0.5]]), v = tensor([[0, 1, -2], [-8, 3, 0.25]]);
  const [z, n] = [await gaussianSample(key(8), m, v).read(), await normal(key(8), [2, 3]).read()];
  const [means, variances] = [await m.read(), await v.read()];
  z.forEach((x, i) => {
    const expected = means[i] + Math.exp(variances[i] / 2) * n[i];
    assertLess(Math.abs(x - expected), 1e-6 * (Math.abs(means[i]) + 10));
  });
});

const inputs = () => {
  const { x, z, mean, logVariance } = methods.densities;
  return { x: golden(x), z: golden(z), mean: golden(mean), logVariance: golden(logVariance) };
};

onEveryDevice("densities, entropy and the log-normal are PyTorch's", async (device) => {
  const { densities: of } = methods;
  const { x, z, mean, logVariance } = inputs();
  const gradients = grad(([x, m, v]: [Tensor, Tensor, Tensor]) => sum(gaussianLogDensity(x, m, v)))(
    [x, mean, logVariance],
  );
  // Squares of up to 8² e² are summed with constants.
  const largest = Math.max(...parse(of.gaussian).data.map(Math.abs));
  await assertGolden([
    ["Gaussian", gaussianLogDensity(x, mean, logVariance), of.gaussian, () => 1],
    ["by x", gradients[0], of.gradients[0]],
    ["by the mean", gradients[1], of.gradients[1]],
    ["by the log-variance", gradients[2], of.gradients[2], () => 1],
    ["standard normal", standardNormalLogDensity(x), of.standard],
    ["entropy", gaussianEntropy(logVariance), of.entropy, () => 10],
    ["log-normal", logNormalLogDensity(z, mean, logVariance), of.logNormal, () => largest],
    ["KL of log-normals", logNormalKl(mean, logVariance), of.logNormalKl, () => 1],
  ], device);
});

onEveryDevice(
  "the standard normal is the Gaussian of mean 0 and log-variance 0",
  async (device) => {
    const { x, z } = inputs();
    const nothing = sub(x, x);
    const differences = [
      sub(standardNormalLogDensity(x), gaussianLogDensity(x, nothing, nothing)),
      sub(
        logNormalLogDensity(z, nothing, nothing),
        sub(standardNormalLogDensity(log(z)), sum(log(z), { axis: 1 })),
      ),
    ];
    run(differences, device);
    for (const difference of differences) {
      (await difference.read()).forEach((x) => assertLess(Math.abs(x), 1e-5));
    }
  },
);

/** [rows, 3]: many draws of one Gaussian that is neither standard nor isotropic. */
const ROWS = 20_000;
const many = (row: readonly number[]): Tensor => tensor(Array(ROWS).fill(row));

onEveryDevice("KL and entropy are the means of log-densities of samples", async (device) => {
  const mean = many([0.5, -1, 0]), logVariance = many([-1, 0.5, -3]);
  const z = gaussianSample(key(1), mean, logVariance);
  const e = logNormalSample(key(2), mean, logVariance);
  const nothing = sub(mean, mean);
  const logQ = gaussianLogDensity(z, mean, logVariance);
  const pairs: [what: string, sampled: Tensor, exact: Tensor][] = [
    ["entropy", sub(0, logQ), gaussianEntropy(logVariance)],
    ["KL", sub(logQ, standardNormalLogDensity(z)), gaussianKl(mean, logVariance)],
    [
      "log-normal KL",
      sub(logNormalLogDensity(e, mean, logVariance), logNormalLogDensity(e, nothing, nothing)),
      logNormalKl(mean, logVariance),
    ],
  ];
  run(pairs.map(([, sampled, exact]) => [sampled, exact]), device);
  for (const [what, sampled, exact] of pairs) {
    const draws = await sampled.read();
    const off = Math.abs(meanOf(draws) - (await exact.read())[0]);
    assertLess(off, SIGMAS * standardError(draws), what);
  }
});
