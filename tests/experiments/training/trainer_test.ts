import { assert, assertEquals, assertLess } from "@std/assert";
import { jit, key, openDevice, type Tensor, tensor } from "../../../mod.ts";
import { epochOf, loadCheckpoint } from "../../../experiments/runs/checkpoint.ts";
import { readTest } from "../../../experiments/outcome/conclusion.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { dataDigest } from "../../../experiments/data/digest.ts";
import { exists } from "../../../experiments/shell/files.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { sliceImages } from "../../../experiments/data/images.ts";
import { trainEpoch } from "../../../experiments/training/epoch.ts";
import { type Learner, makeLearner } from "../../../experiments/training/learner.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { decodeTensors } from "../../../experiments/formats/safetensors.ts";
import { record } from "../../../experiments/outcome/trace.ts";
import { hasStalled, train } from "../../../experiments/training/trainer.ts";
import {
  CONFIG,
  CYCLIC,
  DATA,
  ECHO_FRESH,
  ECHO_MATRIX,
  ECHO_POOL,
  IAF_VAMP,
  like,
  NO_EXAMPLES,
  RATE,
  SGD,
  SIDE,
  VAE,
  VAE_MAF,
} from "../../fixtures/bars.ts";
import { assertHolds, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";
import { resultOf, trainUntil } from "../../fixtures/training.ts";

const RESUMED = {
  CONFIG,
  ECHO_MATRIX,
  ECHO_POOL,
  ECHO_FRESH,
  VAE,
  IAF_VAMP,
  VAE_MAF,
  SGD,
  RATE,
  CYCLIC,
};
for (const [name, config] of Object.entries(RESUMED)) {
  Deno.test(`${name}: 4 epochs give the same bits as 2, a stop, and 2 more`, async () => {
    await using runs = await temporaryFolder();
    const device = await openDevice("cpu", { threads: 1 });
    const [whole, parts] = ["whole", "parts"].map((name) => runFolder(runs.path, name));

    const outcome = await trainUntil(Infinity, whole, device, { config });
    assertEquals(outcome.epoch, 4);
    assertEquals(await readTest(whole.test), outcome.test);
    const [first] = await readHistory(whole.history);
    // With a small β in the first epoch the loss of the training batches was small, too.
    if (first.beta === undefined) assertLess(outcome.test!.losses.loss, first.train.loss);
    assertEquals(await trainUntil(2, parts, device, { config }), { epoch: 2 });
    assertEquals(await trainUntil(1, parts, device, { config, resume: true }), { epoch: 3 });
    await trainUntil(Infinity, parts, device, { config, resume: true });
    assertEquals(await resultOf(parts), await resultOf(whole));
    await assertHolds(
      whole.path,
      ...["config.json", "history.jsonl", "checkpoint.safetensors", "test.json"],
      ...["reconstructions.png", "samples.png", "traversals.png", "codes.safetensors"],
    );
    device.close();
  });
}

Deno.test("a run stopped in its first epoch starts from its checkpoint of epoch 0", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const [whole, parts] = ["whole", "parts"].map((name) => runFolder(runs.path, name));
  const config = { ...CONFIG, epochs: 1 };
  await trainUntil(Infinity, whole, device, { config });
  const terminal = { interactive: false, color: false, columns: 80, write: () => {} };
  const stopped = { config, data: DATA, device, folder: parts, terminal, resume: false };
  assertEquals(await train({ ...stopped, signal: AbortSignal.abort() }), { epoch: 0 });
  await trainUntil(Infinity, parts, device, { config, resume: true });
  assertEquals(await resultOf(parts), await resultOf(whole));
  device.close();
});

Deno.test("another seed makes another run", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const losses = [];
  for (const seed of [0, 1]) {
    const config = { ...CONFIG, seed, epochs: 1 };
    const outcome = await trainUntil(Infinity, runFolder(runs.path, `run${seed}`), device, {
      config,
    });
    losses.push(outcome.test!.losses.loss);
  }
  assert(losses[0] !== losses[1]);
  device.close();
});

Deno.test("pseudo-inputs start from different training images, and from others with another seed", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const chosen = [];
  for (const seed of [0, 1]) {
    const folder = runFolder(runs.path, `run${seed}`);
    const config = { ...IAF_VAMP, seed, limit: 50 };
    const terminal = { interactive: false, color: false, columns: 80, write: () => {} };
    const stopped = { config, data: DATA, device, folder, terminal, resume: false };
    await train({ ...stopped, signal: AbortSignal.abort() });
    const { tensors } = decodeTensors(await Deno.readFile(folder.checkpoint), "it");
    const { shape, data } = tensors.get("state.params.prior.inputs")!;
    assertEquals(shape, [6, SIDE * SIDE]);
    const rowOf = (i: number) => data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE);
    const starts = Array.from({ length: 6 }, (_, i) => Array.from(rowOf(i), (x) => Number(x > 0)));
    const images = Array.from({ length: 50 }, (_, i) => {
      return [...DATA.train.data.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE)].join("");
    });
    const found = starts.map((row) => images.indexOf(row.join("")));
    assert(found.every((i) => i >= 0) && new Set(found).size === 6, `${found}`);
    chosen.push(found.join());
  }
  assert(chosen[0] !== chosen[1]);
  device.close();
});

