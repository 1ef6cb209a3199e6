/**
 * The likelihood bound of Echo: the fit of a density to draws, and the bound held to p(x) by
 * quadrature.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  add,
  foldIn,
  jit,
  type Key,
  key,
  matmul,
  mul,
  normal,
  openDevice,
  run,
  slice,
  sub,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { importanceBound, standardNormalLogDensity } from "../../../lib/densities/mod.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { gatherTensor } from "../../../experiments/outcome/evaluate.ts";
import { fitDensity } from "../../../experiments/outcome/fit_density.ts";
import { boundProblem, fitPrior } from "../../../experiments/outcome/fitted_prior.ts";
import { makeBoundLikelihood } from "../../../experiments/outcome/importance.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { CONFIG, DATA, ECHO_MATRIX, like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";
import { assertRefusedLater } from "../../fixtures/helpers.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

/** Cells of a quadrature along an axis. */
const GRID = 100;

/** Draws x = n·Aᵀ + (5, 0, −5), in units that differ by a factor of 1000. */
const A = [[100, 0, 0], [6, 8, 0], [0.1, -0.05, 0.1]];
const correlated = (n: Tensor): Tensor =>
  add(matmul(n, tensor(A[0].map((_, j) => A.map((row) => row[j])))), tensor([5, 0, -5]));

Deno.test("a density is fitted to draws in any units, and draws like them", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const n = normal(key(1), [8000, 3]);
  const rows = run(correlated(n), device);
  const part = (from: number, count: number) => slice(rows, [from, 0], [count, 3]);
  const { logDensity, forward, draw } = await fitDensity({
    train: part(0, 4000),
    heldOut: part(4000, 2000),
    key: key(2),
    device,
  });

  // The divergence: log p − log m of other draws, with log p of A·n.
  const logVolume = A.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
  const rest = part(6000, 2000);
  const logP = sub(standardNormalLogDensity(slice(n, [6000, 0], [2000, 3])), logVolume);
  const off = await run(sub(logP, logDensity(rest)), device).read();
  const noise = SIGMAS * standardError(off);
  assert(meanOf(off) > -noise && meanOf(off) < 0.03 + noise, `${meanOf(off)} ± ${noise} nats`);

  // The flow takes the density to N(0, I).
  const { y, logDeterminant } = forward(rest);
  const pair = [add(standardNormalLogDensity(y), logDeterminant), logDensity(rest)];
  run(pair, device);
  const [of, direct] = await Promise.all(pair.map((x) => x.read()));
  // A thousandth of m is a wide Gaussian, which keeps rows far out from a density of 0.
  of.forEach((x, i) => assertGreater(direct[i], x - 0.0011 - 1e-4));
  assertLess(meanOf(direct.map((x, i) => x - of[i])), 0.01);
  const far = run(logDensity(correlated(mul(normal(key(8), [10, 3]), 20))), device);
  assertGreater(Math.min(...await far.read()), -5000);

  // The draws have the mean and the covariance.
  const count = 2000;
  const drawn = await run(draw(key(3), count), device).read();
  const centre = [5, 0, -5];
  const columns = centre.map((_, j) =>
    Float64Array.from({ length: count }, (_, i) => drawn[3 * i + j] - centre[j])
  );
  for (const [i, row] of A.entries()) {
    const scale = Math.hypot(...row);
    const error = Math.abs(meanOf(columns[i]));
    assertLess(error, SIGMAS * standardError(columns[i]) + 0.02 * scale);
    for (const [j, other] of A.entries()) {
      const products = columns[i].map((x, k) => x * columns[j][k]);
      const expected = row.reduce((sum, a, k) => sum + a * other[k], 0);
      const error = Math.abs(meanOf(products) - expected);
      assertLess(error, SIGMAS * standardError(products) + 0.05 * scale * Math.hypot(...other));
    }
  }
  device.close();
});

Deno.test("draws on a plane have no density", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const flat = run(mul(normal(key(1), [600, 3]), tensor([1, 0, 1])), device);
  const fit = () => fitDensity({ train: flat, heldOut: flat, key: key(2), device });
  await assertRefusedLater(fit, "dimension 1 of the codes is constant");
  device.close();
});

/**
 * An untrained model, and the fit of its prior. Its decoder hardly reads the code, so the posterior
 * is nearly m: codes are proposed with scales near the clip, as wide as m.
 */
async function open(config: Config) {
  const device = await openDevice("cpu", { threads: 1 });
  const model = makeModel(config, SIDE * SIDE);
  const { scale, decoder: [{ w, b }, ...decoder], ...others } = model.init(key(1), NO_EXAMPLES);
  const params = run({
    ...others,
    scale: { ...scale, b: add(scale.b, 6) },
    decoder: [{ w: mul(w, 0.2), b }, ...decoder],
  }, device);
  const fit = (of = key(7)) =>
    fitPrior({ model, params, data: DATA, batch: 100, samples: 100, device, key: of });
  return { device, model, params, fit };
}

