import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Device, openDevice } from "../../mod.ts";
import { exists, namesIn } from "../../experiments/shell/files.ts";
import { type RunFolder, runFolder } from "../../experiments/runs/run_folder.ts";
import { like } from "../fixtures/bars.ts";
import { livingFor } from "./dying.ts";
import { temporaryFolder } from "../fixtures/helpers.ts";
import { THOROUGH } from "../fixtures/thorough.ts";
import { resultOf, trainUntil } from "../fixtures/training.ts";

const config = like({ encoder: [], latent: { type: "gaussian", size: 3 }, decoder: [], epochs: 2 });

/** Trains to the end, from the state of the folder. */
async function finish(folder: RunFolder, device: Device): Promise<void> {
  await trainUntil(Infinity, folder, device, { config, resume: await exists(folder.config) });
}

Deno.test("a run that dies between any two file operations and is resumed ends with the same bits", async (t) => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const whole = runFolder(runs.path, "whole");
  let operations: number;
  {
    using life = livingFor(Infinity);
    await finish(whole, device);
    operations = life.operations;
  }
  assert(operations > 50, `${operations}`);
  const expected = await resultOf(whole);

  // A file is written in four operations, so every third operation meets each of the four kinds in
  // turn.
  for (let lived = 0; lived < operations; lived += THOROUGH ? 1 : 3) {
    await t.step(`after operation ${lived} of ${operations}`, async () => {
      const folder = runFolder(runs.path, `run${lived}`);
      {
        using life = livingFor(lived);
        await assertRejects(() => finish(folder, device));
        assertEquals(life.operations, lived);
      }
      await finish(folder, device);
      assertEquals(await resultOf(folder), expected);
      assertEquals(await namesIn(folder.path), await namesIn(whole.path));
    });
  }
  device.close();
});
