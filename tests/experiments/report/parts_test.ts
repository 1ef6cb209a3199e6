import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { decode, encode } from "fast-png";
import { DOMParser } from "linkedom";
import { join } from "node:path";
import type { Config } from "../../../experiments/config/config.ts";
import { writeFile } from "../../../experiments/shell/files.ts";
import { gridPng } from "../../../experiments/outcome/image_grid.ts";
import { csvText } from "../../../experiments/formats/csv.ts";
import { HISTORIES_START, historiesCsv } from "../../../experiments/report/histories.ts";
import {
  commonValue,
  compareSettings,
  settingsOf,
} from "../../../experiments/report/settings_section.ts";
import { measured, measuredText } from "../../../experiments/laboratory/statistics/measured.ts";
import { betaOf } from "../../../experiments/models/beta.ts";
import { curveNames, groupNames, groupRuns } from "../../../experiments/report/group.ts";
import { readLines } from "../../../experiments/report/history_lines.ts";
import { lossPanels } from "../../../experiments/report/loss_section.ts";
import { curveStyles } from "../../../experiments/report/curve_style.ts";
import { marginFor } from "../../../experiments/report/end_labels.ts";
import { summarize } from "../../../experiments/report/summary.ts";
import { markup } from "../../../experiments/report/markup.ts";
import { requireFree } from "../../../experiments/report/output_file.ts";
import { PAGE_START } from "../../../experiments/report/page.ts";
import {
  contactSheet,
  dataUri,
  imagesOf,
  readPicture,
} from "../../../experiments/report/picture.ts";
import type { ReportRun } from "../../../experiments/report/read_run.ts";
import { folderAt } from "../../../experiments/runs/run_folder.ts";
import { CONFIG, like, VAE } from "../../fixtures/bars.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("markup escapes every text, so that no text breaks the page", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary-ascii" }),
      fc.constantFrom("<b>", "&amp;", `"'`, ""),
      (text, more) => {
        const value = more + text;
        const page = markup`<html><p title="${value}">${[value, 1, undefined]}</p></html>`.html;
        const document = new DOMParser().parseFromString(page, "text/html");
        assertEquals(document.querySelectorAll("*").length, 2);
        const paragraph = document.querySelector("p")!;
        assertEquals([paragraph.textContent, paragraph.getAttribute("title")], [
          `${value}1`,
          value,
        ]);
      },
    ),
  );
});

Deno.test("the standard error is that of the mean; for a single value it is unknown", () => {
  assertEquals(measured([3]), { value: 3, standardError: NaN });
  const { value, standardError } = measured([1, 2, 6]);
  assertAlmostEquals(value, 3);
  assertAlmostEquals(standardError, Math.sqrt(7 / 3)); // the squares are 4, 1 and 9, over n − 1 = 2: 7
  assertEquals(measuredText({ value: -1.234, standardError: 0.056 }), "−1.23 ± 0.06");
  assertEquals(measuredText({ value: 3, standardError: NaN }, 0), "3");
  assertEquals(measuredText({ value: -0.004, standardError: NaN }), "0.00");
});

const runOf = (name: string, config?: Config): ReportRun => ({
  name,
  folder: folderAt(`runs/${name}`),
  config,
  history: [],
  problems: [],
});
const withRate = (weight: number): object => ({
  loss: [{ type: "reconstruction", weight: 1 }, { type: "rate", weight }],
});

Deno.test("runs that differ only in the seed form a group, groups that differ only in β form a curve", () => {
  const runs = [10, 0.5, 0.25].flatMap((beta) =>
    [1, 2].flatMap((seed) => [
      runOf(`echo_beta${beta}_seed${seed}`, like({ seed, ...withRate(beta) })),
      runOf(`vae_beta${beta}_seed${seed}`, like({ seed, ...withRate(beta), latent: VAE.latent })),
    ])
  );
  const groups = groupRuns([...runs, runOf("lost"), runOf("lost too")]);
  assertEquals(groups.map(({ name, runs }) => [name, runs.length]), [
    ["echo_beta0.25", 2],
    ["echo_beta0.5", 2],
    ["echo_beta10", 2],
    ["lost", 1],
    ["lost too", 1],
    ["vae_beta0.25", 2],
    ["vae_beta0.5", 2],
    ["vae_beta10", 2],
  ]);
  const curves = groups.map((group) => curveNames(groups).get(group));
  assertEquals(curves, ["echo", "echo", "echo", "lost", "lost too", "vae", "vae", "vae"]);
  assertEquals(betaOf(groups[2].config!.loss), 10);
});

