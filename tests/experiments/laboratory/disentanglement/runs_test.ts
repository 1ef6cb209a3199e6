/**
 * Finished runs that are judged: a run on small sprites is trained here; tables and mistakes.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { decode } from "fast-png";
import type { Config } from "../../../../experiments/config/config.ts";
import { renderedImages } from "../../../../experiments/data/factor_images.ts";
import type { Renderer } from "../../../../experiments/data/factors.ts";
import type { DataSet } from "../../../../experiments/data/images.ts";
import { populationOf } from "../../../../experiments/laboratory/disentanglement/bank.ts";
import { openJudgedRun } from "../../../../experiments/laboratory/disentanglement/judged_run.ts";
import { type Scores, TITLES } from "../../../../experiments/laboratory/disentanglement/metrics.ts";
import {
  groupBySeed,
  judgeTrained,
  type RunScores,
  saveScores,
  scoreTable,
} from "../../../../experiments/laboratory/disentanglement/report.ts";
import type { FactorSample } from "../../../../experiments/laboratory/disentanglement/sample.ts";
import { factorTraversals } from "../../../../experiments/laboratory/disentanglement/traversals.ts";
import { command } from "../../../../experiments/commands/disentangle.ts";
import { folderAt } from "../../../../experiments/runs/run_folder.ts";
import { loadParams } from "../../../../experiments/runs/trained_params.ts";
import { exists } from "../../../../experiments/shell/files.ts";
import { makeModel } from "../../../../experiments/models/model.ts";
import { key, run } from "../../../../mod.ts";
import { CONFIG, DATA, like, NO_EXAMPLES, SIDE } from "../../../fixtures/bars.ts";
import { assertMistake, runHere } from "../../../fixtures/command.ts";
import { reference } from "../../../fixtures/devices.ts";
import { finishedRun } from "../../../fixtures/finished_run.ts";
import { generator } from "../../../fixtures/statistics.ts";
import { trainUntil } from "../../../fixtures/training.ts";

/** A bar at one of four places, of one of three lengths. */
const BARS: Renderer = {
  factors: { names: ["shape", "place"], sizes: [3, 4] },
  identity: "bars of a test",
  pixels: SIDE * SIDE,
  render(number, row) {
    const [length, place] = [2 + Math.floor(number / 4), number % 4];
    row.fill(0);
    for (let y = 0; y < length; y++) row[y * SIDE + place] = 1;
  },
};
const imagesOf = (count: number) =>
  renderedImages(BARS, Uint32Array.from({ length: count }, (_, i) => (7 * i) % 12));
const SPRITES: DataSet = {
  ...{ name: "bars", width: SIDE, height: SIDE },
  ...{ train: imagesOf(240), valid: imagesOf(60), test: imagesOf(120) },
};
const load = () => Promise.resolve(SPRITES);

Deno.test("a run is judged by its codes, and its picture has two rows for each factor", async () => {
  const parent = await Deno.makeTempDir();
  const folder = folderAt(join(parent, "bars_seed3"));
  const config = like({ epochs: 2 });
  await trainUntil(3, folder, reference, { config, data: SPRITES });

  const judged = await openJudgedRun(folder.path, load, "mean");
  assertEquals(judged.name, "bars_seed3");
  assertEquals(judged.sample.codes.width, 3);
  assertEquals(judged.sample.factors, [
    { name: "shape", size: 3, isCategorical: true },
    { name: "place", size: 4, isCategorical: false },
  ]);
  // Image 1 is number 7: the second length, the last place.
  assertEquals(Array.from(judged.sample.values.values).slice(0, 4), [0, 0, 1, 3]);
  // What `train` does at its end; further epochs make its scores old.
  const { table, record } = await judgeTrained(folder, SPRITES);
  const { run, dataset, seed, rate, distortion, ...scores } = record;
  assertEquals({ run, dataset, seed }, { run: "bars_seed3", dataset: config.dataset, seed: 0 });
  const { losses } = judged.test;
  assertEquals([rate, distortion], [losses.rate, losses.distortion]);
  assertEquals(JSON.parse(await Deno.readTextFile(folder.scores)), record);
  assert(table.includes("MIG, 20 bins"));
  assertEquals(Object.keys(scores), Object.keys(TITLES));
  for (const score of Object.values(scores)) assert(Number.isFinite(score));
  const { codes } = (await openJudgedRun(folder.path, load, "z")).sample;
  assert(codes.values[0] !== judged.sample.codes.values[0], "z is not the mean");

  const { width, height, data } = decode(await factorTraversals(judged));
  assertEquals([width, height], [10 * (SIDE + 2) + 2, 4 * (SIDE + 2) + 2]);
  // The first image of the third row has its bar in the first column, the last one in the last.
  const level = (row: number, image: number, x: number) =>
    data[(2 + row * (SIDE + 2)) * width + 2 + image * (SIDE + 2) + x];
  assertEquals([level(2, 0, 0), level(2, 0, 3), level(2, 9, 0), level(2, 9, 3)], [255, 0, 0, 255]);
  const more = { config: like({ epochs: 3 }), data: SPRITES, resume: true };
  await trainUntil(4, folder, reference, more);
  assertEquals(await exists(folder.scores), false);
  await Deno.remove(parent, { recursive: true });
});

