import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { type Device, openDevice } from "../../../mod.ts";
import { readTest } from "../../../experiments/outcome/conclusion.ts";
import { sliceImages } from "../../../experiments/data/images.ts";
import { exists, makeFolder, writeFile } from "../../../experiments/shell/files.ts";
import {
  holdRun,
  openRun,
  type RunFolder,
  runFolder,
} from "../../../experiments/runs/run_folder.ts";
import { decodeTensors, encodeTensors } from "../../../experiments/formats/safetensors.ts";
import { encodeSealed } from "../../../experiments/formats/seal.ts";
import { train } from "../../../experiments/training/trainer.ts";
import { CONFIG, DATA, like, VAE, writeBars } from "../../fixtures/bars.ts";
import { runTask } from "../../fixtures/command.ts";
import {
  assertHolds,
  assertRefusedLater,
  assertSentence,
  temporaryFolder,
} from "../../fixtures/helpers.ts";
import { resultOf, trainUntil } from "../../fixtures/training.ts";

/** Resumes a run with the config in its folder. */
async function resume(folder: RunFolder, device: Device): Promise<void> {
  await trainUntil(Infinity, folder, device, { config: await openRun(folder), resume: true });
}

Deno.test("a file edited or damaged while a run was stopped is named in one sentence, and nothing is written", async (t) => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "run");
  await trainUntil(2, folder, device);
  const { config, history, checkpoint } = folder;

  const damage = (
    what: string,
    path: string,
    change: Change,
    ...says: string[]
  ) =>
    t.step(what, async () => {
      const before = await Deno.readFile(path);
      await writeFile(path, await change(before));
      const all = await contents(folder);
      await assertRefusedLater(() => resume(folder, device), ...says);
      assertEquals(await contents(folder), all);
      await writeFile(path, before);
    });
  const edit = (change: (text: string) => string): Change => (bytes) =>
    change(new TextDecoder().decode(bytes));
  const set = (keys: object) =>
    edit((text) => JSON.stringify({ ...JSON.parse(text), ...keys }, null, 2));

  const half: Change = (bytes) => bytes.subarray(0, bytes.length >> 1);
  await damage("a truncated checkpoint", checkpoint, half, checkpoint, "not a whole safetensors");
  await damage("an empty checkpoint", checkpoint, () => "", checkpoint, "it has only 0 bytes");
  await damage("a truncated config", config, half, config, "is not JSON");
  const cut: Change = (bytes) => bytes.subarray(0, -20);
  await damage("a truncated history line", history, cut, `${history}, line 2 is not JSON`);
  const lastLine = edit((text) => text.split("\n")[1] + "\n");
  await damage(
    "a line removed",
    history,
    lastLine,
    "line 1 holds epoch 2, but should hold epoch 1",
  );
  const firstLine = edit((text) => text.split("\n")[0] + "\n");
  await damage(
    "the last line removed",
    history,
    firstLine,
    "ends with epoch 1",
    "has finished epoch 2",
  );
  const swapped = edit((text) => text.split("\n").slice(0, 2).reverse().join("\n") + "\n");
  await damage("lines out of order", history, swapped, "line 1 holds epoch 2");
  const renamed = edit((text) => text.replace("learningRate", "rate"));
  await damage("a key renamed", history, renamed, `${history}, line 1`, `"rate"`);

  const loss = edit((text) => text.replace(/"loss":\d/, '"loss":9'));
  await damage("an edited loss", history, loss, history, "was changed after it was written");
  const thrice = edit((text) => text + [3, 4].map((i) => lineOf(text, i)).join(""));
  await damage("a history far ahead", history, thrice, "ends with epoch 4", "has finished epoch 2");

  const changed = (what: string, change: Change) =>
    damage(what, checkpoint, change, checkpoint, "was damaged or changed after it was written");
  await changed("a flipped bit of a weight", flip("state.params.pixels.w"));
  await changed("a flipped bit of the key", flip("key"));
  await changed("an edited config", inHeader('\\"seed\\":0', '\\"seed\\":1'));
  await changed("no epoch", inHeader('"epoch":"2"', '"epoch":"" '));
  await changed("another epoch", inHeader('"epoch":"2"', '"epoch":"0"'));
  await changed("another dtype", inHeader('"F32"', '"I32"'));
  await changed("another digest of the history", inHeader('"history":"', '"hisTory":"'));
  // The repeated name replaces another one of the same shape.
  const twice = inHeader("state.optimizer.v.mean.b", "state.optimizer.m.mean.b");
  await damage("duplicate names", checkpoint, twice, checkpoint);
  const older: Change = (bytes) => {
    const { tensors, metadata: { epoch, config } } = decodeTensors(bytes, "");
    return encodeTensors({ tensors, metadata: { epoch, config } });
  };
  await damage("a checkpoint of an older version", checkpoint, older, "an older version wrote it");
  const broken: Change = (bytes) => {
    const { tensors, metadata: { sha256: _, ...metadata } } = decodeTensors(bytes, "");
    tensors.get("state.params.mean.w")!.data[5] = NaN;
    return encodeSealed({ tensors, metadata });
  };
  await damage("a NaN weight", checkpoint, broken, checkpoint, "state.params.mean.w holds NaN");

  await damage("another seed", config, set({ seed: 1 }), checkpoint, "seed was 0, and is now 1");
  await damage("another batch", config, set({ batch: 25 }), "batch was 20, and is now 25");
  await damage("a limit", config, set({ limit: 100 }), "limit was absent, and is now 100");
  const wider = set({ encoder: [{ units: 17 }] });
  await damage("another layer", config, wider, "encoder was [", `"units":17`);
  const shorter = set({ epochs: 1 });
  await damage(
    "fewer epochs than are done",
    config,
    shorter,
    "has finished 2 epochs",
    "asks for 1",
  );

  await t.step("other data", async () => {
    const all = await contents(folder);
    for (const split of ["train", "valid", "test"] as const) {
      const pixels = DATA[split].data.slice();
      pixels[7] ^= 1;
      const data = { ...DATA, [split]: { ...DATA[split], data: pixels } };
      const name = { train: "training", valid: "validation", test: "test" }[split];
      await assertRefusedLater(
        () => trainUntil(Infinity, folder, device, { data, resume: true }),
        `${checkpoint} was trained on other data than mnist_binarized`,
        `the pixels of the ${name} images differ in value or type`,
      );
    }
    const data = { ...DATA, valid: sliceImages(DATA.valid, 0, 99) };
    await assertRefusedLater(
      () => trainUntil(Infinity, folder, device, { data, resume: true }),
      "there were 100 validation images, and now are 99",
    );
    assertEquals(await contents(folder), all);
  });
  await t.step("a lost config", async () => {
    const lost = runFolder(runs.path, "lost");
    await makeFolder(lost.path);
    await Deno.copyFile(checkpoint, lost.checkpoint);
    const says = [lost.path, "has no config.json", "has finished 2 epochs"];
    await assertRefusedLater(() => trainUntil(Infinity, lost, device), ...says);
    await writeFile(lost.checkpoint, await half(await Deno.readFile(checkpoint)));
    await assertRefusedLater(() => trainUntil(Infinity, lost, device), lost.checkpoint);
    await assertHolds(lost.path, "checkpoint.safetensors");
  });
  await t.step("with all files restored, the run resumes", async () => {
    await resume(folder, device);
    assert(await exists(folder.test));
  });
  await t.step(
    "a run resumed with more epochs is unfinished until they are done",
    async () => {
      await writeFile(config, JSON.stringify({ ...CONFIG, epochs: 6 }));
      const more = { config: await openRun(folder), resume: true };
      assertEquals(await trainUntil(1, folder, device, more), { epoch: 5 });
      assertEquals(await exists(folder.test), false);
      await resume(folder, device);
      assert(await exists(folder.test));
    },
  );
  device.close();
});