Deno.test("group names are short and unique", () => {
  assertEquals(groupNames([["echo_mnist", "echo_mnist_2"], ["vae_mnist"]]), ["echo", "vae"]);
  assertEquals(groupNames([["bars_1", "bars_12"]]), ["bars"]);
  assertEquals(groupNames([["vae_b2", "vae_b2_2"]]), ["vae_b2"]);
  assertEquals(groupNames([["vae_beta0.5_seed0", "vae_beta0.25_seed0"]]), ["vae"]);
  assertEquals(groupNames([["vae_seed0"], ["echo_seed0", "echo_seed1"]]), ["vae", "echo"]);
  assertEquals(groupNames([["x_seed0"], ["x_seed1"]]), ["x_seed0", "x_seed1"]);
  assertEquals(groupNames([["seed1", "seed2"], ["1_a", "2_a"]]), ["seed", "1_a"]);
  assertEquals(groupNames([["a/x"], ["a/x"]]), ["a/x (1)", "a/x (2)"]);
  const names = fc.array(fc.array(fc.string(), { minLength: 1 }), { minLength: 1 });
  fc.assert(fc.property(names, (sets) => {
    assertEquals(new Set(groupNames(sets)).size, sets.length);
  }));
});

Deno.test("settings are compared by path, loss terms by type, and the seed is left out", () => {
  const other = like({ seed: 3, latent: VAE.latent, ...withRate(2) });
  const all = [CONFIG, other].map(settingsOf);
  const { alike, different } = compareSettings(all);
  assertEquals(different, ["latent.type", "loss.rate.weight"]);
  assert(alike.includes("latent.dMax") && alike.includes("latent.size") && !alike.includes("seed"));
  assertEquals(commonValue(all.toReversed(), "latent.dMax"), "10");
  // Options of one type differ, and so do losses if one lacks a term.
  const bounded = like({
    latent: { ...CONFIG.latent, mean: "tanh", bias: undefined, clip: 0.5 },
    loss: [{ type: "rate", weight: 1 }],
  });
  assertEquals(compareSettings([CONFIG, bounded].map(settingsOf)).different, [
    "latent.mean",
    "latent.bias",
    "loss.reconstruction.weight",
    "latent.clip",
  ]);
  assertEquals(settingsOf(CONFIG).get("encoder"), "16 softplus glorotUniform");
  assertEquals(settingsOf(other).get("loss.rate.weight"), "2");
});

const LOSSES = { rate: 1, distortion: 2, loss: 3 };
const record = (epoch: number) => ({
  epoch,
  learningRate: 0.5,
  train: LOSSES,
  valid: { ...LOSSES, mmd: 4 },
  seconds: 6,
});

Deno.test("damaged lines of a history are reported, and the other lines are read", () => {
  const text = [
    JSON.stringify(record(1)),
    `{"epoch": 2, "tra`,
    JSON.stringify({ ...record(3), valid: { ...LOSSES, rate: null } }),
    JSON.stringify(record(4)),
    JSON.stringify(record(4)),
    "",
  ].join("\n");
  const { records, problems } = readLines(text);
  assertEquals(records, [record(1), record(4)]);
  assertEquals(problems, [
    "line 2 of the history is not JSON",
    "line 3 of the history is no record of an epoch, valid.rate: expected a number, but found null",
    "line 5 of the history is of epoch 4, but comes after epoch 4",
  ]);
});

Deno.test("the CSV of histories has a row for each run and epoch", () => {
  const csv = historiesCsv([
    { ...runOf("a", like({ seed: 7 })), history: [record(1)] },
    { ...runOf('b,"c"'), history: [{ ...record(2), valid: LOSSES }] },
  ]);
  assertEquals(csv.split("\r\n"), [
    "run,dataset,seed,epoch,learning_rate,seconds,train_rate,train_distortion,train_loss,valid_rate,valid_distortion,valid_loss,valid_mmd",
    "runs/a,mnist_binarized,7,1,0.5,6,1,2,3,1,2,3,4",
    '"runs/b,""c""",,,2,0.5,6,1,2,3,1,2,3,',
    "",
  ]);
});

Deno.test("in CSV, a text that a spreadsheet would run as a formula is made harmless, and numbers stay", () => {
  const odd = ["=1+1", "+1", "-1", "@x", '=a,"b"', "\t=1", "a=1", ""];
  const rows = odd.map((text) => ({ text, value: -1.5 }));
  assertEquals(csvText([...rows, { text: "x", "=name": 1 }], ["value"]).split("\r\n"), [
    "value,text,'=name",
    "-1.5,'=1+1,",
    "-1.5,'+1,",
    "-1.5,'-1,",
    "-1.5,'@x,",
    `-1.5,"'=a,""b""",`,
    "-1.5,'\t=1,",
    "-1.5,a=1,",
    "-1.5,,",
    ",x,1",
    "",
  ]);
});

