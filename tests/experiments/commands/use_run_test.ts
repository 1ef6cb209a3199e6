/** The commands that use a trained run. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { decode as decodePng } from "fast-png";
import { join } from "node:path";
import { command as decode } from "../../../experiments/commands/decode.ts";
import { command as encode } from "../../../experiments/commands/encode.ts";
import { command as interpolate } from "../../../experiments/commands/interpolate.ts";
import { command as pack } from "../../../experiments/commands/pack.ts";
import { command as reconstruct } from "../../../experiments/commands/reconstruct.ts";
import { command as sample } from "../../../experiments/commands/sample.ts";
import { findConfig } from "../../../experiments/config/source.ts";
import { readNpy, readNpz } from "../../../experiments/formats/npy.ts";
import { writeNpz } from "../../../experiments/formats/npy_writer.ts";
import { readZip } from "../../../experiments/formats/zip.ts";
import { folderAt } from "../../../experiments/runs/run_folder.ts";
import { exists } from "../../../experiments/shell/files.ts";
import type { Command } from "../../../experiments/shell/program.ts";
import { readCodes } from "../../../experiments/use/arrays.ts";
import { openDevice } from "../../../mod.ts";
import { DATA, like, SIDE, VAE, writeBars } from "../../fixtures/bars.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { trainUntil } from "../../fixtures/training.ts";

const parent = await Deno.makeTempDir({ prefix: "echograd_" });
globalThis.addEventListener("unload", () => Deno.removeSync(parent, { recursive: true }));
const at = (name: string) => join(parent, name);
const [RUN, BARS, LABELLED] = ["run", "bars.npz", "labelled.npz"].map(at);

// A finished run, its data set, and images with labels.
await writeBars(BARS);
const folder = folderAt(RUN);
{
  const device = await openDevice("cpu", { threads: 1 });
  const config = like({ latent: VAE.latent, epochs: 1, dataset: BARS });
  await trainUntil(Infinity, folder, device, { config });
  device.close();
}
const images = Float64Array.from(DATA.test.data.subarray(0, 20 * SIDE * SIDE));
const labels = Int32Array.from({ length: 20 }, (_, i) => i % SIDE);
await Deno.writeFile(
  LABELLED,
  writeNpz({
    images: { shape: [20, SIDE, SIDE], data: images },
    labels: { shape: [20], data: labels },
  }),
);

/** Runs a command on the run, which must succeed, and returns its output. */
async function ran(command: Command, ...flags: string[]): Promise<string> {
  const { code, out, err } = await runHere(command, ["--run", RUN, "--device", "cpu", ...flags]);
  assertEquals([code, err], [0, ""]);
  return out;
}
const arraysIn = async (name: string) => readNpz(await Deno.readFile(at(name)), name).arrays;
const sizeOf = async (name: string) => {
  const { width, height } = decodePng(await Deno.readFile(at(name)));
  return [width, height];
};
/** The width of a picture of some images in a row. */
const widthOf = (images: number) => 4 + images * (2 * SIDE + 4);

Deno.test("encode writes codes with their labels, and decode reads them from every format", async () => {
  const data = ["--data", LABELLED, "--still"];
  assertEquals(
    await ran(encode, ...data, "--out", at("codes.npz")),
    `${
      at("codes.npz")
    }: the codes of 20 images, 3 dimensions each (mean, logVariance, z, rate, labels)\n`,
  );
  const found = await arraysIn("codes.npz");
  assertEquals(found.get("z")!.shape, [20, 3]);
  assertEquals([...found.get("labels")!.data], [...labels]);
  const record = JSON.parse(await ran(encode, ...data, "--out", at("codes.csv"), "--json"));
  assertEquals([record.images, record.latent, record.out], [20, 3, at("codes.csv")]);
  await ran(encode, ...data, "--out", at("codes.safetensors"));
  const stored = await Promise.all(
    ["npz", "csv", "safetensors"].map((ending) => readCodes(at(`codes.${ending}`))),
  );
  for (const { z, labels: read } of stored) {
    assertEquals([z.shape, [...z.data]], [[20, 3], [...found.get("z")!.data]]);
    assertEquals([...read!.data], [...labels]);
  }
  for (const ending of ["npz", "csv"]) {
    const codes = ["--codes", at(`codes.${ending}`)];
    await ran(decode, ...codes, "--out", at(`${ending}.npz`));
  }
  const [one, other] = [await arraysIn("npz.npz"), await arraysIn("csv.npz")];
  assertEquals(one.get("images")!.shape, [20, SIDE, SIDE]);
  assertEquals(one, other);
  await ran(decode, "--codes", at("codes.csv"), "--limit", "4", "--out", at("four.png"));
  assertEquals(await sizeOf("four.png"), [widthOf(4), widthOf(1)]);
});

Deno.test("noise is another one for another seed; the images are those of the run unless given", async () => {
  const codes = async (...flags: string[]) => {
    await ran(encode, "--out", at("noisy.npz"), ...flags);
    return (await arraysIn("noisy.npz")).get("z")!;
  };
  const [a, b, c] = [await codes(), await codes("--seed", "0"), await codes("--seed", "1")];
  assertEquals(a.shape, [DATA.test.count, 3]);
  assertEquals(a, b);
  assert(a.data.some((value, i) => value !== c.data[i]));
  assertEquals((await codes("--part", "train", "--limit", "7")).shape, [7, 3]);
  assertEquals((await codes("--part", "valid")).shape, [DATA.valid.count, 3]);
});

