/**
 * `deno task verify --run`: green for a trained model, red if the codes contradict the rate.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { join } from "node:path";
import {
  adam,
  add,
  echoChannel,
  key,
  openDevice,
  run as compute,
  type Tensor,
} from "../../../mod.ts";
import { arraysOf, loadCheckpoint, saveCheckpoint } from "../../../experiments/runs/checkpoint.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { dataDigest } from "../../../experiments/data/digest.ts";
import { type DataSet, makeImages } from "../../../experiments/data/images.ts";
import { makeModel, type Params } from "../../../experiments/models/model.ts";
import { folderAt, type RunFolder, writeConfig } from "../../../experiments/runs/run_folder.ts";
import { generator, normalDraw } from "../../../experiments/laboratory/statistics/generator.ts";
import { kolmogorovSmirnovOfTwo } from "../../../experiments/laboratory/statistics/summary.ts";
import {
  codesOfBatches,
  codesOfFreshImages,
  codesOfPool,
} from "../../../experiments/laboratory/run/codes.ts";
import { normalLaw } from "../../../experiments/laboratory/run/normal_law.ts";
import { type RunJudgement, verifyRun } from "../../../experiments/laboratory/run/judgement.ts";
import { requireGreenRun } from "../../../experiments/laboratory/run/report.ts";
import { repeatsOf } from "../../../experiments/laboratory/run/repeats.ts";
import { openTrained, type Split } from "../../../experiments/laboratory/run/trained.ts";
import { answers } from "../../../experiments/laboratory/run/words.ts";
import { CONFIG, DATA, ECHO_POOL, like, NO_EXAMPLES, SIDE, VAE } from "../../fixtures/bars.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";
import { trainUntil } from "../../fixtures/training.ts";

const silent = { say() {}, record() {}, table() {}, busy() {} };

/** Trains a small model in a new folder. */
async function trained(parent: string, config: Config = CONFIG): Promise<RunFolder> {
  const folder = folderAt(join(parent, "run"));
  const device = await openDevice("cpu", { threads: 1 });
  await trainUntil(config.epochs, folder, device, { config });
  device.close();
  return folder;
}

/** Checks a run with few draws. */
async function check({ path }: RunFolder): Promise<RunJudgement> {
  const run = await openTrained({ folder: path, data: DATA });
  return await verifyRun(run, { draws: 4000, seed: 1 }, silent);
}

/** Changes the checkpoint but not the other records of the run. */
async function tamper(
  { checkpoint }: RunFolder,
  change: (params: Params) => Params,
  before: Config = CONFIG,
  after: Config = before,
  data: DataSet = DATA,
): Promise<void> {
  const params = makeModel(before, SIDE * SIDE).init(key(0), NO_EXAMPLES);
  const optimizer = adam<Params>({ learningRate: 0 }).init(params);
  const start = {
    state: { params, optimizer },
    key: key(0),
    config: before,
    data: dataDigest(DATA),
  };
  const { state, ...rest } = await loadCheckpoint(checkpoint, start);
  const changed = compute({ ...state, params: change(state.params) });
  const arrays = await arraysOf({ ...rest, state: changed });
  await saveCheckpoint(checkpoint, arrays, { ...rest, config: after, data: dataDigest(data) });
}

const redRows = ({ judgement: { rows } }: RunJudgement) =>
  rows.filter(({ verdict }) => verdict === "red").map(({ channel }) => channel);

Deno.test("a trained model is green, and its numbers agree with the records of the run", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  const found = await check(folder);
  assertEquals(redRows(found), []);
  requireGreenRun(found);
  assertEquals(found.judgement.rows.map(({ channel, by }) => `${channel}: ${by}`), [
    "training images, echoes from all training images: second moments, laws",
    "training images, echoes from the batch: second moments",
    "test images, echoes from the batch: second moments",
    "test images, codes stored by the run: second moments",
    "test images, echoes from all training images: InfoNCE, K = 107",
    "test images, the rate in test.json: the run itself",
  ]);
  assertEquals(found.evidence.gaps.train.length, 3 + 1);

  const test = JSON.parse(await Deno.readTextFile(folder.test));
  const { all, likelihood: { reported, omitted, whole } } = found.facts;
  const nats = Object.fromEntries(all.map(({ quantity, value }) => [quantity, value]));
  assertAlmostEquals(nats["rate, test images"], test.rate, 1e-4);
  const { entropy } = found.facts.repeats;
  assertEquals(nats["entropy of the training images"], entropy);
  assert(entropy > 0.8 * Math.log(200) && entropy <= Math.log(200));
  assertLess(nats["InfoNCE, test codes"], Math.log(107));
  assertLess(nats["InfoNCE, test codes"], nats["leave-one-out, test codes"]);
  // The noise and the number of batches differ from those of the run.
  assertAlmostEquals(reported.value, test.loss, 0.5);
  assertAlmostEquals(
    whole.value,
    nats["rate, test images"] + nats["distortion, echoes from training"] + omitted.value,
    1e-9,
  );
  assertLess(Math.abs(omitted.value), 1);
});