Deno.test("wrong runs get one sentence", async () => {
  const parent = await Deno.makeTempDir();
  const { path } = await finishedRun(parent, "plain");
  const refused = (path: string, load: () => Promise<DataSet>, says: string) =>
    assertRejects(() => openJudgedRun(path, load, "mean"), Error, says);
  await refused(
    path,
    () => Promise.resolve(DATA),
    "whose images are not made of known factors: disentanglement can be judged on dsprites",
  );
  await refused(path, load, "has the codes of 50 images, but mnist_binarized has 120 test images");
  await refused(join(parent, "none"), load, "there is no run in");
  await Deno.remove(folderAt(path).test);
  await refused(path, load, "is not finished: train it with --resume first");
  await Deno.remove(parent, { recursive: true });
});

Deno.test("parameters of another model are refused", async () => {
  const parent = await Deno.makeTempDir();
  const folder = folderAt(join(parent, "run"));
  await trainUntil(1, folder, reference, { config: like({ epochs: 1 }), data: SPRITES });
  const paramsOf = (config: Config) =>
    run(makeModel(config, SIDE * SIDE).init(key(0), NO_EXAMPLES), reference);
  const params = await loadParams(folder.checkpoint, paramsOf(CONFIG));
  assertEquals(params.mean.b.shape, [3]);
  await assertRejects(
    () =>
      loadParams(
        folder.checkpoint,
        paramsOf(like({ latent: { type: "echo", size: 4, dMax: 10 } })),
      ),
    Error,
    "Cannot load state.params.decoder.0.w: it is float32 [3,16], the tree has float32 [4,16]",
  );
  await Deno.remove(parent, { recursive: true });
});

const scoresOf = (value: number) =>
  Object.fromEntries(Object.keys(TITLES).map((name) => [name, value])) as unknown as Scores;
const runOf = (name: string, seed: number, value: number, batch = 20): RunScores => ({
  run: name,
  config: { ...CONFIG, seed, batch },
  rate: 10 * value,
  distortion: 100,
  scores: scoresOf(value),
});

Deno.test("seeds of one config are a column, with their mean and standard deviation", async () => {
  const runs = [
    runOf("a_seed0", 0, 0.25),
    runOf("other", 0, 1, 30),
    runOf("a_seed1", 1, 0.5),
    runOf("a_seed2", 2, 0.75),
  ];
  const groups = groupBySeed(runs);
  assertEquals(groups.map(({ name, runs }) => [name, runs.length]), [["a", 3], ["other", 1]]);
  const lines = scoreTable(groups).split("\n").map((line) =>
    line.split("|").map((cell) => cell.trim()).slice(1, -1)
  );
  assertEquals(lines[0], ["", "a (3 seeds)", "other"]);
  assertEquals(lines[2], ["rate, nats", "5.000 ± 2.500", "10.0"]);
  assertEquals(lines[4], ["MIG, 20 bins", "0.500 ± 0.250", "1.000"]);
  assertEquals(lines.length, 4 + Object.keys(TITLES).length);

  const folder = await Deno.makeTempDir();
  const files = await saveScores(runs, folder);
  const [csv, json] = await Promise.all(files.map((file) => Deno.readTextFile(file)));
  assertEquals(csv.split("\r\n")[1].split(",").slice(0, 6), [
    ...["a_seed0", "mnist_binarized", "0", "2.5", "100", "0.25"],
  ]);
  const [first] = JSON.parse(json).groups;
  assertEquals(first.seeds, [0, 1, 2]);
  assertAlmostEquals(first["MIG, 20 bins"].deviation, 0.25, 1e-12);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a population draws the images of its sample, with their codes", () => {
  const sample: FactorSample = {
    codes: { values: [0.5, -1, 2, 3], width: 2 },
    values: { values: [2, 0, 1, 3], width: 2 },
    factors: [{ name: "shape", size: 3 }, { name: "place", size: 4 }],
  };
  const { draw, encode } = populationOf(sample);
  const random = generator(1);
  const seen = new Set(Array.from({ length: 50 }, () => draw(random).join()));
  assertEquals([...seen].sort(), ["1,3", "2,0"]);
  assertEquals(encode({ values: [1, 3, 2, 0, 1, 3], width: 2 }), {
    values: Float64Array.of(2, 3, 0.5, -1, 2, 3),
    width: 2,
  });
});

Deno.test("deno task disentangle: flags that do not fit get one sentence", async () => {
  const mistake = async (flags: string[], ...says: string[]) =>
    assertMistake(await runHere(command, flags), ...says);
  await mistake([], "no run is given; try: deno task disentangle --run runs/<name>, or --train");
  await mistake(["--run", "/tmp/x", "--epochs", "3"], "--epochs needs --train");
  await mistake(["--run", "/tmp/x", "--train"], "--run and --train cannot be combined");
  await mistake(
    ["--train", "--configs", "vae", "--datasets", "mnist", "--runs-dir", "/tmp/no-run-here"],
    "--datasets has mnist, whose images are not made of known factors",
  );
  await mistake(["--run", "/tmp/no-run-here"], "there is no run in /tmp/no-run-here");
  await mistake(["--run", "/tmp/no/a", "--run", "/tmp/no-run/a"], "--run gives a twice");
  await mistake(["--train", "--datasets", "sprites,sprites"], "--datasets lists sprites twice");
});