Deno.test("pictures and pixels of reconstructions, samples and interpolations", async () => {
  await ran(reconstruct, "--out", at("rec.png"), "--limit", "20");
  assertEquals(await sizeOf("rec.png"), [widthOf(10), widthOf(4)]);
  await ran(reconstruct, "--out", at("rec.npz"), "--data", LABELLED);
  const both = await arraysIn("rec.npz");
  assertEquals([...both.get("images")!.data], [...images]);
  assertEquals(both.get("reconstructions")!.shape, [20, SIDE, SIDE]);
  assertEquals(both.get("labels")!.shape, [20]);

  await ran(sample, "--count", "30", "--out", at("samples.png"));
  assertEquals(await sizeOf("samples.png"), [widthOf(10), widthOf(3)]);
  await ran(sample, "--count", "30", "--out", at("samples.npy"));
  assertEquals(readNpy(await Deno.readFile(at("samples.npy")), "x").shape, [30, SIDE, SIDE]);

  const line = ["--from", "1", "--to", "6", "--data", LABELLED];
  assertMatch(
    await ran(interpolate, ...line, "--out", at("line.png")),
    /: 10 images from image 1 \(label 1\) to image 6 \(label 2\)\n$/,
  );
  assertEquals(await sizeOf("line.png"), [widthOf(10), widthOf(1)]);
});

Deno.test("a packed run is a config and a run, and says what it is", async () => {
  const zip = at("shared.zip");
  const { code, out } = await runHere(pack, [RUN, "--out", zip, "--json"]);
  const { files } = JSON.parse(out);
  assertEquals(code, 0);
  const contents = readZip(await Deno.readFile(zip), zip);
  assertEquals([...contents.keys()], files);
  const text = (name: string) => new TextDecoder().decode(contents.get(name));
  assertEquals(text("test.json"), await Deno.readTextFile(folder.test));
  const card = text("README.md");
  for (const part of ["# run\n", "`gaussian` with 3", "`standard`", "bars.npz", "samples.png"]) {
    assertStringIncludes(card, part);
  }
  const { rate } = JSON.parse(text("test.json"));
  assertMatch(card, new RegExp(`\\| rate +\\| +${rate.toPrecision(4).replace(".", "\\.")} \\|`));
  const { name, config } = await findConfig(zip);
  assertEquals([name, config.dataset, config.latent.size], ["shared", BARS, 3]);

  await ran(sample, "--out", at("a.npy"));
  // Its permissions are those of the task.
  const packed = await runTask("sample", ["--run", zip, "--device", "cpu", "--out", at("b.npy")]);
  assertEquals([packed.code, packed.err], [0, ""]);
  assertEquals(await Deno.readFile(at("a.npy")), await Deno.readFile(at("b.npy")));
});

Deno.test("a mistake is one sentence, and nothing is written", async () => {
  const out = ["--out", at("nothing.npz")], png = ["--out", at("nothing.png")];
  const run = ["--run", RUN, "--device", "cpu"];
  const csv = async (text: string) => {
    await Deno.writeTextFile(at("wrong.csv"), text);
    return assertMistake(await runHere(decode, [...run, ...png, "--codes", at("wrong.csv")]));
  };
  await csv("z_0,z_1\n1,x\n");
  await csv("z_0,z_1\n1\n");
  await csv("z_0,z_1\n1,2\n");
  await csv("a,b\n1,2\n");
  await Deno.writeFile(
    at("odd.npz"),
    writeNpz({
      images: { shape: [3, SIDE, SIDE], data: new Float64Array(3 * SIDE * SIDE) },
      labels: { shape: [2], data: new Int32Array(2) },
    }),
  );
  const unfinished = folderAt(at("unfinished"));
  await Deno.mkdir(unfinished.path);
  await Deno.copyFile(folder.config, unfinished.config);
  const mistakes: [command: Command, args: string[], ...says: string[]][] = [
    [encode, out, "no run is given"],
    [encode, ["--run", at("none"), ...out], "there is no run in", "none"],
    [encode, ["--run", parent, ...out], "checkpoint.safetensors is missing"],
    [encode, run, "no file is given", ".npz, .safetensors, .csv"],
    [encode, [...run, ...png], "--out must end with .npz"],
    [encode, [...run, ...out, "--data", "mnst"], "did you mean mnist?"],
    [encode, [...run, ...out, "--data", "sprites"], "64×64 pixels, but the run takes 4×4"],
    [encode, [...run, ...out, "--data", at("odd.npz")], "labels must be 3 whole numbers"],
    [decode, [...run, ...out], "no codes are given"],
    [decode, [...run, ...out, "--codes", folder.config], "not a whole safetensors file"],
    [sample, [...run, ...png, "--count", "0"], "--count must be a whole number"],
    [interpolate, [...run, ...png, "--from", "1"], "two images are needed"],
    [interpolate, [...run, ...png, "--from", "1", "--to", "107"], "--to is 107, but there are 107"],
    [reconstruct, [...run, "--out", at("no/x.png")], "cannot write"],
    [pack, [], "no run is given"],
    [pack, [RUN, RUN], "pack takes one run"],
    [pack, [RUN, ...out], "--out must end with .zip"],
    [pack, [unfinished.path], "is not finished"],
  ];
  for (const [command, args, ...says] of mistakes) {
    assertMistake(await runHere(command, args), ...says);
  }
  for (const [, path] of [out, png]) assert(!await exists(path));
});

Deno.test("each command has help with an example", async () => {
  for (
    const [name, command] of Object.entries({
      encode,
      decode,
      reconstruct,
      sample,
      interpolate,
      pack,
    })
  ) {
    const { code, out } = await runHere(command, ["--help"]);
    assertEquals(code, 0);
    for (const part of [`\n  deno task ${name} `, "--out", "--json"]) {
      assertStringIncludes(out, part);
    }
  }
});
