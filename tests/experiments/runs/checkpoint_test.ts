import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { key, openDevice, run as compute } from "../../../mod.ts";
import { arraysOf, loadCheckpoint, saveCheckpoint } from "../../../experiments/runs/checkpoint.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { dataDigest } from "../../../experiments/data/digest.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { CONFIG, DATA, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("a checkpoint of another architecture is refused with the first difference", async () => {
  await using folder = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const path = join(folder.path, "checkpoint.safetensors");
  const start = (config: Config) => {
    const learner = makeLearner(config, makeModel(config, SIDE * SIDE), 10, device);
    const state = learner.init(compute(key(1), device), NO_EXAMPLES);
    // The configs agree, since they are checked first; only the arrays differ.
    return { state, key: key(1), config: CONFIG, data: dataDigest(DATA) };
  };
  const saved = start(CONFIG);
  await saveCheckpoint(path, await arraysOf(saved), { ...saved, epoch: 3, history: "" });
  assertEquals((await loadCheckpoint(path, start(CONFIG))).epoch, 3);
  const refused = (config: Config, ...says: string[]) =>
    assertRefusedLater(() => loadCheckpoint(path, start(config)), path, ...says);
  const [layer] = CONFIG.encoder;
  const wider = [{ ...layer, units: 17 }];
  await refused({ ...CONFIG, encoder: wider }, "encoder.0.", "17");
  await refused({ ...CONFIG, decoder: [] }, "decoder.0", "the tree has none");
  await refused({ ...CONFIG, decoder: [layer, layer] }, "decoder.1.b", "is missing");
  const latent = { ...CONFIG.latent, size: 5 };
  await refused({ ...CONFIG, latent }, "another architecture", "[5,16]");

  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
  await refused(CONFIG, "not a whole safetensors file");
  device.close();
});
