import { assert, assertEquals, assertRejects } from "@std/assert";
import { type RunFolder, runFolder } from "../../experiments/runs/run_folder.ts";
import { trainThroughLosses } from "../../experiments/training/recovery.ts";
import type { Outcome } from "../../experiments/training/trainer.ts";
import { DeviceLostError } from "../../kernels/webgpu/errors.ts";
import { type Device, openDevice } from "../../mod.ts";
import { CONFIG, DATA } from "../fixtures/bars.ts";
import { temporaryFolder } from "../fixtures/helpers.ts";

/** A CPU that is lost, as a GPU can be, at a given read; `seen` counts the reads. */
async function fragile(lostAt = Infinity, seen = { reads: 0 }): Promise<Device> {
  const device = await openDevice("cpu", { threads: 1 });
  const { read } = device;
  device.read = (...args) => {
    if (++seen.reads >= lostAt) return Promise.reject(new DeviceLostError("The GPU was lost"));
    return read.apply(device, args);
  };
  return device;
}

/** Trains on the first device, and on the next one after each loss. */
async function trainOn(
  folder: RunFolder,
  devices: Device[],
  onLine?: () => void,
): Promise<{ outcome: Outcome; reopened: string[]; lines: string[] }> {
  const [device, ...others] = devices;
  const reopened: string[] = [];
  const lines: string[] = [];
  const write = (line: string) => {
    lines.push(line);
    onLine?.();
  };
  const terminal = { interactive: false, color: false, columns: 80, write };
  const { signal } = new AbortController();
  const outcome = await trainThroughLosses(
    { config: CONFIG, data: DATA, device, folder, resume: false, terminal, signal },
    (which) => {
      reopened.push(which);
      return Promise.resolve(others.shift()!);
    },
  );
  return { outcome, reopened, lines };
}

const checkpointOf = (folder: RunFolder) => Deno.readFile(folder.checkpoint);

/**
 * The reads of an undisturbed run: until an epoch's line is written, for all epochs, and in all.
 */
async function readsOf(folder: RunFolder): Promise<{ outcome: Outcome; reads: number[] }> {
  const seen = { reads: 0 };
  const reads: number[] = [];
  const device = await fragile(Infinity, seen);
  const { outcome, reopened } = await trainOn(folder, [device], () => reads.push(seen.reads));
  assertEquals(reopened, []);
  return { outcome, reads };
}

Deno.test("a run continues after its device is lost, and ends with the same bits", async () => {
  await using runs = await temporaryFolder();
  const [whole, early, late] = ["whole", "early", "late"].map((name) => runFolder(runs.path, name));
  const undisturbed = await readsOf(whole);
  const losses = [[early, undisturbed.reads[0], "from the start"], [
    late,
    undisturbed.reads[2],
    "after epoch 2",
  ]] as const;
  for (const [folder, lostAt, place] of losses) {
    const devices = [await fragile(lostAt), await openDevice("cpu", { threads: 1 })];
    const { outcome, reopened, lines } = await trainOn(folder, devices);
    assertEquals(outcome, undisturbed.outcome);
    assertEquals(reopened, ["same"]);
    assertEquals(await checkpointOf(folder), await checkpointOf(whole));
    const told = lines.filter((line) => line.includes("lost"));
    assertEquals(told.length, 1);
    assert(told[0].startsWith(`The GPU was lost; continuing ${place} on `), told[0]);
  }
});

Deno.test("after a second loss in a row the CPU takes over", async () => {
  await using runs = await temporaryFolder();
  const [whole, unlucky] = ["whole", "unlucky"].map((name) => runFolder(runs.path, name));
  const { reads } = await readsOf(whole);
  const devices = [
    await fragile(reads[0]),
    await fragile(1),
    await openDevice("cpu", { threads: 1 }),
  ];
  const { outcome, reopened } = await trainOn(unlucky, devices);
  assertEquals(outcome.epoch, CONFIG.epochs);
  assertEquals(reopened, ["same", "cpu"]);
});

Deno.test("a device lost before the first checkpoint ends the run", async () => {
  await using runs = await temporaryFolder();
  const folder = runFolder(runs.path, "stillborn");
  await assertRejects(async () => await trainOn(folder, [await fragile(1)]), DeviceLostError);
});
