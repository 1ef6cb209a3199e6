/**
 * Echoes of a batch in one cycle: the sum by halves is the sum term by term, and the order is what
 * it should be.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  echoChannel,
  echoNoise,
  echoSample,
  foldIn,
  jit,
  key,
  neg,
  normal,
  run,
  softplus,
  split,
  tanh,
  type Tensor,
} from "../../../mod.ts";
import { cycleOrder } from "../../../lib/echo/cycle.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { assertEven } from "../../fixtures/chance.ts";

const LATENT = 3;

/** Encodings of a batch. */
function encodings(batch: number) {
  const [km, ks] = split(key(batch));
  return run({
    mean: tanh(normal(km, [batch, LATENT])),
    logScale: neg(softplus(normal(ks, [batch, LATENT]))),
  });
}

/** The largest difference between elements. */
const gap = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

onEveryDevice("the noise of any number of echoes is their sum, term by term", async (device) => {
  const sizes = fc.integer({ min: 2, max: 24 }).chain((batch) =>
    fc.tuple(fc.constant(batch), fc.integer({ min: 1, max: batch }))
  );
  await fc.assert(
    fc.asyncProperty(sizes, async ([batch, dMax]) => {
      const channel = echoChannel({ dMax, clip: 0.9, sampling: "cycle" });
      const { mean, logScale } = encodings(batch);
      // Of a pool that is the batch, echoes are summed one by one.
      const pool = { mean, logScale, withBatch: true };
      const [quick, plain] = run([
        echoNoise(key(dMax), mean, logScale, channel),
        echoNoise(key(dMax), mean, logScale, channel, pool),
      ], device);
      assertLess(gap(await quick.read(), await plain.read()), 2e-6);
    }),
    { seed: 3, numRuns: 8 },
  );
});

onEveryDevice("in a cycle the noise of each example is the code of the next", async (device) => {
  const batch = 60;
  const channel = echoChannel({ clip: 0.7, sampling: "cycle" });
  const { mean, logScale } = encodings(batch);
  const [noise, z, order] = run([
    echoNoise(key(1), mean, logScale, channel),
    echoSample(key(1), mean, logScale, channel),
    cycleOrder(key(1), batch, batch, batch - 1, true),
  ], device);
  const [ofNoise, codes, rows] = [await noise.read(), await z.read(), await order.read()];
  for (let i = 0; i < batch; i++) {
    const next = rows[i * (batch - 1)];
    const at = (values: ArrayLike<number>, row: number) =>
      Array.from({ length: LATENT }, (_, j) => values[row * LATENT + j]);
    assertLess(gap(at(ofNoise, i), at(codes, next)), 2e-6);
  }
});

Deno.test("the echoes of an example are the others in any order, all alike likely", async () => {
  const counts = new Map<string, number>();
  const draw = jit((number: Tensor) => cycleOrder(foldIn(key(5), number), 4, 4, 3, true));
  for (let i = 0; i < 2400; i++) {
    using drawn = draw(i);
    const rows = await drawn.read();
    const [first, second, third, ...ofOthers] = rows;
    assertEquals([first, second, third].sort(), [1, 2, 3]);
    // One cycle: whoever comes next has the same echoes, but for its own place.
    assertEquals(Array.from(ofOthers.slice(3 * (first - 1), 3 * first)), [second, third, 0]);
    const order = `${first}${second}${third}`;
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  assertEquals(counts.size, 6);
  assertEven([...counts.values()], "orders of three others");
});

Deno.test("echoes of a pool beside the batch start anywhere in its cycle", async () => {
  const rows = await cycleOrder(key(6), 900, 3, 3, false).read();
  const firsts = [0, 0, 0];
  for (let i = 0; i < 900; i++) {
    const order = Array.from(rows.slice(3 * i, 3 * i + 3));
    assertEquals(order.toSorted(), [0, 1, 2]);
    firsts[order[0]]++;
  }
  assertEven(firsts, "the first echo");
  const some = await cycleOrder(key(7), 50, 200, 99, false).read();
  for (let i = 0; i < 50; i++) {
    assert(new Set(some.slice(99 * i, 99 * (i + 1))).size === 99, "an echo twice");
  }
});