const two = {
  size: 2,
  divisor: 16,
  startScale: 0.5,
  gain: 1,
  clip: 0.99,
  sampling: "withoutReplacement",
};
for (
  const config of [
    like({ latent: { ...two, type: "echo" }, batch: 100 }),
    like({ latent: { ...two, type: "echo_matrix", reflections: 1 }, batch: 100 }),
  ]
) {
  const { latent } = config;
  Deno.test(`${latent.type}: the bound converges to p(x) = ∫ p(x|z)·m(z) dz, and never exceeds it`, async () => {
    const { device, model, params, fit } = await open(config);
    const { logWeights, density } = await fit();
    const few = 10;
    const images = gatherTensor(DATA.test, Array.from({ length: few }, (_, i) => i));

    // Quadrature over a grid around the draws of m.
    const draws = await run(density.draw(key(5), 2000), device).read();
    const axes = [0, 1].map((j) => {
      const all = Float64Array.from({ length: 2000 }, (_, i) => draws[2 * i + j]).sort();
      const low = 2 * all[0] - all[1000], high = 2 * all[1999] - all[1000];
      return Array.from({ length: GRID }, (_, i) => low + (high - low) * (i + 0.5) / GRID);
    });
    const cell = axes.reduce((area, axis) => area * (axis[1] - axis[0]), 1);
    const grid = run(tensor(axes[0].flatMap((a) => axes[1].map((b) => [a, b]))), device);
    const logM = Float64Array.from(await run(density.logDensity(grid), device).read());
    const mass = logM.reduce((sum, log) => sum + cell * Math.exp(log), 0);
    assertAlmostEquals(mass, 1, 0.02);
    const exact: number[] = [];
    for (let i = 0; i < few; i++) {
      const pixels = slice(images, [i, 0], [1, SIDE * SIDE]);
      const same = run(add(pixels, mul(slice(grid, [0, 0], [GRID ** 2, 1]), 0)), device);
      const distortion = await run(model.distortion(params, same, grid), device).read();
      exact.push(Math.log(
        logM.reduce((sum, log, j) => sum + cell * Math.exp(log - distortion[j]), 0),
      ));
    }

    // E w is p(x). The store of 10,000 noises has an error of its own.
    const many = 4000;
    const weights = jit((of: Key) => logWeights(params, images, of, many), { device });
    const logs = await weights(key(6)).read();
    for (const [i, log] of exact.entries()) {
      const ratios = Float64Array.from(
        { length: many },
        (_, n) => Math.exp(logs[n * few + i] - log),
      );
      const error = standardError(ratios) * Math.sqrt(1 + many / 10_000);
      assertLess(error, 0.1);
      assertLess(Math.abs(meanOf(ratios) - 1), SIGMAS * error);
    }
    // So the bound is below log p(x), and the nearer to it the more codes it has.
    const gapOf = async (k: number) => {
      const bound = jit((of: Key) => importanceBound(logWeights(params, images, of, k)), {
        device,
      });
      const all = Array.from({ length: 100 }, (_, i) => bound(foldIn(key(k), i)));
      const gaps = await Promise.all(all.map(async (bound) => {
        const values = await bound.read();
        return meanOf(exact.map((log, i) => log - values[i]));
      }));
      assertGreater(meanOf(gaps), -SIGMAS * standardError(gaps));
      return meanOf(gaps);
    };
    assertGreater(await gapOf(1), 4 * await gapOf(16));
    device.close();
  });
}

Deno.test("bound and distance are the same for the same key, and measure what they should", async () => {
  const { device, model, params, fit } = await open(CONFIG);
  const [first, second, third] = [await fit(), await fit(), await fit(key(8))];
  assertEquals(first.distance, second.distance);
  assert(first.distance!.nats !== third.distance!.nats);
  assertLess(Math.abs(first.distance!.nats), 1);
  // More codes tighten the bound.
  const bound = (prior: typeof first, samples: number) =>
    makeBoundLikelihood(prior.logWeights, samples, 20, device)(params, DATA.test, key(4));
  const [one, ten] = [await bound(first, 1), await bound(first, 10)];
  assertEquals(await bound(second, 10), ten);
  assertLess(ten, one);
  // The distance is that between the codes and m. White images have codes that are all alike: an m
  // that is fitted to them is far from the codes of others.
  const white = { ...DATA.train, data: new Uint8Array(DATA.train.data.length).fill(1) };
  const data = { ...DATA, train: white, valid: white };
  const other = await fitPrior({ model, params, data, batch: 20, samples: 1, device, key: key(7) });
  assertGreater(other.distance!.nats, first.distance!.nats + 1);
  device.close();
});

Deno.test("a code of too many dimensions has no bound, for Echo alone", () => {
  const sized = (latent: object, size: number) => like({ latent: { ...latent, size } });
  assertEquals(boundProblem(sized(CONFIG.latent, 500), "--importance"), undefined);
  assertEquals(boundProblem(sized({ type: "gaussian" }, 501), "--importance"), undefined);
  for (const { latent } of [CONFIG, ECHO_MATRIX]) {
    const problem = boundProblem(sized(latent, 501), "--importance")!;
    assert(/^--importance: .*at most 500 dimensions, but latent.size is 501$/.test(problem));
  }
});
