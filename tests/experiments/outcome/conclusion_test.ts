/**
 * The end of a run: the codes of the test images in their order, and a bound on their likelihood.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { join } from "node:path";
import {
  concat,
  foldIn,
  importanceBound,
  key,
  openDevice,
  permutation,
  run,
  sum,
  tensor,
} from "../../../mod.ts";
import { saveCodes } from "../../../experiments/outcome/codes.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { evenBatches, gatherTensor } from "../../../experiments/outcome/evaluate.ts";
import { makeBoundLikelihood } from "../../../experiments/outcome/importance.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { decodeTensors } from "../../../experiments/formats/safetensors.ts";
import { CONFIG, DATA, IAF_VAMP, NO_EXAMPLES, SIDE, VAE } from "../../fixtures/bars.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

const PIXELS = SIDE * SIDE;
const { test } = DATA;

function open(config: Config) {
  const model = makeModel(config, PIXELS);
  const examples = Array.from({ length: model.prior.examples }, (_, i) => i);
  const start = examples.length > 0 ? gatherTensor(DATA.train, examples) : NO_EXAMPLES;
  return { model, params: run(model.init(key(1), start)) };
}

const NAMES = {
  echo: ["mean", "logScale", "z", "labels"],
  gaussian: ["mean", "logVariance", "z", "labels"],
  iaf: ["mean", "logVariance", "z", "labels"],
};

for (const config of [CONFIG, VAE, IAF_VAMP]) {
  const { type } = config.latent;
  Deno.test(`${type}: row i of the codes belongs to test image i`, async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "codes.safetensors");
    const device = await openDevice("cpu", { threads: 1 });
    const { model, params } = open(config);
    const images = { ...test, labels: Uint8Array.from({ length: test.count }, (_, i) => i % 4) };
    await saveCodes(path, { model, params, images, batch: 20, device, key: key(2) });
    const { tensors } = decodeTensors(await Deno.readFile(path), path);
    assertEquals([...tensors.keys()].sort(), NAMES[type as keyof typeof NAMES].toSorted());
    assertEquals(tensors.get("labels")!.data, Int32Array.from(images.labels));

    // All images in one batch, in their order: z depends on the batch, the other arrays do not.
    const whole = tensor(Float32Array.from(test.data), { shape: [test.count, PIXELS] });
    const { z: _, ...statistics } = model.encode(params, whole, key(3));
    run(statistics, device);
    for (const [name, expected] of Object.entries(statistics)) {
      const { shape, data } = tensors.get(name)!;
      assertEquals(shape, [test.count, 3]);
      const values = await expected.read();
      data.forEach((x, i) => assertAlmostEquals(x, values[i], 1e-5));
    }
    const { shape, data } = tensors.get("z")!;
    assertEquals(shape, [test.count, 3]);
    // Two of hundreds of numbers may be equal by chance, but not two codes.
    const codes = Array.from({ length: test.count }, (_, i) => data.slice(3 * i, 3 * i + 3).join());
    assertEquals(new Set(codes).size, test.count);
    device.close();
  });
}

Deno.test("a bound computed in chunks equals the bound at once, and more codes tighten it", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  for (const config of [VAE, IAF_VAMP]) {
    const { model, params } = open(config);
    const bound = (samples: number, of = key(4)) =>
      makeBoundLikelihood(model.logWeights, samples, 20, device)(params, test, of);

    // 13 codes in chunks of 6 and 7, in batches of 17 and 18 images; each chunk has its key.
    const order = await permutation(key(4), test.count).read();
    let expected = 0;
    for (const { start, end } of evenBatches(test.count, 20)) {
      const rows = gatherTensor(test, order.subarray(start, end));
      const chunks = [6, 7].map((count, i) =>
        model.logWeights(params, rows, foldIn(foldIn(key(4), start), i), count)
      );
      const total = sum(importanceBound(concat(chunks)));
      run([total], device);
      expected -= await total.item() / test.count;
    }
    assertAlmostEquals(await bound(13), expected, 1e-4);
    const [one, five, fifty] = [await bound(1), await bound(5), await bound(50)];
    assertLess(five, one);
    assertLess(fifty, five);
    assert(await bound(5, key(5)) !== five);
  }
  device.close();
});
