/**
 * The promise of the paper, held by the shipped configs, each trained as it says: Echo's −ELBO is
 * below that of a VAE.
 *
 * @module
 */
import { assertEquals, assertLess } from "@std/assert";
import { openDevice } from "../../../mod.ts";
import { findConfig } from "../../../experiments/config/source.ts";
import { type Images, sliceImages } from "../../../experiments/data/images.ts";
import { loadDataSet } from "../../../experiments/data/datasets.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";
import { trainUntil } from "../../fixtures/training.ts";

const first = (images: Images, count: number): Images => sliceImages(images, 0, count);

Deno.test("after 2,000 steps on 5,000 images echo is below vae", async () => {
  await using folder = await temporaryFolder();
  const device = await openDevice("cpu");
  const { train, valid, ...rest } = await loadDataSet("mnist_binarized");
  const data = { ...rest, train: first(train, 5000), valid: first(valid, 1000) };
  const negativeElbo = async (name: string) => {
    const { config } = await findConfig(name);
    const run = runFolder(folder.path, name);
    await trainUntil(Infinity, run, device, {
      config: { ...config, limit: 5000, epochs: 40 },
      data: { ...data, test: first(data.test, 1000) },
    });
    const history = await readHistory(run.history);
    assertEquals(history.length, 40);
    const { rate, distortion } = history.at(-1)!.valid;
    return rate + distortion;
  };
  const [echo, vae] = [await negativeElbo("echo"), await negativeElbo("vae")];
  assertLess(echo, vae - 1);
  device.close();
});
