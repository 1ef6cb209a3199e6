import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decode } from "fast-png";
import { join } from "node:path";
import { type EpochRecord, readHistory, writeHistory } from "../../../experiments/runs/history.ts";
import { gridPng, interleave } from "../../../experiments/outcome/image_grid.ts";
import { duration, showProgress } from "../../../experiments/runs/progress.ts";
import { makeFolder, namesIn, writeFile } from "../../../experiments/shell/files.ts";
import {
  createRun,
  freeName,
  holdRun,
  openRun,
  runFolder,
  writeConfig,
} from "../../../experiments/runs/run_folder.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import {
  assertHolds,
  assertRefused,
  assertRefusedLater,
  temporaryFolder,
} from "../../fixtures/helpers.ts";

Deno.test("a grid shows each image in its place, enlarged, with a gap around it", () => {
  const images = { width: 2, height: 1, data: [0, 1, 1, 0, 0.5, 0.5] };
  const png = decode(gridPng(images, { columns: 2, zoom: 2, gap: 1 }));
  assertEquals([png.width, png.height, png.channels], [11, 7, 1]);
  const row = (y: number) => [...png.data.subarray(y * 11, y * 11 + 11)];
  assertEquals(row(0), Array(11).fill(96));
  assertEquals(row(1), [96, 0, 0, 255, 255, 96, 255, 255, 0, 0, 96]);
  assertEquals(row(2), row(1));
  assertEquals(row(4), [96, 128, 128, 128, 128, 96, 96, 96, 96, 96, 96]);
});

Deno.test("a picture of large images is not enlarged, and has as many rows as fit", () => {
  const of = (side: number, count: number, group?: number) => {
    const images = { width: side, height: side, data: new Uint8Array(side * side * count) };
    const png = gridPng(images, { columns: 2, zoom: 2, gap: 0, group });
    const view = new DataView(png.buffer, png.byteOffset);
    return [view.getUint32(16), view.getUint32(20)];
  };
  assertEquals(of(1000, 6), [2000, 3000]);
  assertEquals(of(1200, 20, 2), [2400, 4800]);
});

Deno.test("rows of originals and of reconstructions alternate", () => {
  const originals = [1, 2, 3, 4, 5, 6], reconstructions = [10, 20, 30, 40, 50, 60];
  assertEquals(
    interleave([originals, reconstructions], 2, 2),
    Float32Array.of(1, 2, 10, 20, 3, 4, 30, 40),
  );
});

const LOSSES = { rate: 12.345678, distortion: 80, loss: 92.345678 };
const RECORD: EpochRecord = {
  epoch: 1,
  learningRate: 1e-3,
  train: LOSSES,
  valid: LOSSES,
  seconds: 2,
};

Deno.test("a history has a line for each epoch, and is read as it was written", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "history.jsonl");
  const records = [RECORD, { ...RECORD, epoch: 2 }];
  await writeHistory(path, records);
  assertEquals((await Deno.readTextFile(path)).split("\n").length, 3);
  assertEquals(await readHistory(path), records);
  const refused = async (line: string, ...says: string[]) => {
    await writeFile(path, `${JSON.stringify(RECORD)}\n${line}\n`);
    await assertRefusedLater(() => readHistory(path), `${path}, line 2`, ...says);
  };
  await refused('{"epoch": 2, "tra', "is not JSON");
  await refused("", "is not JSON");
  await refused("7", "expected an object, but found 7");
  await refused(JSON.stringify({ ...RECORD, epoch: 3 }), "holds epoch 3, but should hold epoch 2");
  await refused(JSON.stringify({ ...RECORD, sceonds: 3 }), `Unrecognized key: "sceonds"`);
  await refused(JSON.stringify({ ...RECORD, valid: { rate: 1 } }), "valid.distortion", "a number");
  await refused(
    JSON.stringify({ ...RECORD, train: { ...LOSSES, loss: "9" } }),
    "train.loss",
    `"9"`,
  );
});

/** The output of a run of two epochs on a terminal. */
function progressOn(interactive: boolean, color: boolean): string {
  let text = "";
  const write = (more: string) => void (text += more);
  const total = { epochs: 20, steps: 500, images: 50_000 };
  const progress = showProgress({ interactive, color, columns: 120, write }, total);
  progress.step(1, { ...LOSSES, step: 250, images: 25_000, seconds: 5 });
  progress.epoch(RECORD);
  return text;
}

Deno.test("progress is a changing line on a terminal, and one line for each epoch in a pipe", () => {
  const plain = progressOn(false, false);
  assertMatch(plain, /^epoch {2}1\/20 .*rate 12\.35 {2}distortion 80\.00 {2}-ELBO 92\.35.*\n$/);
  assertEquals(plain.includes("\x1b"), false);

  const [moving, rest] = progressOn(true, false).split("\r\x1b[K").slice(1);
  assertMatch(moving, /^epoch {2}1\/20 {2}step 250\/500 .*5000 images\/s {2}3:15 left$/);
  assertEquals(rest, plain);
  assertStringIncludes(progressOn(true, true), "\x1b[2mepoch");
});

Deno.test("durations read like a clock", () => {
  assertEquals([0, 59.6, 3599, 3600, 86_461].map(duration), [
    "0:00",
    "1:00",
    "59:59",
    "1:00:00",
    "24:01:01",
  ]);
});

Deno.test("a run folder is never made twice, nor outside its folder", async () => {
  await using folder = await temporaryFolder();
  const runs = join(folder.path, "runs");
  const config = parseConfig({ latent: { type: "echo", size: 3 } }, "x");
  const run = runFolder(runs, "echo_example");
  await assertRefusedLater(() => openRun(run), "no run to resume", run.path);
  assertEquals(await freeName(runs, "echo_example"), "echo_example");
  {
    using _ = await createRun(run);
    await assertRefusedLater(() => createRun(run), run.path, "is in use");
    await assertRefusedLater(() => holdRun(run), run.path, "is in use");
    await writeConfig(run, config);
  }
  assertEquals(await openRun(run), config);
  assertEquals(await freeName(runs, "echo_example"), "echo_example_2");

  await assertRefusedLater(() => createRun(run), run.path, "--resume", "--filename");
  assertEquals(await openRun(run), config);
  await assertHolds(run.path, "config.json");
  for (const name of ["", "..", "a/b", "../a", "-x", "a b"]) {
    assertRefused(() => runFolder(runs, name), "--filename", `"${name}"`);
  }
});

Deno.test("a run folder that cannot be written is refused", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await writeFile(file, "");
  await assertRefusedLater(() => createRun(runFolder(file, "x")), "cannot make", file);
  await assertRefusedLater(() => createRun(runFolder(join(file, "y"), "x")), "cannot make");
});

Deno.test("a folder that is not a run is left alone; one whose start was killed is used again", async () => {
  await using folder = await temporaryFolder();
  const run = runFolder(folder.path, "mine");
  await makeFolder(run.path);
  await writeFile(join(run.path, "notes.txt"), "mine");
  await assertRefusedLater(
    () => createRun(run),
    run.path,
    "is not a run folder",
    "it contains notes.txt",
  );
  assertEquals(await namesIn(run.path), ["notes.txt"]);

  const killed = runFolder(folder.path, "killed");
  await makeFolder(killed.path);
  const half = [".checkpoint.safetensors.17.tmp", ".config.json.17.tmp", "history.jsonl"];
  for (const name of half) await Deno.writeTextFile(join(killed.path, name), "");
  using _ = await createRun(killed);
  await assertHolds(killed.path, "history.jsonl");
});
