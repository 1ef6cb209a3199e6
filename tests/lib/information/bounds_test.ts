/**
 * Bounds on information, of a Gaussian channel whose information is known.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  concat,
  expandDims,
  grad,
  type Key,
  key,
  mean,
  mul,
  normal,
  reshape,
  run,
  ShapeError,
  slice,
  split,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { gaussianLogDensity, standardNormalLogDensity } from "../../../lib/densities/mod.ts";
import {
  barberAgakovBound,
  classificationScore,
  donskerVaradhanBound,
  floBound,
  infoNceBound,
  leaveOneOutBound,
  nwjBound,
  type Scores,
  smileEstimate,
} from "../../../lib/information/mod.ts";
import { logMeanExp, mineLoss } from "../../../lib/information/bounds.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

/** x ~ N(0, I) and z = r·x + √(1 − r²)·n: of I = −½ D log(1 − r²). */
function channel(of: Key, n: number, r: number, dimensions: number) {
  const [kx, kn] = split(of);
  const x = normal(kx, [n, dimensions]);
  const z = add(mul(x, r), mul(normal(kn, [n, dimensions]), Math.sqrt(1 - r * r)));
  const logVariance = add(zeros([dimensions]), Math.log(1 - r * r));
  /** log p(z|x) − log p(z), whose rows may be broadcast. */
  const pointwise = (x: Tensor, z: Tensor) =>
    sub(gaussianLogDensity(z, mul(x, r), logVariance), standardNormalLogDensity(z));
  return { x, z, pointwise, logVariance, information: -0.5 * dimensions * Math.log(1 - r * r) };
}

const settings: [r: number, dimensions: number][] = [[0.3, 1], [0.9, 1], [0.6, 4], [0.8, 4]];
for (const [r, dimensions] of settings) {
  onEveryDevice(
    `InfoNCE ≤ I ≤ leave-one-out, ${dimensions}-D Gaussians of correlation ${r}`,
    async (device) => {
      const count = 96, times = 24;
      const below: number[] = [], above: number[] = [];
      for (const of of split(key(31), times)) {
        const { x, z, logVariance } = channel(of, count, r, dimensions);
        const logDensities = gaussianLogDensity(expandDims(z, 1), mul(x, r), logVariance);
        const [low, high] = run([
          mean(infoNceBound(logDensities)),
          mean(leaveOneOutBound(logDensities)),
        ], device);
        below.push(await low.item());
        above.push(await high.item());
        assertLess(below.at(-1)!, above.at(-1)!);
      }
      const { information } = channel(key(0), 1, r, dimensions);
      const low = meanOf(below), high = meanOf(above);
      assertLess(low, Math.log(count));
      assertLess(low, information + 3 * standardError(below));
      assertLess(information, high + 3 * standardError(above));
      // Both come close where I is well below log K, to about (E p(z|x)/p(z) − 1)/2K = ((1 − r²)^−D
      // − 1)/2K.
      const slack = ((1 - r * r) ** -dimensions - 1) / 2 / count;
      if (slack < 0.1) {
        assertAlmostEquals(low, information - slack, 3 * standardError(below) + slack / 2);
        assertAlmostEquals(high, information + slack, 3 * standardError(above) + slack / 2);
      }
    },
  );
}

