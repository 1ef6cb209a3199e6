import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { key, mean, mul, openDevice, slice } from "../../mod.ts";
import { evenBatches, makeEvaluate } from "../../experiments/evaluate.ts";
import { makeModel, type Model } from "../../experiments/model.ts";
import { DATA, SIDE, VAE } from "./bars.ts";

Deno.test("batches cover every image once, and are of nearly one size", () => {
  for (const [count, size] of [[107, 20], [100, 20], [1, 20], [10_000, 99], [21, 20]]) {
    const batches = evenBatches(count, size);
    const lengths = batches.map(({ start, end }) => end - start);
    assertEquals(batches.length, Math.ceil(count / size));
    assertEquals(lengths.reduce((sum, length) => sum + length), count);
    assertEquals(
      batches.map(({ start }) => start).slice(1),
      batches.map(({ end }) => end).slice(0, -1),
    );
    assert(Math.max(...lengths) - Math.min(...lengths) <= 1);
  }
});

Deno.test("every image counts once, those of the smaller batches too", async () => {
  const device = await openDevice("cpu");
  const model = makeModel(VAE, SIDE * SIDE);
  // Losses that can be counted on the host: of the first pixel, and of all.
  const counting: Model = {
    ...model,
    losses: (_, images) => {
      const rate = mean(slice(images, [0, 0], [images.shape[0], 1]));
      const distortion = mul(mean(images), SIDE * SIDE);
      return { rate, distortion, loss: distortion };
    },
  };
  const { count, pixels, data } = DATA.test;
  const found = await makeEvaluate(counting, 20, device)(model.init(key(0)), DATA.test, key(0));
  let [first, total] = [0, 0];
  data.forEach((value: number, i: number) => {
    total += value;
    if (i % pixels === 0) first += value;
  });
  assertAlmostEquals(found.rate, first / count, 1e-6);
  assertAlmostEquals(found.distortion, total / count, 1e-5);
  device.close();
});