type Content = string | Uint8Array;
type Change = (bytes: Uint8Array<ArrayBuffer>) => Content | Promise<Content>;

/** A copy of the last line of a history with another epoch. */
function lineOf(history: string, epoch: number): string {
  const line = history.trimEnd().split("\n").at(-1)!;
  return JSON.stringify({ ...JSON.parse(line), epoch }) + "\n";
}

/** Flips the lowest bit of the first number of a tensor. */
function flip(name: string): Change {
  return (bytes) => {
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    return bytes.map((byte, i) =>
      i === 8 + length + header[name].data_offsets[0] ? byte ^ 1 : byte
    );
  };
}

/** Replaces a text in the header by one of the same length. */
function inHeader(before: string, after: string): Change {
  return (bytes) => {
    const [found, put] = [before, after].map((text) => new TextEncoder().encode(text));
    assertEquals(put.length, found.length);
    const at = bytes.findIndex((_, i) => found.every((byte, j) => bytes[i + j] === byte));
    assert(at >= 0, before);
    const changed = bytes.slice();
    changed.set(put, at);
    return changed;
  };
}

/** The bytes of the files that a resumed run may change. */
async function contents({ config, history, checkpoint }: RunFolder): Promise<Uint8Array[]> {
  return await Promise.all([config, history, checkpoint].map((path) => Deno.readFile(path)));
}