Deno.test("a report overwrites an earlier report and nothing else", async () => {
  await using folder = await temporaryFolder();
  const file = (name: string) => join(folder.path, name);
  const out = (path: string) => ({ flag: "--out", path, start: PAGE_START });
  const csv = (path: string) => ({ flag: "--csv", path, start: HISTORIES_START });
  const [page, notes, device, link] = ["page", "notes", "device", "link"].map(file);
  await writeFile(page, `${PAGE_START}<title>x</title>`);
  await writeFile(notes, "<!DOCTYPE html>\n");
  await writeFile(file("histories"), historiesCsv([runOf("a")]));
  await writeFile(file("empty"), "");
  await Deno.symlink("/dev/null", device);
  await Deno.symlink(notes, link);
  await requireFree([out(page), csv(file("histories"))]);
  await requireFree([out(file("new")), csv(file("empty"))]);
  for (const name of ["checkpoint.safetensors", "test.json", ".lock"]) {
    const path = file(name);
    await assertRefusedLater(() => requireFree([out(path)]), `--out is ${path}`, "a run's file");
  }
  const both = [out(page), csv(`${folder.path}/./page`)];
  await assertRefusedLater(() => requireFree(both), "--out and --csv are both");
  for (const path of [notes, link, file("histories")]) {
    await assertRefusedLater(() => requireFree([out(path)]), path, "not written by");
  }
  await assertRefusedLater(() => requireFree([csv(page)]), `--csv is ${page}`, "not written by");
  for (const path of [device, folder.path]) {
    await assertRefusedLater(() => requireFree([out(path)]), path, "not a regular file");
  }
});

/** A PNG of these chunks, with checksums. */
function pngOf(width: number, height: number, ...chunks: [type: string, data: Uint8Array][]) {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  [width, height].forEach((side, i) => view.setUint32(4 * i, side));
  header[8] = 8; // bits of a grey level
  const chunk = ([type, data]: [string, Uint8Array]) => {
    const bytes = Buffer.concat([new TextEncoder().encode(type), data]);
    const ends = new DataView(new ArrayBuffer(8));
    [data.length, crc32(bytes)].forEach((number, i) => ends.setUint32(4 * i, number));
    return Buffer.concat([
      new Uint8Array(ends.buffer, 0, 4),
      bytes,
      new Uint8Array(ends.buffer, 4),
    ]);
  };
  const all: [string, Uint8Array][] = [["IHDR", header], ...chunks, ["IEND", new Uint8Array()]];
  return Buffer.concat([Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10), ...all.map(chunk)]);
}

Deno.test("a picture without pixels, with too many, or with extra data is refused before it is unpacked", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "x.png");
  const zeros = (count: number) => deflateSync(new Uint8Array(count));
  const refused = async (png: Uint8Array, ...says: string[]) => {
    await writeFile(path, png);
    await assertRefusedLater(() => readPicture(path), path, ...says);
  };
  await writeFile(path, pngOf(1, 2, ["IDAT", zeros(4)]));
  assertEquals(await readPicture(path), { width: 1, height: 2, data: new Uint8Array(2) });
  await refused(pngOf(0, 0, ["IDAT", zeros(0)]), "from 1 to 16777216 pixels", "has 0×0");
  await refused(pngOf(60_000, 60_000, ["IDAT", zeros(1)]), "has 60000×60000");
  await refused(pngOf(2 ** 32 - 1, 1, ["IDAT", zeros(1)]), "has 4294967295×1");
  await refused(pngOf(1, 2, ["iCCP", zeros(9)], ["IDAT", zeros(4)]), "colour profile");
  const bomb = pngOf(1, 2, ["IDAT", zeros(1e8)]);
  const before = performance.now();
  await refused(bomb, "a damaged PNG");
  assert(performance.now() - before < 1000);
  await refused(bomb.subarray(0, 20), "a damaged PNG");
  await refused(new Uint8Array(), "a damaged PNG");
});