Deno.test("training stops once the validation loss stops falling, and the run is then finished", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "stalled");
  const learningRate = { type: "constant", rate: 1e-30 };
  const config = like({ learningRate, epochs: 10, earlyStopping: { patience: 2 } });
  const outcome = await trainUntil(Infinity, folder, device, { config });
  // The first epoch is the best, the second and the third are no better.
  assertEquals([outcome.epoch, (await readHistory(folder.history)).length], [3, 3]);
  assert(outcome.test !== undefined);
  assertEquals(await trainUntil(Infinity, folder, device, { config, resume: true }), outcome);
  const patient = like({ learningRate, epochs: 3, earlyStopping: { patience: 3 } });
  const other = runFolder(runs.path, "patient");
  assertEquals((await trainUntil(Infinity, other, device, { config: patient })).epoch, 3);
  device.close();
});

Deno.test("a history of 300,000 epochs can be judged for early stopping", () => {
  const losses = { rate: 0, distortion: 0 };
  const history = Array.from({ length: 300_000 }, (_, i) => {
    const metrics = { ...losses, loss: Math.abs(i - 299_000) };
    return { epoch: i + 1, learningRate: 1, train: metrics, valid: metrics, seconds: 1 };
  });
  assertEquals(hasStalled(history, { earlyStopping: { patience: 999 } }), true);
  assertEquals(hasStalled(history, { earlyStopping: { patience: 1000 } }), false);
  assertEquals(hasStalled([], { earlyStopping: { patience: 1 } }), false);
  assertEquals(hasStalled(history, {}), false);
});

Deno.test("a loss that explodes stops the run, and the last good checkpoint stays", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "exploding");
  const config: Config = { ...CONFIG, learningRate: { type: "constant", rate: 1e30 } };
  await assertRefusedLater(
    () => trainUntil(Infinity, folder, device, { config }),
    "in epoch 1, step ",
    "learning rate 1.000e+30",
    "the checkpoint of epoch 0 is kept",
  );
  const learner = makeLearner(config, makeModel(config, SIDE * SIDE), 10, device);
  const state0 = learner.init(key(1), NO_EXAMPLES);
  const like = { state: state0, key: key(1), config, data: dataDigest(DATA) };
  const { epoch, state } = await loadCheckpoint(folder.checkpoint, like);
  assertEquals(epoch, 0);
  assert((await state.params.pixels!.w.read()).every(Number.isFinite));
  device.close();
});

Deno.test("parameters broken by the last step of an epoch do not replace the checkpoint", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  // The only step of an epoch: its loss is finite, but the parameters after it are not.
  const config = like({ limit: 20, learningRate: { type: "constant", rate: 1e30 } });
  for (const epochs of [1, 3]) {
    const folder = runFolder(runs.path, `run${epochs}`);
    await assertRefusedLater(
      () => trainUntil(Infinity, folder, device, { config: { ...config, epochs } }),
      "in epoch 1, at learning rate 1.000e+30",
      "the checkpoint of epoch 0 is kept",
    );
    assertEquals(await epochOf(folder.checkpoint), 0);
    assertEquals(await readHistory(folder.history), []);
    await assertHolds(folder.path, "config.json", "history.jsonl", "checkpoint.safetensors");
  }
  device.close();
});

Deno.test("a NaN loss on the test images is reported, and no test.json is written", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "run");
  const { test } = DATA;
  const data = { ...DATA, test: { ...test, data: Float32Array.from(test.data, (x) => x * 3e38) } };
  const config = like({ epochs: 1 });
  const says = ["on the test images is", "the checkpoint of epoch 1 is kept"];
  await assertRefusedLater(() => trainUntil(Infinity, folder, device, { config, data }), ...says);
  assertEquals([await exists(folder.test), await exists(folder.codes)], [false, false]);
  assertEquals((await readHistory(folder.history)).length, 1);
  device.close();
});

Deno.test("a NaN term stops the run, even if the loss is finite", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const real = makeLearner(CONFIG, makeModel(CONFIG, SIDE * SIDE), 2, device);
  const write = jit((trace: Tensor, index: Tensor) => {
    const losses = { rate: tensor(-Infinity), distortion: tensor(Infinity), loss: tensor(0) };
    return record(trace, index, losses, real.names);
  }, { device });
  const step: Learner["step"] = (state, trace, _, index) => [state, write(trace, index)];
  const epoch = {
    learner: { ...real, step },
    images: sliceImages(DATA.train, 0, 4),
    order: Int32Array.of(0, 1, 2, 3),
    batch: 2,
    number: 3,
    noiseKey: key(1),
    signal: new AbortController().signal,
    show: () => {},
  };
  await assertRefusedLater(
    () => trainEpoch(real.init(key(1), NO_EXAMPLES), epoch),
    "the rate became -Infinity in epoch 3, step 1",
  );
  device.close();
});

Deno.test("a run that cannot start leaves no folder behind", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "never");
  const refused = (config: Config, ...says: string[]) =>
    assertRefusedLater(() => trainUntil(1, folder, device, { config }), ...says);
  await refused({ ...CONFIG, limit: 201 }, "201", "bars has 200 training images");
  await refused({ ...CONFIG, limit: 19 }, "19 training images", "batch of 20");
  const vamp = (inputs: number, more = {}) =>
    like({ latent: VAE.latent, prior: { type: "vamp", inputs }, ...more });
  await refused(vamp(201), "prior.inputs: 201 pseudo-inputs", "only 200");
  await refused(vamp(31, { limit: 30 }), "31 pseudo-inputs", "only 30");
  await assertHolds(runs.path);
  device.close();
});