Deno.test("a resume without --importance keeps the bound on the likelihood", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "run");
  const config = like({ ...VAE, epochs: 1 });
  const terminal = { interactive: false, color: false, columns: 80, write: () => {} };
  const { signal } = new AbortController();
  const whole = { config, data: DATA, device, folder, terminal, signal };
  const { test } = await train({ ...whole, resume: false, importance: 3 });
  assertEquals(test!.likelihood!.samples, 3);
  assertEquals((await train({ ...whole, resume: true })).test, test);
  assertEquals(await readTest(folder.test), test);
  device.close();
});

Deno.test("a finished run that lost its pictures and its test gets the same ones again", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(runs.path, "run");
  await trainUntil(Infinity, folder, device, { config: like({ epochs: 1 }) });
  const whole = await resultOf(folder);
  const { reconstructions, samples, traversals, codes, test } = folder;
  for (const path of [reconstructions, samples, traversals, codes, test]) await Deno.remove(path);
  await resume(folder, device);
  assertEquals(await resultOf(folder), whole);
  device.close();
});

Deno.test("a run of an older version, whose clip is nowhere, is refused", async () => {
  await using runs = await temporaryFolder();
  const folder = runFolder(runs.path, "run");
  await makeFolder(folder.path);
  const { bias: _, ...latent } = CONFIG.latent as typeof CONFIG.latent & { bias: number };
  await writeFile(folder.config, JSON.stringify({ ...CONFIG, latent }));
  await assertRefusedLater(() => openRun(folder), folder.config, "expected clip or bias");
});

Deno.test("two processes cannot train in one folder, neither new runs nor resumed ones", async () => {
  await using runs = await temporaryFolder();
  const config = JSON.stringify({
    ...{ encoder: [], latent: { type: "echo", size: 2, dMax: 9 }, decoder: [], batch: 10 },
    epochs: 1,
  });
  const images = join(runs.path, "bars.npz");
  await writeBars(images);
  const where = ["--runs-dir", runs.path, "--filename", "same", "--device", "cpu"];
  const flags = ["--config", config, "--dataset", images, ...where];
  const both = await Promise.all([runTask("train", flags), runTask("train", flags)]);
  assertEquals(both.map(({ code }) => code).sort(), [0, 1]);
  const { err } = both.find(({ code }) => code === 1)!;
  assertSentence(err.trimEnd(), ["error: ", join(runs.path, "same")]);
  assert(/is in use|exists/.test(err), err);

  using _ = await holdRun(runFolder(runs.path, "same"));
  const resumed = await runTask("train", ["--resume", ...where]);
  assertEquals(resumed.code, 1);
  assertSentence(resumed.err.trimEnd(), ["is in use: another process trains there"]);
});