Deno.test("a model trained with a pool is green", async () => {
  await using parent = await temporaryFolder();
  const found = await check(await trained(parent.path, ECHO_POOL));
  assertEquals(redRows(found), []);
  requireGreenRun(found);
});

Deno.test("the answers name what is red, and compare the rate with the entropy of the images", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  const run = await openTrained({ folder: folder.path, data: DATA });
  const found = await verifyRun(run, { draws: 2000, seed: 1 }, silent);
  const said = answers(run, found).map(({ sentences }) => sentences.join(" "));
  assertEquals(said.length, 3);
  assert(said[0].includes("All is green"), said[0]);
  const { repeats } = found.facts, { rate } = found.judgement.rows[0];
  const above = rate > repeats.entropy ? "exceeds this entropy by" : "does not exceed this entropy";
  for (const text of [`${repeats.distinct} of them distinct`, "at most ln 200", above]) {
    assert(said[1].includes(text), said[1]);
  }
  assert(said.every((text) => !/undefined|NaN/.test(text)), said.join());
});

Deno.test("parameters that differ from those of the stored codes are red", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  // All scales of this small model are close to the clip, so they are made smaller.
  const less = (b: Tensor) => add(b, -10);
  await tamper(folder, (params) => ({
    ...params,
    scale: { ...params.scale, b: less(params.scale.b) },
  }));
  const found = await check(folder);
  assertEquals(redRows(found), [
    "test images, codes stored by the run",
    "test images, the rate in test.json",
  ]);
  assertRefused(() => requireGreenRun(found), "2 of 6 rows are red", "test.json");
});

Deno.test("a clip that differs from that of the stored codes is refused or red", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  const other = like({ latent: { ...CONFIG.latent, bias: undefined, clip: 0.12 } });
  await writeConfig(folder, other);
  await assertRefusedLater(() => check(folder), "was trained with another config", "clip");
  // Where the checkpoint claims the same, its records tell.
  await tamper(folder, (params) => params, CONFIG, other);
  assertEquals(redRows(await check(folder)), [
    "test images, codes stored by the run",
    "test images, the rate in test.json",
  ]);
});

Deno.test("a clip too large for the number of echoes is red, as noise and code have different laws", async () => {
  await using parent = await temporaryFolder();
  const config = like({ latent: { ...CONFIG.latent, dMax: 1, bias: undefined, clip: 0.9 } });
  const folder = await trained(parent.path, config);
  const found = await check(folder);
  const { law, channel } = found.judgement.rows[0];
  assertEquals(channel, "training images, echoes from all training images");
  assertGreater(law!, 1);
  assert(redRows(found).includes(channel));
  const bias = found.facts.all.find(({ quantity }) => quantity.startsWith("truncation bias"))!;
  assertEquals(bias.verdict, "red");
  const green = { rows: [], limit: 5, tests: 1, chance: 1 };
  assertRefused(
    () => requireGreenRun({ ...found, judgement: green }),
    "check failed: truncation bias is ",
    "limit 1e-3",
  );
});

Deno.test("a rate above the entropy of the training images is red", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  const bars = (count: number) =>
    makeImages(
      Uint8Array.from({ length: count * SIDE ** 2 }, (_, i) =>
        Number(i % SIDE === Math.floor(i / SIDE ** 2) % SIDE)),
      SIDE ** 2,
      "bars",
    );
  const data = { ...DATA, train: bars(200), test: bars(100) };
  await tamper(folder, (params) => params, CONFIG, CONFIG, data);
  const run = await openTrained({ folder: folder.path, data });
  assertEquals(repeatsOf(run.train.images), {
    distinct: 4,
    entropy: Math.log(4),
    coverage: 1,
  });
  const { recorded: _, kept: __, ...unfinished } = run;
  const found = await verifyRun(unfinished, { draws: 4000, seed: 1 }, silent);
  assertRefused(() => requireGreenRun(found), "entropy of the training images is 1.4 nats");
  const said = answers(unfinished, found)[1].sentences.join(" ");
  assert(said.includes("the formula cannot hold"), said);
});

Deno.test("a folder without an Echo run is answered by a sentence", async () => {
  await using parent = await temporaryFolder();
  await assertRefusedLater(() => openTrained({ folder: parent.path }), "there is no run in");
  const { path } = await trained(parent.path, VAE);
  await assertRefusedLater(
    () => openTrained({ folder: path, data: DATA }),
    `has "gaussian"`,
  );
});