Deno.test("InfoNCE is never above log K, nor, where an example explains its code best, leave-one-out", async () => {
  const rows = fc.integer({ min: 2, max: 6 }).chain((count) =>
    fc.array(
      fc.array(fc.double({ min: -800, max: 800, noNaN: true }), {
        minLength: count,
        maxLength: count,
      }),
      { minLength: count, maxLength: count },
    )
  );
  await fc.assert(
    fc.asyncProperty(rows, async (rows) => {
      const [low, high] = run(
        [infoNceBound(tensor(rows)), leaveOneOutBound(tensor(rows))],
        reference,
      );
      const lows = await low.read(), highs = await high.read();
      // Each row by its definition, its largest density divided out.
      rows.forEach((row, i) => {
        const top = Math.max(...row);
        const densities = row.map((v) => Math.exp(v - top));
        const others = densities.toSpliced(i, 1);
        const mixture = Math.log(meanOf(densities)) + top;
        assertAlmostEquals(lows[i], row[i] - mixture, 1e-9);
        if (meanOf(others) > 0) {
          assertAlmostEquals(highs[i], row[i] - Math.log(meanOf(others)) - top, 1e-9);
        }
        assert(lows[i] <= Math.log(row.length) + 1e-9);
        if (densities[i] === 1) assert(lows[i] <= highs[i] + 1e-9);
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("the bounds of some codes of many draws are those of all", async () => {
  const { x, z, logVariance } = channel(key(33), 12, 0.8, 2);
  const logDensities = gaussianLogDensity(expandDims(z, 1), mul(x, 0.8), logVariance);
  for (const bound of [infoNceBound, leaveOneOutBound]) {
    const all = await run(bound(logDensities), reference).read();
    const some = await run(bound(slice(logDensities, [0, 0], [5, 12])), reference).read();
    assertEquals([...some], [...all.subarray(0, 5)]);
  }
});

Deno.test("the bounds differentiate: a sharper channel raises InfoNCE", async () => {
  const { x, z } = channel(key(32), 64, 0.5, 1);
  const atScale = (logVariance: Tensor) =>
    mean(infoNceBound(gaussianLogDensity(expandDims(z, 1), mul(x, 0.5), logVariance)));
  const at = tensor([Math.log(0.75) + 1]);
  const h = 1e-4;
  const [slope, ahead, behind] = run(
    [grad(atScale)(at), atScale(add(at, h)), atScale(sub(at, h))],
    reference,
  );
  const difference = (await ahead.item() - await behind.item()) / (2 * h);
  assertAlmostEquals((await slope.read())[0], difference, 1e-6);
  assertLess(difference, 0);
});

onEveryDevice("a given marginal bounds from above, by its divergence", async (device) => {
  const r = 0.8, n = 40_000;
  const { x, z, logVariance, information } = channel(key(33), n, r, 2);
  const conditional = gaussianLogDensity(z, mul(x, r), logVariance);
  for (const variance of [1, 2]) {
    const marginal = gaussianLogDensity(z, zeros([2]), add(zeros([2]), Math.log(variance)));
    const terms = await run(barberAgakovBound(conditional, marginal), device).read();
    // KL(N(0, 1) ‖ N(0, v)) of each dimension.
    const divergence = 2 * 0.5 * (1 / variance - 1 + Math.log(variance));
    assertAlmostEquals(meanOf(terms), information + divergence, SIGMAS * standardError(terms));
  }
});

/** Scores of n pairs of each kind by the best critic, times a factor, plus a constant. */
function scores(n: number, r: number, factor = 1, constant = 0): Scores & { information: number } {
  const { x, z, pointwise, information } = channel(key(34), n, r, 1);
  const strangers = channel(key(35), n, r, 1);
  const score = (x: Tensor, z: Tensor) => add(mul(pointwise(x, z), factor), constant);
  return { joint: score(x, z), product: score(x, strangers.z), information };
}

onEveryDevice("critics of log p(z|x)/p(z) reach the information", async (device) => {
  const n = 100_000, r = 0.7;
  const { information } = scores(1, r);
  const bounds = run({
    nwj: nwjBound(scores(n, r, 1, 1)),
    dv: donskerVaradhanBound(scores(n, r, 1, 5)), // any constant
    smile: smileEstimate(scores(n, r), 50),
    cut: smileEstimate(scores(n, r), 0.5),
    product: scores(n, r).product,
  }, device);
  // Of both terms: the variance of log p(z|x)/p(z) is r², that of its exponential r²/(1 − r²) for
  // pairs that are strangers.
  const error = Math.sqrt((r ** 2 + r ** 2 / (1 - r ** 2)) / n);
  for (const name of ["nwj", "dv", "smile"] as const) {
    assertAlmostEquals(await bounds[name].item(), information, SIGMAS * error, name);
  }
  const weights = [...await bounds.product.read()].map((v) =>
    Math.exp(Math.max(-0.5, Math.min(0.5, v)))
  );
  assertAlmostEquals(
    await bounds.cut.item() - await bounds.smile.item(),
    -Math.log(meanOf(weights)),
    SIGMAS * error,
    "a low cut",
  );
});

Deno.test("FLO is tight for the best critic, whatever depends on x alone, and else below", async () => {
  const n = 20_000, r = 0.7;
  const { x, z, pointwise, information } = channel(key(34), n, r, 1);
  const strangers = [35, 36].map((seed) => channel(key(seed), n, r, 1).z);
  const bound = (factor: number, constant: number) => {
    const score = (z: Tensor) => add(mul(pointwise(x, z), factor), reshape(mul(x, 3), [n]));
    const terms = floBound({
      joint: score(z),
      product: concat(strangers.map(score)),
      slack: add(mul(pointwise(x, z), -factor), constant),
    });
    return run(terms, reference).read();
  };
  const best = await bound(1, 0);
  assertAlmostEquals(meanOf(best), information, SIGMAS * standardError(best));
  // u + c costs c + e^(−c) − 1.
  assertAlmostEquals(meanOf(await bound(1, 0.5)), information - Math.exp(-0.5) + 0.5, 0.03);
  assertLess(meanOf(await bound(0.5, 0)), information - 0.02);
  assertThrows(
    () => floBound({ joint: zeros([4]), product: zeros([6]), slack: zeros([4]) }),
    ShapeError,
    "[m·n]",
  );
});

Deno.test("other critics stay below it, and classify worse", async () => {
  const n = 100_000, r = 0.7;
  const best = scores(n, r);
  for (const [factor, constant] of [[0.5, 0], [1.2, 0], [1, 1]]) {
    const other = scores(n, r, factor, constant);
    const shifted = scores(n, r, factor, constant + 1);
    const [nwj, dv, score, most] = await Promise.all(
      run([
        nwjBound(shifted),
        donskerVaradhanBound(other),
        classificationScore(other),
        classificationScore(best),
      ], reference).map((bound) => bound.item()),
    );
    assertLess(nwj, best.information, `NWJ ${factor} ${constant}`);
    if (factor !== 1) assertLess(dv, best.information, `DV ${factor} ${constant}`);
    assertLess(nwj, dv);
    assertLess(score, most);
  }
});

Deno.test("the loss of MINE has the gradient of the bound, with the running mean instead of the batch mean", async () => {
  const { joint, product } = scores(50, 0.7);
  /** Scores that depend on a parameter. */
  const at = (w: Tensor) => ({ joint: mul(joint, w), product: mul(product, w) });
  const slope = (loss: (scores: Scores) => Tensor) => grad((w: Tensor) => loss(at(w)))(tensor(0.7));
  const batchMean = logMeanExp(mul(product, 0.7));
  const [bound, same, twice, next] = run([
    slope(donskerVaradhanBound),
    slope((scores) => mineLoss(scores, batchMean)[0]),
    slope((scores) => mineLoss(scores, add(batchMean, Math.log(2)))[0]),
    sub(mineLoss(at(tensor(0.7)), add(batchMean, Math.log(2)))[1], batchMean),
  ], reference);
  assertAlmostEquals(await same.item(), -await bound.item(), 1e-9);
  const ofJoint = await run(mean(joint), reference).item();
  const ofProduct = await same.item() + ofJoint;
  assertAlmostEquals(await next.item(), Math.log(0.99 * 2 + 0.01), 1e-9, "99 parts and one");
  assertAlmostEquals(await twice.item(), ofProduct / (0.99 * 2 + 0.01) - ofJoint, 1e-9);
});

Deno.test("constant scores give 0", async () => {
  const same = { joint: zeros([5]), product: zeros([7]) };
  assertAlmostEquals(await donskerVaradhanBound(same).item(), 0, 1e-6);
  assertAlmostEquals(await smileEstimate(same, 1).item(), 0, 1e-6);
  assertAlmostEquals(
    await nwjBound({ joint: add(zeros([5]), 1), product: add(zeros([7]), 1) }).item(),
    0,
  );
  assertAlmostEquals(await classificationScore(same).item(), -2 * Math.LN2, 1e-6);
});

Deno.test("bounds refuse densities and scores of wrong shapes", () => {
  for (
    const [bound, least] of [[infoNceBound, "1 draw"], [leaveOneOutBound, "2 draws"]] as const
  ) {
    const count = least === "1 draw" ? 0 : 1;
    for (const shape of [[4, 3], [3], [0, 3], [count, count]]) {
      assertThrows(
        () => bound(zeros(shape)),
        ShapeError,
        `Cannot bound information by log-densities [${shape.join(", ")}]: ` +
          `they must be [n, K] of n ≤ K codes, and of at least ${least}`,
      );
    }
  }
  assertThrows(
    () => barberAgakovBound(zeros([3]), zeros([4])),
    ShapeError,
    "Cannot bound information by log-densities [3] and [4]: both must be [n]",
  );
  for (const clip of [0, -1, NaN]) {
    assertThrows(
      () => smileEstimate({ joint: zeros([2]), product: zeros([2]) }, clip),
      RangeError,
      `Cannot cut scores off at ±${clip}`,
    );
  }
});
