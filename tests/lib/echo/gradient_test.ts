/**
 * The gradients of the code and of the rate, to second order, against central differences in
 * float64 on the reference device: both along a random direction.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  echoChannel,
  echoNoise,
  type EchoOptions,
  echoRate,
  echoSample,
  exp,
  grad,
  jit,
  key,
  mul,
  openDevice,
  run,
  sum,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
} from "../../../mod.ts";
import { generator, normalDraw } from "../../fixtures/statistics.ts";

const BATCH = 5, LATENT = 2;
const device = await openDevice("reference");
const echoKey = key(7);

/** Encodings of a batch, and of a pool as large; or a direction in which they move. */
interface Point {
  readonly mean: Tensor;
  readonly logScale: Tensor;
  readonly poolMean: Tensor;
  readonly poolLogScale: Tensor;
}
type Loss = (at: Point) => Tensor;

const dot = (a: Point, b: Point): Tensor => {
  const products = treeLeaves(treeMap((x, y) => sum(mul(x, y)), a, b)) as Tensor[];
  return products.reduce((x, y) => add(x, y));
};
const moved = (a: Point, b: Point, h: number): Point => treeMap((x, y) => add(x, mul(y, h)), a, b);

/** Normal numbers, and the weights of a loss, by a seed. */
function randomPoint(seed: number): Point {
  const random = generator(seed);
  const values = () =>
    tensor(Float64Array.from({ length: BATCH * LATENT }, () => normalDraw(random)), {
      shape: [BATCH, LATENT],
    });
  return { mean: values(), logScale: values(), poolMean: values(), poolLogScale: values() };
}

/**
 * Asserts that the first and the second derivative of a loss agree with differences of the loss and
 * of its first derivative.
 *
 * @param frozen what to take the differences of, if not the loss: it may hold constant what the
 * gradient does
 */
async function checkGradients(loss: Loss, seed: number, frozen: Loss = loss): Promise<void> {
  const [at, v, u] = [0, 1, 2].map((i) => randomPoint(3 * seed + i));
  const alongV = (of: Loss): Loss => (p) => dot(grad(of)(p), v);
  const h = 1e-5;
  for (
    const [order, f, reference, direction] of [
      ["first", loss, frozen, v],
      ["second", alongV(loss), alongV(frozen), u],
    ] as const
  ) {
    const exact = await run(dot(grad(f)(at), direction), device).item();
    const value = jit(reference, { device });
    const ahead = await value(moved(at, direction, h)).item();
    const behind = await value(moved(at, direction, -h)).item();
    const difference = (ahead - behind) / (2 * h);
    assertAlmostEquals(exact, difference, 1e-6 * (1 + Math.abs(exact)), `${order} derivative`);
  }
}

/** A loss that is curved in z, and weighs every element differently. */
const weigh = (z: Tensor): Tensor => sum(mul(mul(z, z), add(tensor([[0.3, -0.8]]), z)));

const channels: Record<string, EchoOptions> = {
  "as it comes": {},
  "of fewer echoes than there are": { dMax: 2, clip: 0.7 },
  "with replacement": { sampling: "withReplacement", dMax: 6 },
  "in one cycle": { sampling: "cycle" },
  "in one cycle, of fewer echoes": { sampling: "cycle", dMax: 3 },
  "multiplicative": { multiplicative: true, clip: 0.3 },
  "centred": { centred: true },
  "with a mean clip": { meanClip: 0.8 },
};
const RUNS = { seed: 5, numRuns: 2, endOnFailure: true };

for (const [name, options] of Object.entries(channels)) {
  const channel = echoChannel(options);
  Deno.test(`gradients of the code of a channel ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(1000),
        (seed) =>
          checkGradients((p) => weigh(echoSample(echoKey, p.mean, p.logScale, channel)), seed),
      ),
      RUNS,
    );
  });
}

Deno.test("gradients of a code with echoes of a pool, also with respect to the pool", async () => {
  const channel = echoChannel({ dMax: 3 });
  await checkGradients((p) => {
    const pool = { mean: p.poolMean, logScale: p.poolLogScale };
    return weigh(echoSample(echoKey, p.mean, p.logScale, channel, pool));
  }, 11);
});

Deno.test("gradients of the rate", async () => {
  const channel = echoChannel();
  await checkGradients((p) => {
    const rate = echoRate(p.logScale, channel);
    return sum(mul(rate, mul(rate, rate)));
  }, 12);
});

Deno.test("gradients of a detached code take the noise for constant", async () => {
  const channel = echoChannel({ detached: true, clip: 0.6 });
  const seed = 13;
  const at = randomPoint(3 * seed);
  const noise = run(echoNoise(echoKey, at.mean, at.logScale, channel), device);
  await checkGradients(
    (p) => weigh(echoSample(echoKey, p.mean, p.logScale, channel)),
    seed,
    (p) => weigh(add(p.mean, mul(mul(exp(p.logScale), channel.clip), noise))),
  );
  const { mean } = grad((p: Point) => sum(echoNoise(echoKey, p.mean, p.logScale, channel)))(at);
  assertEquals(await run(mean, device).read(), new Float64Array(BATCH * LATENT));
});
