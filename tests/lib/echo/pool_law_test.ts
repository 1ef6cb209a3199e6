/**
 * Echoes from a pool, in place of the batch or beside it, under the laws that those of the batch
 * are under.
 *
 * @module
 */
import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import {
  concat,
  type EchoChannel,
  echoChannel,
  echoMatrixSample,
  echoNoise,
  type EchoPool,
  echoSample,
  type Encodings,
  exp,
  expandDims,
  key,
  mul,
  neg,
  normal,
  run,
  slice,
  softplus,
  split,
  tanh,
  type Tensor,
  zeros,
} from "../../../mod.ts";
import {
  betaGamma,
  cauchy,
  digits,
  gauss,
  gaussScales,
  stick,
} from "../../../experiments/laboratory/channels/channels.ts";
import type { Sampler } from "../../../experiments/laboratory/channels/draws.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { SIGMAS } from "../../fixtures/statistics.ts";
import { GAP_LIMIT, lawGaps, momentErrors, telescopingError } from "./oracles.ts";

/**
 * A sampler that takes each half of the batch for a batch, with a pool of what is made of it and of
 * the other half.
 */
const perHalf =
  (poolOf: (half: Encodings, other: Encodings) => EchoPool): Sampler =>
  (of, mean, logScale, channel) => {
    const [rows, columns] = mean.shape, half = rows / 2;
    const part = (x: Tensor, i: number) => slice(x, [i * half, 0], [half, columns]);
    const [first, second] = [0, 1].map((i) => ({
      mean: part(mean, i),
      logScale: part(logScale, i),
    }));
    const keys = split(of);
    const results = [[first, second], [second, first]].map(([half, other], i) => {
      const args = [keys[i], half.mean, half.logScale, channel, poolOf(half, other)] as const;
      return { noise: echoNoise(...args), z: echoSample(...args) };
    });
    return {
      noise: concat(results.map(({ noise }) => noise)),
      z: concat(results.map(({ z }) => z)),
    };
  };

const both = (half: Encodings, other: Encodings): Encodings => ({
  mean: concat([half.mean, other.mean]),
  logScale: concat([half.logScale, other.logScale]),
});
const inPlace = perHalf((_, other) => other);
const beside = perHalf((half, other) => ({ ...both(half, other), withBatch: true }));

const samplers: Record<string, { sampler: Sampler; batch: number }> = {
  "in place of the batch": { sampler: inPlace, batch: 48 },
  "beside the batch": { sampler: beside, batch: 24 },
};

for (const [where, options] of Object.entries(samplers)) {
  Deno.test(`noise and code have the law of the channel, with a pool ${where}`, async () => {
    const forms = [gauss(0.6), gaussScales(2, 1), cauchy(0.5), digits(3), stick(2, 0.5)];
    for (const [i, form] of [...forms, betaGamma(1, 2)].entries()) {
      const { noise, z } = await lawGaps(form, { ...options, seed: i + 1 });
      assertLess(noise, GAP_LIMIT, `ε of ${form.name}`);
      assertLess(z, GAP_LIMIT, `z of ${form.name}`);
    }
    for (const [moment, z] of Object.entries(await momentErrors(0.7, options))) {
      assertLess(Math.abs(z), SIGMAS, moment);
    }
  });
}

Deno.test("codes of batch and pool telescope as one batch does, but not if one is its own echo", async () => {
  const logScales = [-0.5, -0.1, -0.2, -0.7, -0.3, -0.4];
  for (const dimensions of [1, 4]) {
    assertLess(await telescopingError(logScales, dimensions, { sampler: beside }), 1e-6);
  }
  const selfIncluded = perHalf(both);
  assertGreater(await telescopingError(logScales, 2, { sampler: selfIncluded }), 0.01);
  const errors = await momentErrors(0.7, { sampler: selfIncluded, batch: 8 });
  assertGreater(errors.dependence, SIGMAS);
});

onEveryDevice(
  "a pool that is the batch, known to be so, is no pool, also of matrices",
  async (device) => {
    const [km, ks] = split(key(1));
    const batch = run({
      mean: tanh(normal(km, [9, 4])),
      logScale: neg(softplus(normal(ks, [9, 4]))),
    }, device);
    const scale = run(
      mul(expandDims(tanh(batch.mean), 1), expandDims(tanh(batch.logScale), 2)),
      device,
    );
    for (const dMax of [3, 99]) {
      const channel: EchoChannel = echoChannel({ dMax, clip: 0.8 });
      const { mean, logScale } = batch;
      const codes = run([
        echoSample(key(2), mean, logScale, channel),
        echoSample(key(2), mean, logScale, channel, { ...batch, withBatch: true }),
        echoMatrixSample(key(2), mean, scale, channel),
        echoMatrixSample(key(2), mean, scale, channel, { mean, scale, withBatch: true }),
      ], device);
      const [a, b, c, d] = await Promise.all(codes.map((z) => z.read()));
      assertEquals(a, b);
      assertEquals(c, d);
    }
  },
);

Deno.test("a pool that holds the batch cannot be smaller than the batch", () => {
  const [batch, fewer] = [zeros([5, 2]), zeros([4, 2])];
  const pool = { mean: fewer, logScale: fewer, withBatch: true };
  assertThrows(
    () => echoNoise(key(1), batch, batch, echoChannel(), pool),
    RangeError,
    "Cannot draw echoes from a pool of 4 with a batch of 5 in it",
  );
});

onEveryDevice("matrices with a pool beside the batch: diagonal ones are scales", async (device) => {
  const [km, ks] = split(key(3));
  const channel = echoChannel({ dMax: 5, clip: 1 });
  const all = run(
    { mean: normal(km, [10, 1]), logScale: neg(softplus(normal(ks, [10, 1]))) },
    device,
  );
  const first = (x: Tensor) => slice(x, x.shape.map(() => 0), [4, ...x.shape.slice(1)]);
  const matrices = expandDims(run(exp(all.logScale), device), 2);
  const [z, same] = run([
    echoSample(key(4), first(all.mean), first(all.logScale), channel, { ...all, withBatch: true }),
    echoMatrixSample(key(4), first(all.mean), first(matrices), channel, {
      mean: all.mean,
      scale: matrices,
      withBatch: true,
    }),
  ], device);
  const expected = await same.read();
  (await z.read()).forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-5));
});
