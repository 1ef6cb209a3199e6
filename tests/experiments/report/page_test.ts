import { assert, assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { DOMParser } from "linkedom";
import { join } from "node:path";
import { reportPage } from "../../../experiments/report/page.ts";
import { readRuns } from "../../../experiments/report/read_run.ts";
import type { RunFolder } from "../../../experiments/runs/run_folder.ts";
import { decode, encode } from "fast-png";
import {
  decodeTensors,
  encodeTensors,
  type NamedArray,
} from "../../../experiments/formats/safetensors.ts";
import { CONFIG, VAE } from "../../fixtures/bars.ts";
import { finishedRun } from "../../fixtures/finished_run.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

async function pageOf(...paths: string[]) {
  const text = await reportPage(await readRuns(paths));
  const document = new DOMParser().parseFromString(text, "text/html");
  const all = (selector: string) => [...document.querySelectorAll(selector)];
  const textOf = (selector: string) =>
    all(selector).map(({ textContent }) => textContent!.replaceAll(/\s+/g, " ").trim());
  return { text, all, textOf };
}

Deno.test("a page has its parts in order, links to each, and describes every picture", async () => {
  await using folder = await temporaryFolder();
  const runs = [
    await finishedRun(folder.path, "echo_seed0", { rate: 10 }),
    await finishedRun(folder.path, "echo_seed1", { rate: 12, keys: { seed: 1 } }),
    await finishedRun(folder.path, "vae", { rate: 20, keys: { latent: VAE.latent } }),
  ];
  const { text, all, textOf } = await pageOf(...runs.map(({ path }) => path));
  assert(text.startsWith('<!DOCTYPE html>\n<html lang="en">'));
  assertEquals(textOf("h1"), ["3 runs on mnist_binarized"]);
  assertEquals(textOf("head > title"), textOf("h1"));
  const titles = [
    "Summary",
    "Rate–distortion plane",
    "Losses",
    "Rates by dimension",
    "Codes",
    "Pictures",
    "Settings",
    "Runs",
  ];
  assertEquals(textOf("main h2"), titles);
  assertEquals(textOf("nav a"), titles);
  const ids = all("[id]").map(({ id }) => id);
  assertEquals(new Set(ids).size, ids.length);
  for (const link of all("a, use")) assert(ids.includes(link.getAttribute("href")!.slice(1)));

  // No heading is more than a level below the one before it.
  const levels = all("h1, h2, h3, h4, h5, h6").map(({ tagName }) => Number(tagName[1]));
  levels.forEach((level, i) => assert(i === 0 ? level === 1 : level <= levels[i - 1] + 1));
  assertEquals(textOf("h3"), ["Reconstructions", "Samples", "Traversals"]);
  assertEquals(all("script, link, iframe, object").length, 0);
  assertEquals(all("main h2").length, all("section").length);
  for (const image of all("img")) {
    assertMatch(image.getAttribute("src")!, /^data:image\/png;base64,/);
    assert(image.getAttribute("alt")! !== "");
  }
  // Truth and two runs five times, as far as there are test images; and two pictures of each run.
  assertEquals(all("img").length, 5 * 3 + 2 * 2);
  for (const svg of all("svg[role=img]")) assert(svg.getAttribute("aria-label")! !== "");
  // The plane in two sizes, three charts of losses, and two panels each of losses, rates and codes.
  assertEquals(all("svg[role=img]").length, 2 + 3 + 2 + 2 + 2);
  for (const box of all(".scroll")) assertEquals(box.getAttribute("tabindex"), "0");
  for (const table of all("table")) assert(table.parentElement!.classList.contains("scroll"));

  const [echo, vae] = all("#summary tbody tr").map((row) =>
    [...row.children].map(({ textContent }) => textContent)
  );
  const means = ["91.00 ± 1.00", "best", "11.00 ± 1.00", "80.00 ± 0.00"];
  assertEquals(echo.slice(0, 7), ["echo", ...means, "1", "2"]);
  assertEquals(vae.slice(0, 7), ["vae", "100.00", "9.00", "20.00", "80.00", "1", "1"]);
  const settings = textOf("#settings thead th");
  assert(settings.includes("latent.type") && !settings.includes("seed"));
  assertEquals(textOf("#runs tbody td:nth-child(6)"), ["nothing", "nothing", "nothing"]);
  assertEquals(all(".notice").length, 0);
});

Deno.test("missing and damaged parts are listed, and everything else is shown", async () => {
  await using folder = await temporaryFolder();
  const make = (name: string, keys: object = {}) => finishedRun(folder.path, name, { keys });
  await make("whole");
  const unfinished = await make("unfinished", { batch: 10 });
  for (const path of [unfinished.test, unfinished.codes, unfinished.traversals]) {
    await Deno.remove(path);
  }
  const bare = await make("bare");
  for (const path of [bare.config, bare.test, bare.codes, bare.checkpoint]) await Deno.remove(path);
  for (const path of [bare.reconstructions, bare.samples, bare.traversals]) await Deno.remove(path);
  const damaged = await make("damaged", { batch: 30 });
  const cut = async (path: string) => {
    const bytes = await Deno.readFile(path);
    await Deno.writeFile(path, bytes.subarray(0, Math.floor(bytes.length / 2)));
  };
  for (const path of [damaged.history, damaged.codes, damaged.samples]) await cut(path);
  const edited = await make("edited", { batch: 40 });
  await Deno.writeTextFile(edited.test, `{"rate": "much"}`);
  await Deno.writeTextFile(edited.config, `{"latent": 1}`);
  await make("repeated");
  await Deno.mkdir(join(folder.path, "empty"));
  await Deno.writeTextFile(join(folder.path, "notes.txt"), "");

  const names = [...Deno.readDirSync(folder.path)].map(({ name }) => join(folder.path, name));
  const { textOf, all } = await pageOf(...names, names[0] + "/");
  const rows = all("#runs tbody tr").map((row) =>
    [row.children[0].textContent!, row.children[5].textContent!] as const
  );
  const lacks = Object.fromEntries(rows);
  assertEquals(Object.keys(lacks).length, rows.length);
  const repeats = ["whole", "repeated"].map((name) => lacks[name]).toSorted();
  assertMatch(
    repeats[0],
    /^another run of (whole|repeated) has the same seed, so this one is not counted$/,
  );
  assertEquals(repeats[1], "nothing");
  assertEquals(lacks.unfinished, "the run is trained, but not tested");
  assertMatch(
    lacks.bare,
    /^config.json is missing.*not finished: epoch 4.*checkpoint.*reconstructions.png is missing/,
  );
  assertMatch(
    lacks.damaged,
    /history is not JSON.*codes.*not a whole safetensors.*samples.png is a damaged PNG/,
  );
  assertMatch(
    lacks.edited,
    /config.json, latent: expected .* but found 1.*test.json, rate: expected a number, but found "much"/,
  );
  assertEquals(textOf(".notice"), ["4 of 6 runs have missing or damaged parts"]);
  assertStringIncludes(
    textOf("#runs p + ul").join(),
    "empty: config.json is missing; history.jsonl is missing",
  );
  assertMatch(
    textOf("#summary").join(),
    /unfinished † .*† Not finished|† Not finished.*unfinished †/,
  );
});

Deno.test("means are over the finished runs, if there are any", async () => {
  await using folder = await temporaryFolder();
  const runs: RunFolder[] = [];
  for (const [seed, rate] of [10, 20, 90].entries()) {
    runs.push(await finishedRun(folder.path, `x_seed${seed}`, { rate, keys: { seed } }));
  }
  await Deno.remove(runs[2].test);
  const rowOf = async () => {
    const { all, textOf } = await pageOf(...runs.map(({ path }) => path));
    const cells = all("#summary tbody tr > *").map(({ textContent }) => textContent);
    return [cells[0], cells[2], cells[textOf("#summary thead th").indexOf("seeds")]];
  };
  assertEquals(await rowOf(), ["x", "15.00 ± 5.00", "2"]);
  // Older versions did not count active dimensions: there is a mean if all runs have.
  const count = async ({ test }: RunFolder, activeUnits: number) => {
    const record = JSON.parse(await Deno.readTextFile(test));
    await Deno.writeTextFile(test, JSON.stringify({ ...record, activeUnits }));
  };
  const heads = async () => (await pageOf(...runs.map(({ path }) => path))).textOf("#summary th");
  await count(runs[0], 3);
  assert(!(await heads()).includes("active dimensions"));
  await count(runs[1], 5);
  assert((await heads()).includes("active dimensions"));
  assert(
    (await pageOf(...runs.map(({ path }) => path))).textOf("#summary td").includes("4.0 ± 1.0"),
  );
  for (const run of runs.slice(0, 2)) await Deno.remove(run.test);
  assertEquals(await rowOf(), ["x †", "40.00 ± 25.17", "3"]);
});

Deno.test("groups are sorted by −ELBO, unfinished ones last, and the best one is marked", async () => {
  await using folder = await temporaryFolder();
  const make = (name: string, rate: number, batch: number) =>
    finishedRun(folder.path, name, { rate, keys: { batch } });
  const runs = [await make("far", 30, 10), await make("near", 20, 20), await make("best", 10, 30)];
  const unfinished = await make("unfinished", 1, 40);
  await Deno.remove(unfinished.test);
  const { all, textOf } = await pageOf(...[...runs, unfinished].map(({ path }) => path));
  assertEquals(textOf("#summary tbody th"), ["best", "near", "far", "unfinished †"]);
  assertEquals(textOf("#summary tbody td:nth-child(3)"), ["best", "10.00", "20.00", "–"]);
  assertEquals(textOf("#summary tr.best th"), ["best"]);
  assertEquals(all("#summary tbody th > svg").length, 4);
  assertEquals(textOf("#pictures .columns:first-child figcaption").slice(0, 3), [
    "test images",
    "best",
    "near",
  ]);
});

Deno.test("the plane has the distances of its curves, and a curve looks the same everywhere", async () => {
  await using folder = await temporaryFolder();
  const runs: RunFolder[] = [];
  for (const [beta, rate] of [[1, 20], [2, 10]]) {
    for (const [name, latent, more] of [["vae", VAE.latent, 0], ["echo", undefined, 5]] as const) {
      const loss = [{ type: "reconstruction", weight: 1 }, { type: "rate", weight: beta }];
      const keys = { loss, ...latent && { latent } };
      const run = await finishedRun(folder.path, `${name}_beta${beta}_seed0`, { rate, keys });
      // Echo's distortion is 5 nats above.
      const test = { rate, distortion: 100 - rate + more, loss: 0 };
      await Deno.writeTextFile(run.test, JSON.stringify(test));
      runs.push(run);
    }
  }
  const { all, textOf } = await pageOf(...runs.map(({ path }) => path));
  assertEquals(textOf("#plane caption"), ["Distances from vae, in nats per image"]);
  assertEquals(textOf("#plane tbody tr > *"), ["echo", "5.00", "5.00"]);
  const colors = (selector: string) =>
    new Set(
      all(selector).map((text) => text.getAttribute("fill")).filter((c) => c?.includes("--curve")),
    );
  assertEquals(colors("#plane text"), new Set(["var(--curve-0)", "var(--curve-1)"]));
  assertEquals(colors("#losses text"), colors("#plane text"));
  // One run alone has no distance from another curve.
  const single = await pageOf(runs[0].path);
  assertEquals(single.textOf("#plane caption"), []);
});

Deno.test("Echo's floor is a dashed line in its panel of rates and in the chart of rates", async () => {
  await using folder = await temporaryFolder();
  const echo = await finishedRun(folder.path, "echo", {
    keys: { latent: { ...CONFIG.latent, bias: undefined, clip: 0.5 } },
  });
  const vae = await finishedRun(folder.path, "vae", { keys: { latent: VAE.latent } });
  const { all, textOf } = await pageOf(echo.path, vae.path);
  const { size } = CONFIG.latent;
  assertEquals(textOf("#dimensions text").filter((text) => text.startsWith("floor")), [
    "floor 0.69",
  ]);
  const total = `floor ${(size * Math.LN2).toFixed(2)}`;
  assertEquals(textOf("#losses text").filter((text) => text.startsWith("floor")), [total]);
  assertEquals(all("#dimensions [stroke-dasharray]").length, 1);
  assertMatch(textOf("#dimensions figcaption").join(), /echo exact.*, floor [\d.]+/);
});

Deno.test("codes have a colour for each label and a place in the plane; wrong ones are a missing part", async () => {
  await using folder = await temporaryFolder();
  const run = await finishedRun(folder.path, "a");
  const { textOf, all } = await pageOf(run.path);
  assertEquals(textOf("#codes svg[role=img] > text, #codes g[font-weight] text"), ["0", "1", "2"]);
  const strokes = new Set(
    all("#codes [stroke^='var(--curve']").map((path) => path.getAttribute("stroke")),
  );
  assertEquals(strokes, new Set(["var(--curve-0)", "var(--curve-1)", "var(--curve-2)"]));
  const { tensors } = decodeTensors(await Deno.readFile(run.codes), "codes");
  const missing = async (name: string, data: NamedArray) => {
    const wrong = encodeTensors({ tensors: new Map([...tensors, [name, data]]), metadata: {} });
    await Deno.writeFile(run.codes, wrong);
    const { textOf, all } = await pageOf(run.path);
    assertEquals(all("#codes").length, 0);
    return textOf("#runs tbody td:nth-child(6)").join();
  };
  const labels = { shape: [2], data: new Int32Array(2) };
  assertMatch(await missing("labels", labels), /has 2 labels for 50 codes/);
  const { shape, data } = tensors.get("z")!;
  const infinite = { shape, data: Float32Array.from(data).fill(NaN, 0, 1) };
  assertMatch(await missing("z", infinite), /z has values that are not finite/);
});

Deno.test("pictures of other test images stand apart, and old ones without a grid are shown whole", async () => {
  await using folder = await temporaryFolder();
  const [a, b, old] = [
    await finishedRun(folder.path, "a", { keys: { batch: 10 } }),
    await finishedRun(folder.path, "b", { keys: { batch: 20 }, side: 6 }),
    await finishedRun(folder.path, "old", { keys: { batch: 30 } }),
  ];
  for (const path of [old.reconstructions, old.samples, old.traversals]) {
    const { width, height, data } = decode(await Deno.readFile(path));
    await Deno.writeFile(path, encode({ width, height, data, channels: 1, depth: 8 }));
  }
  const { textOf, all } = await pageOf(a.path, b.path, old.path);
  const heads = textOf("#pictures .sheet figcaption");
  assertEquals(new Set(heads.filter((text) => text !== "test images")), new Set(["a", "b"]));
  assertEquals(heads.filter((text) => text === "test images").length * 2, heads.length);
  // The rates by dimension are random numbers; the labels name the dimensions in the file.
  const rows = textOf("#pictures .rows li");
  assertEquals(rows.map((text) => text.match(/^z\d+/)![0]).slice(0, 3), ["z1", "z0", "z0"]);
  assertMatch(rows[0], /^z1 [−-]?\d+\.\d\d$/);
  assertEquals(rows.length, 12);
  const whole = all("#pictures img").filter((image) => image.getAttribute("width") === "62");
  assertEquals(whole.length, 3);
});

Deno.test("names from the file system cannot break the page", async () => {
  await using folder = await temporaryFolder();
  const names = [`<img src=x onerror=alert(1)>"'&amp;`, "<script>alert(2)<\u2215script>"]; // no real slash
  const dataset = "</title><b>";
  const runs = [
    await finishedRun(folder.path, names[0]),
    await finishedRun(folder.path, names[1], { keys: { latent: VAE.latent, dataset } }),
  ];
  const { all, textOf } = await pageOf(...runs.map(({ path }) => path));
  assertEquals(all("script, [onerror], img:not([alt]), title b, h1 b").length, 0);
  assertEquals(textOf("#summary tbody th"), names);
  assertEquals(textOf("#losses h3").toSorted(), [dataset, "mnist_binarized"]);
  const labels = all("#losses svg[role=img]").map((svg) => svg.getAttribute("aria-label")!);
  for (const name of names) assert(labels.some((label) => label.startsWith(`${name}: validation`)));
});

Deno.test("a page of ten runs with 200 epochs and images of 28×28 pixels is smaller than 2 MB", async () => {
  await using folder = await temporaryFolder();
  const runs = [];
  for (let i = 0; i < 10; i++) {
    const keys = { latent: { ...VAE.latent, size: 32 }, batch: 20 + i };
    runs.push(await finishedRun(folder.path, `run${i}`, { keys, epochs: 200, side: 28 }));
  }
  const { text, all } = await pageOf(...runs.map(({ path }) => path));
  assertEquals(all("img").length, 11 + 20);
  const { size } = new Blob([text]);
  assertLess(size, 2e6);
});

Deno.test("paths without a run are refused with one sentence", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  await assertRefusedLater(
    () => readRuns([folder.path]),
    "no run",
    folder.path,
    "history.jsonl is missing",
  );
  await assertRefusedLater(() => readRuns([file]), "no run", "none of the paths is a folder");
  await assertRefusedLater(
    () => readRuns([join(folder.path, "none")]),
    "there is no run folder",
    "none",
  );
});
