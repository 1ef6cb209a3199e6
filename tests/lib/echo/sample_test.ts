/**
 * The definition of Echo noise on small batches, the options of a channel, and laws that hold
 * exactly.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  concat,
  echoChannel,
  echoLoss,
  echoNoise,
  echoRate,
  echoSample,
  exp,
  jit,
  type Key,
  key,
  mean as average,
  normal,
  run,
  ShapeError,
  solveClip,
  split,
  sub,
  take,
  tensor,
  zeros,
} from "../../../mod.ts";
import { echoMasks } from "./oracles.ts";

const exact = echoChannel({ clip: 1 });
/** 6 examples of 3 dimensions. */
const { mean, logScale } = run({
  mean: normal(key(10), [6, 3]),
  logScale: sub(normal(key(11), [6, 3]), 2),
});
const f = [0.5, -1, 2], s = [0.25, 0.5, 0.75];
const column = (values: readonly number[]) => tensor(values.map((x) => [x]));

Deno.test("with one other example, the noise is its mean", async () => {
  const z = await echoSample(
    key(1),
    column(f.slice(0, 2)),
    column(s.slice(0, 2).map(Math.log)),
    exact,
  ).read();
  assertAlmostEquals(z[0], f[0] + s[0] * f[1], 1e-6);
  assertAlmostEquals(z[1], f[1] + s[1] * f[0], 1e-6);
});

Deno.test("with two others, the noise is f + S·f of the two, in either order", async () => {
  const encodings = { mean: column(f), logScale: column(s.map(Math.log)) };
  const step = jit((k: Key) => echoNoise(k, encodings.mean, encodings.logScale, exact));
  const seen = new Set<string>();
  for (const k of split(key(2), 20)) {
    const noise = await step(k).read();
    for (let i = 0; i < 3; i++) {
      const [j, k] = [(i + 1) % 3, (i + 2) % 3];
      const isFirst = Math.abs(noise[i] - (f[j] + s[j] * f[k])) < 1e-6;
      const isSecond = Math.abs(noise[i] - (f[k] + s[k] * f[j])) < 1e-6;
      assert(isFirst !== isSecond, `ε of example ${i} is ${noise[i]}`);
      seen.add(`${i} ${isFirst}`);
    }
  }
  assertEquals(seen.size, 6, "every order comes up for every example");
});

Deno.test("the echoes of an example are distinct others, all alike likely, new with every key", async () => {
  const batch = 8, dMax = 3;
  const masks = await echoMasks(batch, dMax, split(key(3), 200));
  const uses = Array.from({ length: batch }, () => new Array<number>(batch).fill(0));
  for (const ofKey of masks) {
    ofKey.forEach((mask, i) => {
      const echoes = uses.keys().filter((j) => (mask >> j & 1) === 1).toArray();
      assertEquals(echoes.length, dMax, "as many different echoes as asked for");
      assert(!echoes.includes(i), "an example is not its own echo");
      for (const j of echoes) uses[i][j]++;
    });
  }
  // 200 keys, 3 of 7 others: 86 ± 7.
  uses.forEach((row, i) =>
    row.forEach((n, j) => i === j || assertAlmostEquals(n, 200 * 3 / 7, 35, `${j} for ${i}`))
  );
});

Deno.test("the same key gives the same code, another key another", async () => {
  const codes = [key(1), key(1), key(2)].map((k) => echoSample(k, mean, logScale, exact).read());
  const [once, again, other] = await Promise.all(codes);
  assertEquals(once, again);
  assertNotEquals(once, other);
});

Deno.test("a small batch gives as many echoes as it has others", async () => {
  for (const dMax of [5, 99]) {
    const [all] = await echoMasks(6, dMax, [key(4)]);
    assertEquals(all, [0, 1, 2, 3, 4, 5].map((i) => 63 - 2 ** i));
  }
});

