/**
 * The cost of stale echoes: in closed form where it has one, by quadrature where the true one is
 * known, and on every device.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  type Device,
  echoChannel,
  type EchoOptions,
  echoStaleness,
  type Encodings,
  key,
  log,
  mul,
  neg,
  normal,
  run,
  softplus,
  split,
  take,
  tanh,
  tensor,
} from "../../../mod.ts";
import { Law } from "../../../experiments/laboratory/channels/law.ts";
import { laws, through } from "../../../experiments/laboratory/channels/truncated.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { generator, normalCdf } from "../../fixtures/statistics.ts";

const exact = echoChannel({ clip: 1 });

async function staleness(
  pool: Encodings,
  before: Encodings,
  now: Encodings,
  channel = exact,
  device: Device = reference,
): Promise<{ bias: number; drift: number }> {
  const { bias, drift } = run(echoStaleness(pool, before, now, channel), device);
  return { bias: await bias.item(), drift: await drift.item() };
}

/**
 * f = ±√(1 − s²)·a and S = b·s in some dimensions, of which the moments are those of the Gaussian
 * channel.
 */
function signs(scales: readonly number[], a = 1, b = 1, clip = 1): Encodings {
  const row = (sign: number) => scales.map((s) => sign * a * Math.sqrt(1 - s * s));
  const logScale = scales.map((s) => Math.log(b * s / clip));
  return { mean: tensor([row(1), row(-1)]), logScale: tensor([logScale, logScale]) };
}

onEveryDevice(
  "of Gaussian channels it is ½ Σ log (a²·(1 − s²) + b²·s²), exactly",
  async (device) => {
    const exactly = device.name === "reference" ? 1e-6 : 1e-4;
    const factor = fc.double({ min: 0.5, max: 1.5, noNaN: true });
    const scale = fc.double({ min: 0.1, max: 0.6, noNaN: true });
    await fc.assert(
      fc.asyncProperty(factor, factor, fc.tuple(scale, scale), async (a, b, scales) => {
        const clip = 0.9;
        const [before, now] = [signs(scales, 1, 1, clip), signs(scales, a, b, clip)];
        const { bias, drift } = await staleness(before, before, now, echoChannel({ clip }), device);
        const sum = (of: (s: number) => number) => scales.reduce((total, s) => total + of(s), 0);
        const expected = sum((s) => 0.5 * Math.log(a * a * (1 - s * s) + b * b * s * s));
        assertAlmostEquals(bias, expected, exactly);
        const moved = sum((s) => (a - 1) ** 2 * (1 - s * s) + (b - 1) ** 2 * s * s) / scales.length;
        assertAlmostEquals(drift, Math.sqrt(moved), exactly);
      }),
      { seed: 1, numRuns: 10 },
    );
  },
);

Deno.test("the noise has the moments of its law, where f and S depend on each other", async () => {
  // Sethuraman's channel: ε ~ Beta(θp, θ(1 − p)); means are then a times as large.
  const [theta, p, a] = [2.5, 0.3, 1.2], n = 40_000;
  const random = generator(1);
  const v = Array.from({ length: n }, () => random() ** (1 / theta));
  const f = v.map((v) => random() < p ? 1 - v : 0);
  const of = (a: number): Encodings => ({
    mean: tensor(f.map((f) => [a * f])),
    logScale: tensor(v.map((v) => [Math.log(v)])),
  });
  const [v1, v2] = [theta / (theta + 1), theta / (theta + 2)];
  const [e1, e2] = [p, p * (theta * p + 1) / (theta + 1)];
  const variance = (a: number) => {
    const [f1, f2, fv] = [a * p * (1 - v1), a * a * p * (1 - 2 * v1 + v2), a * p * (v1 - v2)];
    return f2 + 2 * fv * e1 + v2 * e2 - (f1 + v1 * e1) ** 2;
  };
  assertAlmostEquals(variance(1), p * (1 - p) / (theta + 1), 1e-12);
  const { bias } = await staleness(of(1), of(1), of(a));
  assertAlmostEquals(bias, 0.5 * Math.log(variance(a) / variance(1)), 0.003);
});

/** x ~ N(0, 1) in even quantiles, f = a·tanh x, S = .1 + .7·σ(x). */
function tanhChannel(a: number): Encodings {
  const quantile = (p: number) => {
    let low = -8, high = 8;
    for (let i = 0; i < 40; i++) {
      const x = (low + high) / 2;
      if (normalCdf(x) < p) low = x;
      else high = x;
    }
    return low;
  };
  const x = Array.from({ length: 1001 }, (_, i) => quantile((i + 0.5) / 1001));
  return {
    mean: tensor(x.map((x) => [a * Math.tanh(x)])),
    logScale: tensor(x.map((x) => [Math.log(0.1 + 0.7 / (1 + Math.exp(-x)))])),
  };
}

Deno.test("for distributions that are not Gaussian, the estimate is near the truth by quadrature", async () => {
  const noiseNow = laws(24)[23];
  for (const [stale, known] of [[1.3, -0.19], [1.02, -0.015], [0.8, 0.17]]) {
    const noise = Law.of((y) => noiseNow.cdf(y / stale), noiseNow.cells);
    const truth = through(noise).entropy() - noise.entropy();
    assertAlmostEquals(truth, known, 0.004);
    const before = tanhChannel(stale);
    const { bias } = await staleness(before, before, tanhChannel(1));
    assertLess(Math.abs(bias / truth - 1), 0.08, `${bias} for ${truth}`);
  }
});

Deno.test("an unchanged encoder has no staleness, and the order of the pool does not matter", async () => {
  const [km, ks] = split(key(1));
  const pool = run(
    { mean: normal(km, [30, 4]), logScale: neg(softplus(normal(ks, [30, 4]))) },
    reference,
  );
  const now = { mean: tanh(pool.mean), logScale: mul(pool.logScale, 1.1) };
  assertEquals(await staleness(pool, pool, pool), { bias: 0, drift: 0 });
  const order = tensor(Array.from({ length: 30 }, (_, i) => (7 * i) % 30), { dtype: "int32" });
  const shuffled = { mean: take(pool.mean, order), logScale: take(pool.logScale, order) };
  const [a, b] = [await staleness(pool, pool, now), await staleness(shuffled, pool, now)];
  assertAlmostEquals(a.bias, b.bias, 1e-6);
  assertAlmostEquals(a.drift, b.drift, 1e-6);
});

Deno.test("staleness applies the settings of the channel: clipped means, centred echoes", async () => {
  const of = (values: readonly number[]): Encodings => ({
    mean: tensor(values.map((v) => [v])),
    logScale: log(tensor(values.map(() => [0.5]))),
  });
  const options = (more: EchoOptions) => echoChannel({ clip: 1, ...more });
  const clipped = await staleness(of([-9, 9]), of([-9, 9]), of([-2, 2]), options({ meanClip: 2 }));
  assertEquals(clipped, { bias: 0, drift: 0 });
  // With a constant S, a mean of the noise moves all codes alike.
  const [from, to] = [[5, 6], [4, 7]];
  const plain = await staleness(of(from), of(from), of(to));
  const centred = await staleness(of(from), of(from), of(to), options({ centred: true }));
  assertAlmostEquals(plain.bias, centred.bias, 1e-4);
  // Var f is 1/4, and then 9/4; Var ε is 1/4 / (1 − 1/4).
  assertAlmostEquals(plain.bias, 0.5 * Math.log((9 / 4 + 1 / 12) / (1 / 4 + 1 / 12)), 1e-4);
});
