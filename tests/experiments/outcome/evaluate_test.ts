import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { key, mean, mul, openDevice, slice } from "../../../mod.ts";
import { evenBatches, makeEvaluate } from "../../../experiments/outcome/evaluate.ts";
import { makeModel, type Model } from "../../../experiments/models/model.ts";
import { DATA, NO_EXAMPLES, SIDE, VAE } from "../../fixtures/bars.ts";

Deno.test("batches cover every image once, and are of nearly one size", () => {
  const cases = [[107, 20, 6], [100, 20, 5], [1, 20, 1], [10_000, 99, 102], [21, 20, 2]];
  // Batches of one image, which has no other to make an echo of, are avoided.
  for (const [count, size, number] of [...cases, [3, 2, 1], [7, 2, 3], [8, 2, 4]]) {
    const batches = evenBatches(count, size);
    const lengths = batches.map(({ start, end }) => end - start);
    assertEquals(batches.length, number);
    assert(count === 1 || Math.min(...lengths) > 1);
    assertEquals(lengths.reduce((sum, length) => sum + length), count);
    assertEquals(
      batches.map(({ start }) => start).slice(1),
      batches.map(({ end }) => end).slice(0, -1),
    );
    assert(Math.max(...lengths) - Math.min(...lengths) <= 1);
  }
});

Deno.test("every image counts once, also in smaller batches", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const model = makeModel(VAE, SIDE * SIDE);
  // Losses that the host can compute: of the first pixel, and of all pixels.
  const counting: Model = {
    ...model,
    losses: (_, images) => {
      const rate = mean(slice(images, [0, 0], [images.shape[0], 1]));
      const distortion = mul(mean(images), SIDE * SIDE);
      return { rate, distortion, loss: distortion };
    },
  };
  const { count, pixels, data } = DATA.test;
  const params = model.init(key(0), NO_EXAMPLES);
  const found = await makeEvaluate(counting, 20, device)(params, DATA.test, key(0));
  let [first, total] = [0, 0];
  data.forEach((value: number, i: number) => {
    total += value;
    if (i % pixels === 0) first += value;
  });
  assertAlmostEquals(found.rate, first / count, 1e-6);
  assertAlmostEquals(found.distortion, total / count, 1e-5);
  device.close();
});
