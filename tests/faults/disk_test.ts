import { assertEquals } from "@std/assert";
import { type Device, openDevice } from "../../mod.ts";
import { namesIn } from "../../experiments/shell/files.ts";
import { type RunFolder, runFolder } from "../../experiments/runs/run_folder.ts";
import { train } from "../../experiments/training/trainer.ts";
import { CONFIG, DATA } from "../fixtures/bars.ts";
import { mountDisk, whyNoDisk } from "./disk.ts";
import { assertHolds, assertRefusedLater, temporaryFolder } from "../fixtures/helpers.ts";
import { resultOf, trainUntil } from "../fixtures/training.ts";

const reason = await whyNoDisk();
const ignore = reason !== undefined;
if (ignore) console.log(`full and read-only disks are not tested here: ${reason}`);

/** Trains, and calls a function at the end of the second epoch, before its files are written. */
async function trainAnd(
  act: () => void,
  folder: RunFolder,
  device: Device,
): Promise<void> {
  let lines = 0;
  const write = () => void (++lines === 2 && act());
  const terminal = { interactive: false, color: false, columns: 80, write };
  const { signal } = new AbortController();
  await train({ config: CONFIG, data: DATA, device, folder, resume: false, terminal, signal });
}

Deno.test(
  { name: "on a full disk a run says which file, and goes on once there is room", ignore },
  async () => {
    await using runs = await temporaryFolder();
    await using disk = await mountDisk(512);
    const device = await openDevice("cpu", { threads: 1 });
    const [whole, full] = [runFolder(runs.path, "whole"), runFolder(disk.path, "full")];
    await trainUntil(Infinity, whole, device);

    disk.fill();
    await assertRefusedLater(
      () => trainUntil(Infinity, full, device),
      `cannot write ${full.checkpoint}: No space left on device`,
    );
    await assertHolds(full.path);
    await disk.free();

    await assertRefusedLater(
      () => trainAnd(disk.fill, full, device),
      `cannot write ${full.history}: No space left on device`,
    );
    await assertHolds(
      full.path,
      ...["config.json", "history.jsonl", "checkpoint.safetensors"],
      ...["reconstructions.png", "samples.png"],
    );
    const again = () => trainUntil(Infinity, full, device, { resume: true });
    await assertRefusedLater(again, "cannot write", full.path, "No space left on device");
    await disk.free();
    assertEquals((await again()).epoch, CONFIG.epochs);
    assertEquals(await resultOf(full), await resultOf(whole));
    device.close();
  },
);

Deno.test({
  name: "in a read-only folder a run says so, and goes on once it can be written",
  ignore,
}, async () => {
  await using disk = await mountDisk(512);
  const device = await openDevice("cpu", { threads: 1 });
  const folder = runFolder(disk.path, "run");
  await trainUntil(2, folder, device);
  const names = await namesIn(folder.path);
  await disk.setReadOnly(true);
  await assertRefusedLater(
    () => trainUntil(Infinity, runFolder(disk.path, "other"), device),
    `cannot make the folder ${disk.path}/other: Read-only file system`,
  );
  const again = () => trainUntil(Infinity, folder, device, { resume: true });
  await assertRefusedLater(again, folder.path, "Read-only file system");
  assertEquals(await namesIn(folder.path), names);
  await disk.setReadOnly(false);
  assertEquals((await again()).epoch, CONFIG.epochs);
  device.close();
});