Deno.test("one example has no echoes", () => {
  for (const batch of [0, 1]) {
    const none = zeros([batch, 2]);
    assertThrows(
      () => echoSample(key(1), none, none, exact),
      RangeError,
      `Cannot draw echoes from ${batch} example${
        batch === 1 ? "" : "s"
      }: at least one other is needed`,
    );
  }
});

Deno.test("means and scales must be [batch, latent], alike", () => {
  for (const [a, b] of [[[6, 3], [6, 2]], [[6], [6]], [[6, 3, 1], [6, 3, 1]]]) {
    assertThrows(
      () => echoSample(key(1), zeros(a), zeros(b), exact),
      ShapeError,
      `Cannot make echoes of means [${a.join(", ")}] and scales [${b.join(", ")}]`,
    );
  }
});

Deno.test("the clip is solved from M·rᵈ / (1 − r) = 2⁻²³, or given", () => {
  assertAlmostEquals(echoChannel().clip, 0.835866, 5e-7);
  assertAlmostEquals(echoChannel({ meanBound: 10 }).clip, 0.817523, 5e-7);
  assertAlmostEquals(echoChannel({ dMax: 64 }).clip, 0.762203, 5e-7);
  assertEquals(echoChannel({ clip: 0.9, dMax: 3 }).clip, 0.9);
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 500 }),
    fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
    (d, bound) => {
      const r = solveClip(d, bound);
      assertAlmostEquals(bound * r ** d / (1 - r) * 2 ** 23, 1, 1e-6);
    },
  ));
});

Deno.test("a channel refuses settings out of range", () => {
  const bad = [{ dMax: 0 }, { dMax: 1.5 }, { meanBound: 0 }, { meanBound: NaN }, { clip: 0 }];
  for (const options of [...bad, { clip: 1.1 }, { clip: NaN }]) {
    const [[name, value]] = Object.entries(options);
    assertThrows(
      () => echoChannel(options),
      RangeError,
      `Cannot make an Echo channel with ${name} ${value}`,
    );
  }
});

Deno.test("the scale that a code shows is the scale that the rate counts", async () => {
  const clips = fc.double({ min: 0.1, max: 1, noNaN: true });
  const means = column(f), logScales = column(s.map(Math.log));
  await fc.assert(
    fc.asyncProperty(clips, async (clip) => {
      const channel = echoChannel({ clip });
      const z = await echoSample(key(5), means, logScales, channel).read();
      const noise = await echoNoise(key(5), means, logScales, channel).read();
      const rates = await echoRate(logScales, channel).read();
      rates.forEach((rate, i) => {
        assertAlmostEquals(z[i], f[i] + Math.exp(-rate) * noise[i], 1e-6);
      });
    }),
    { seed: 1, numRuns: 5 },
  );
});

Deno.test("the rate is −Σ log S, in nats: of each example, additive over the dimensions", async () => {
  const channel = echoChannel({ clip: 0.5 });
  const scales = tensor([[1, 0.5], [0.1, 0.02]].map((row) => row.map(Math.log)));
  const rates = await echoRate(scales, channel).read();
  assertAlmostEquals(rates[0], -Math.log(0.5 * 0.25), 1e-6);
  assertAlmostEquals(rates[1], -Math.log(0.05 * 0.01), 1e-6);

  const more = sub(mean, 1);
  const both = await echoRate(concat([logScale, more], 1), channel).read();
  const separate = await add(echoRate(logScale, channel), echoRate(more, channel)).read();
  both.forEach((rate, i) => assertAlmostEquals(rate, separate[i], 1e-5));
});

