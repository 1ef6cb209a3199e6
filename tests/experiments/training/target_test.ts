/**
 * Rates and distortions on demand.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { openDevice } from "../../../mod.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { like, VAE } from "../../fixtures/bars.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";
import { trainUntil } from "../../fixtures/training.ts";

const LONG = { epochs: 60, learningRate: { type: "constantThenLinear", rate: 0.01 } };
const CASES = {
  "a rate of vae": { ...LONG, latent: VAE.latent, rate: 1 },
  "a larger rate of vae": { ...LONG, latent: VAE.latent, rate: 3 },
  "a distortion of vae": { ...LONG, epochs: 150, latent: VAE.latent, distortion: 7.5 },
  "a rate of echo": { ...LONG, rate: 7 },
};

for (const [name, keys] of Object.entries(CASES)) {
  Deno.test(`the validation measure ends at the target: ${name}`, async () => {
    await using runs = await temporaryFolder();
    const device = await openDevice("cpu", { threads: 1 });
    const folder = runFolder(runs.path, "run");
    await trainUntil(Infinity, folder, device, { config: like(keys) });
    const history = await readHistory(folder.history);
    const { valid, beta } = history.at(-1)!;
    const [found, target] = "rate" in keys
      ? [valid.rate, keys.rate]
      : [valid.distortion, keys.distortion];
    assert(Math.abs(found - target) < 0.2, `${found} instead of ${target}, at β ${beta}`);
    assertEquals(history.filter(({ beta }) => beta === undefined), []);
    device.close();
  });
}