Deno.test("an unfinished run is checked without the records that it lacks", async () => {
  await using parent = await temporaryFolder();
  const folder = await trained(parent.path);
  for (const path of [folder.test, folder.codes]) await Deno.remove(path);
  const found = await check(folder);
  assertEquals(found.judgement.rows.length, 4);
  requireGreenRun(found);
});

/** Image i has mean 2ⁱ and scale 1, so the bits of a noise name its echoes. */
function bits(count: number): Split {
  return {
    name: "bits",
    images: makeImages(new Uint8Array(count), 1, "bits"),
    mean: Float32Array.from({ length: count }, (_, i) => 2 ** i),
    logScale: new Float32Array(count),
    rate: new Float64Array(count),
  };
}

Deno.test("with fresh echoes no image is used for two codes", async () => {
  const { of, noise, z } = await codesOfFreshImages(
    bits(20),
    echoChannel({ dMax: 3, clip: 1 }),
    key(1),
  );
  assertEquals(of.length, 5);
  const all = of.reduce((mask, image, i) => {
    assertEquals(z[i], noise[i] + 2 ** image);
    assertEquals(mask & z[i], 0, "no bit twice");
    return mask | z[i];
  }, 0);
  assertEquals(all, 2 ** 20 - 1);
});

Deno.test("echoes from the batch are its other images, and each pass codes every image", async () => {
  const { of, noise, batch = 1 } = await codesOfBatches(
    bits(12),
    echoChannel({ dMax: 99, clip: 1 }),
    5,
    key(1),
  );
  assertEquals([batch, of.length], [5, 500]);
  for (let first = 0; first < of.length; first += batch) {
    const whole = of.subarray(first, first + batch).reduce((mask, image) => mask | 2 ** image, 0);
    for (let i = first; i < first + batch; i++) assertEquals(noise[i], whole - 2 ** of[i]);
  }
  assertEquals(new Set(of.subarray(0, 10)).size, 10);
  assert(of.subarray(0, 10).some((image, i) => image !== of[10 + i]), "another order");
});

Deno.test("echoes from a pool are images of the pool and may repeat", async () => {
  const images = bits(12);
  const pool = { ...bits(2), mean: Float32Array.of(1000, 1) };
  const of = Int32Array.from({ length: 200 }, (_, i) => i % 12);
  const { noise, z } = await codesOfPool(
    images,
    of,
    pool,
    echoChannel({ dMax: 3, clip: 1 }),
    key(1),
  );
  z.forEach((code, i) => assertEquals(code, noise[i] + 2 ** of[i]));
  assertEquals([...new Set(noise)].sort((a, b) => a - b), [3, 1002, 2001, 3000]);
});

Deno.test("the normal law of draws has their moments, and whitening gives N(0, I)", () => {
  const random = generator(1), dimensions = 3, n = 5000;
  const mixing = [[2, 0, 0], [-1, 0.5, 0], [0.3, 0.2, 0.1]];
  const values = Float64Array.from(
    Array.from({ length: n }, () => {
      const standard = Array.from({ length: dimensions }, () => normalDraw(random));
      return mixing.map((row, i) => i + row.reduce((t, v, j) => t + v * standard[j], 0));
    }).flat(),
  );
  const law = normalLaw(values, dimensions);
  [0, 1, 2].forEach((mean, i) => assertAlmostEquals(law.mean[i], mean, 0.1));
  // The determinant of the mixing is 0.1.
  assertAlmostEquals(law.logDeterminant, -Math.log(0.1), 0.05);
  let distance = 0, density = 0;
  for (let i = 0; i < n; i++) {
    const code = values.subarray(i * dimensions, (i + 1) * dimensions);
    distance += law.distance(code) / n;
    density += law.logDensity(code) / n;
  }
  assertAlmostEquals(distance, dimensions, 1e-9);
  assertAlmostEquals(density, -1.5 * (1 + Math.log(2 * Math.PI)) + law.logDeterminant, 1e-9);
  assertRefused(() => normalLaw(Float64Array.of(1, 1, 2, 2, 3, 3), 2), "dimension 1");
});

Deno.test("the gap between two samples", () => {
  assertEquals(kolmogorovSmirnovOfTwo([1, 2, 3], [1, 2, 3]), 0);
  assertEquals(kolmogorovSmirnovOfTwo([1, 2], [3, 4, 5]), 1);
  assertEquals(kolmogorovSmirnovOfTwo([1, 2, 3, 4], [3, 3]), 0.5);
  assertEquals(kolmogorovSmirnovOfTwo([0], [-1, 1]), 0.5);
});