Deno.test("a history of 200,000 epochs is drawn with a thousand points; of many damaged lines ten are listed", () => {
  const history = Array.from({ length: 200_000 }, (_, i) => record(i + 1));
  const [group] = groupRuns([{ ...runOf("a", CONFIG), history }]);
  const style = curveStyles(["a"]).get("a")!;
  const { html } = lossPanels([{
    group,
    style,
    curve: "a",
    summary: summarize(group),
    details: {},
  }], "x");
  assert(html.length < 50_000, `${html.length}`);
  const right = 360 - marginFor(["validation"]);
  assertMatch(html, new RegExp(`L${right.toFixed(3).replace(/0+$/, "")},[\\d.]+"`)); // the last epoch
  const { records, problems } = readLines("x\n".repeat(200_000));
  assertEquals([records.length, problems.length], [0, 11]);
  assertEquals(problems.at(-1), "199990 more lines of the history are damaged");
  const long = `{"epoch": "${"x".repeat(1e6)}"}`;
  assert(readLines(long).problems[0].length < 3000);
});

Deno.test("the images of a picture are found by the grid in its file; a grid that does not fit is ignored", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "x.png");
  const data = Float32Array.from({ length: 3 * 3 * 2 }, (_, i) => i / 17);
  for (const layout of [{ zoom: 2, gap: 4 }, { zoom: 1, gap: 1 }, { zoom: 3, gap: 0 }]) {
    const png = gridPng({ width: 3, height: 2, data }, {
      columns: 2,
      ...layout,
      dimensions: [4, 9, 1],
    });
    await writeFile(path, png);
    const picture = await readPicture(path);
    assertEquals(picture.grid!.dimensions, [4, 9]); // of two rows
    const images = imagesOf(picture, picture.grid!);
    const levels = Array.from(data, (level) => Math.round(255 * level));
    assertEquals(images.length, 2);
    assertEquals(images.flat().slice(0, 3).flatMap((image) => [...image]), levels);
    const sheet = contactSheet(picture.grid!, images.flat().slice(0, 3), { columns: 1, gap: 2 });
    assertEquals([sheet.width, sheet.height], [7, 3 * 4 + 2]);
    assertEquals([...sheet.data.subarray(2 * 7, 3 * 7)], [96, 96, ...levels.slice(0, 3), 96, 96]);
  }
  const fits = { width: 3, height: 2, columns: 1, zoom: 1, gap: 1 };
  const read = async (grid: string) => {
    const png = encode({
      width: 5,
      height: 4,
      data: new Uint8Array(20),
      channels: 1,
      depth: 8,
      text: { grid },
    });
    await writeFile(path, png);
    return (await readPicture(path)).grid;
  };
  assertEquals(await read(JSON.stringify(fits)), fits);
  for (const wrong of [{ columns: 2 }, { width: 0 }, { zoom: 1e9 }, { gap: 1.5 }, { height: 3 }]) {
    assertEquals(await read(JSON.stringify({ ...fits, ...wrong })), undefined);
  }
  assertEquals(await read("{"), undefined);
});

Deno.test("a picture is halved if that loses nothing, and has 16 levels of grey", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "x.png");
  const images = { width: 2, height: 1, data: [0, 1, 0.5, 0.25] };
  await writeFile(path, gridPng(images, { columns: 2, zoom: 2, gap: 2 }));
  const picture = await readPicture(path);
  assertEquals([picture.width, picture.height], [7, 3]);
  assertEquals([...picture.data.subarray(7, 14)], [96, 0, 255, 96, 128, 64, 96]);

  const [, base64] = dataUri(picture).match(/^data:image\/png;base64,(.*)$/)!;
  const shown = decode(Uint8Array.fromBase64(base64));
  assertEquals([shown.width, shown.height, shown.channels], [7, 3, 1]);
  for (const [i, level] of picture.data.entries()) {
    assert(Math.abs(shown.data[i] - level) <= 255 / 15 / 2 + 0.5);
  }

  await writeFile(path, gridPng(images, { columns: 2, zoom: 1, gap: 1 }));
  assertEquals((await readPicture(path)).width, 7);
  // The size is even, but neighbouring pixels differ.
  const one = { width: 4, height: 4, data: Array.from({ length: 16 }, (_, i) => i % 2) };
  await writeFile(path, gridPng(one, { columns: 1, zoom: 1, gap: 1 }));
  assertEquals((await readPicture(path)).width, 6);

  const bytes = await Deno.readFile(path);
  const checksum = bytes.length - 12 - 1; // the last byte before the end chunk
  await writeFile(path, bytes.with(checksum, bytes[checksum] ^ 1));
  await assertRefusedLater(() => readPicture(path), path, "a damaged PNG");
  await writeFile(path, bytes.subarray(0, bytes.length - 20));
  await assertRefusedLater(() => readPicture(path), path, "a damaged PNG");
});