Deno.test("the rate has a part for each dimension, a default channel and a second name", async () => {
  const channel = echoChannel({ clip: 0.5 });
  const parts = await echoRate(tensor([[0, -1], [-2, -3]]), channel, { perDimension: true }).read();
  [0, 1, 2, 3].forEach((nats, i) => assertAlmostEquals(parts[i], nats + Math.log(2), 1e-6));
  const usual = await echoRate(logScale, echoChannel()).read();
  assertEquals(await echoRate(logScale).read(), usual);
  assertEquals(await echoLoss(logScale).read(), usual);
  assertEquals(
    await echoSample(key(5), mean, logScale).read(),
    await echoSample(key(5), mean, logScale, echoChannel()).read(),
  );
  // @ts-expect-error: an unknown option
  assertThrows(() => echoRate(logScale, channel, { perDim: true }), TypeError, "perDim");
});

Deno.test("the rate of an example depends on nothing but its own scale", async () => {
  const channel = echoChannel();
  const order = tensor([3, 0, 5, 1, 4, 2], { dtype: "int32" });
  const permuted = await echoRate(take(logScale, order), channel).read();
  assertEquals(permuted, await take(echoRate(logScale, channel), order).read());
});

Deno.test("the multiplicative code is e^z", async () => {
  const additive = echoSample(key(6), mean, logScale, exact);
  const channel = echoChannel({ clip: 1, multiplicative: true });
  const code = await echoSample(key(6), mean, logScale, channel).read();
  assertEquals(code, await exp(additive).read());
  assertEquals(await echoRate(logScale, channel).read(), await echoRate(logScale, exact).read());
});

Deno.test("meanClip bounds the means, also those of the echoes", async () => {
  const channel = echoChannel({ clip: 1, meanClip: 0.5 });
  const clipped = tensor((await mean.read()).map((x) => Math.min(0.5, Math.max(-0.5, x))), {
    shape: [6, 3],
  });
  const z = await echoSample(key(7), mean, logScale, channel).read();
  const expected = await echoSample(key(7), clipped, logScale, exact).read();
  z.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
});

Deno.test("centred subtracts the batch mean from the echoes, not from the example", async () => {
  const channel = echoChannel({ clip: 1, centred: true });
  const centred = sub(mean, average(mean, { axis: 0, keepDims: true }));
  const noise = await echoNoise(key(8), mean, logScale, channel).read();
  const expected = await echoNoise(key(8), centred, logScale, exact).read();
  noise.forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-5));
  const z = await echoSample(key(8), mean, logScale, channel).read();
  const means = await mean.read(), logScales = await logScale.read();
  z.forEach((v, i) => assertAlmostEquals(v, means[i] + Math.exp(logScales[i]) * noise[i], 1e-5));
});

Deno.test("detached changes gradients only", async () => {
  const channel = echoChannel({ clip: 1, detached: true });
  assertEquals(
    await echoSample(key(9), mean, logScale, channel).read(),
    await echoSample(key(9), mean, logScale, exact).read(),
  );
});

Deno.test("echoes come from the pool instead of the batch, also for a single example", async () => {
  const pool = { mean: column([1, 2, 4, 8]), logScale: column([0, 0, 0, 0]) };
  const all = await echoNoise(key(1), column(f), column(f), exact, pool).read();
  assertEquals([...all], [15, 15, 15], "every member once");
  const two = await echoNoise(key(1), column([0]), column([0]), { ...exact, dMax: 2 }, pool).read();
  assert([3, 5, 9, 6, 10, 12].includes(two[0]), `${two[0]} is no sum of two of 1, 2, 4, 8`);
});

Deno.test("withReplacement draws dMax echoes of any batch, the example among them", async () => {
  const channel = echoChannel({ clip: 1, dMax: 64, sampling: "withReplacement" });
  const alone = await echoNoise(key(2), column([3]), column([Math.log(0.5)]), channel).read();
  assertAlmostEquals(alone[0], 3 / (1 - 0.5), 1e-5, "Σ 3·2⁻ˡ");

  // With S = 1 the noise counts how often the second of two examples is drawn: 32 ± 4 of 64.
  const pair = await echoNoise(key(3), column([0, 1]), column([0, 0]), channel).read();
  for (const count of pair) assertLess(Math.abs(count - 32), 20);
  assertNotEquals(pair[0], pair[1]);
});
