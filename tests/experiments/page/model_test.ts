/**
 * The page trains the runner's model: the same losses, and a checkpoint that the runner reads.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { foldIn, key, permutation, split, tensor } from "../../../mod.ts";
import { openCpu } from "../../../kernels/cpu/device.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { dataDigest } from "../../../experiments/data/digest.ts";
import type { StoredImages } from "../../../experiments/data/images.ts";
import { openTrained } from "../../../experiments/laboratory/run/trained.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { gatherTensor } from "../../../experiments/outcome/evaluate.ts";
import { emptyTrace, readTrace } from "../../../experiments/outcome/trace.ts";
import { packBits, PIXELS } from "../../../experiments/page/bits.ts";
import { arraysOf, configOf, runArchive } from "../../../experiments/page/checkpoint.ts";
import { makeLearner as makePageLearner } from "../../../experiments/page/learner.ts";
import type { Progress, Report, Training } from "../../../experiments/page/messages.ts";
import { Trainer } from "../../../experiments/page/trainer.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";

const COUNT = 300;

/** Binary images: a bar of white columns, at a place and of a width that depend on the number. */
function images(count: number): StoredImages {
  const data = Uint8Array.from({ length: count * PIXELS }, (_, i) => {
    const image = Math.floor(i / PIXELS), column = i % 28;
    return +(column >= image % 20 && column < image % 20 + 2 + image % 7);
  });
  return { count, pixels: PIXELS, white: 1, data };
}

const training = (method: Training["method"]): Training => ({
  ...{ method, latent: 8, seed: 3, device: "cpu", beta: 0.7, learningRate: 0.003 },
});

/** What a trainer reports until it pauses after some steps. */
function trained(settings: Training, steps: number): Promise<Progress[]> {
  const own = images(COUNT), digest = dataDigest(dataSet());
  return new Promise((resolve, reject) => {
    const heard: Progress[] = [];
    const hear = (report: Report) => {
      if (report.type === "progress") heard.push(report);
      if (report.type === "failed") reject(new Error(report.message));
      if (report.type === "paused") resolve(heard);
    };
    const bits = packBits(own.data);
    const trainer = new Trainer({ training: bits, test: bits, digest }, hear);
    trainer.start(settings);
    trainer.run(steps);
  });
}

const dataSet = () => ({
  ...{ name: "bars", width: 28, height: 28 },
  ...{ train: images(COUNT), valid: images(100), test: images(200) },
});

for (const method of ["echo", "vae"] as const) {
  Deno.test(`page: twenty steps of ${method} have the losses of the runner's`, async () => {
    const settings = training(method), steps = 20;
    const reports = await trained(settings, steps);
    const losses = reports.flatMap((report) => report.losses);
    assertEquals(losses.length, steps);

    const config = parseConfig(configOf(settings, COUNT, 1), "the page's config");
    using device = { open: openCpu(), [Symbol.dispose]: () => device.open.close() };
    const model = makeModel(config, [28, 28]);
    const learner = makeLearner(config, model, 3, device.open);
    const [start, shuffle, noise] = split(key(settings.seed), 8);
    const own = images(COUNT);
    let state = learner.init(start, gatherTensor(own, []));
    let trace = emptyTrace(steps, learner.names);
    for (let step = 0; step < steps; step++) {
      const epoch = Math.floor(step / 3), place = step % 3;
      const order = await permutation(foldIn(shuffle, tensor(epoch + 1)), COUNT).read();
      const rows = gatherTensor(own, order.subarray(100 * place, 100 * (place + 1)));
      const index = tensor(step, { dtype: "int32" });
      [state, trace] = learner.step(state, trace, rows, index, noise);
    }
    const expected = await readTrace(trace, steps, learner.names);
    expected.forEach(({ rate, distortion }, i) => {
      assertAlmostEquals(losses[i].rate, rate, 1e-3 * rate);
      assertAlmostEquals(losses[i].distortion, distortion, 1e-3 * distortion);
    });
    assert(expected[19].distortion < 0.8 * expected[0].distortion);
  });
}

Deno.test("page: what it shows of a model fits together", async () => {
  const reports = await trained(training("echo"), 6);
  const last = reports.at(-1)!;
  assertEquals([last.codes.length, last.rates.length, last.meanRates.length], [80, 80, 8]);
  assert(last.rates.every((rate) => rate >= last.floor - 1e-5));
  assert(last.reconstructions.some((grey) => grey > 60));
  const best = Array.from(last.meanRates).sort((a, b) => b - a)[0];
  assertAlmostEquals(last.meanRates[last.dimensions[0]], best, 0.3 * best);
  // Two epochs of three steps: the averages over all test images.
  assert(reports.some(({ test }) => test !== undefined && test.distortion > 0));
});

Deno.test("page: the laboratory opens a run that was downloaded", async () => {
  const settings = training("echo"), device = openCpu();
  const learner = makePageLearner(settings, device);
  const state = learner.init(learner.keys.start);
  const arrays = await arraysOf(state, key(settings.seed));
  const data = dataSet(), config = configOf(settings, COUNT, 1);
  const archive = await runArchive("page_echo", arrays, config, dataDigest(data), 0);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(join(folder, "run.tar"), archive);
    const unpack = new Deno.Command("tar", { args: ["-xf", "run.tar"], cwd: folder });
    assert((await unpack.output()).success);
    const run = await openTrained({ folder: join(folder, "page_echo"), data });
    assertEquals([run.config.latent.size, run.config.seed, run.epoch], [8, 3, 0]);
    assertEquals(await run.params.mean.w.read(), await state.params.mean.w.read());
    assertEquals(run.train.images.count, COUNT);
  } finally {
    device.close();
    await Deno.remove(folder, { recursive: true });
  }
});
