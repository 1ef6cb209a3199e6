import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { findConfig } from "../../../experiments/config/source.ts";
import { command } from "../../../experiments/commands/export.ts";
import { imageSizeOf } from "../../../experiments/data/datasets.ts";
import { onnxFiles } from "../../../experiments/export/onnx.ts";
import { planOf } from "../../../experiments/export/plan.ts";
import { pythonText } from "../../../experiments/export/python.ts";
import { decodeTensors } from "../../../experiments/formats/safetensors.ts";
import { UserError } from "../../../experiments/shell/errors.ts";
import { folderAt } from "../../../experiments/runs/run_folder.ts";
import { openDevice } from "../../../mod.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { CONFIG, writeBars } from "../../fixtures/bars.ts";
import { untrained } from "../../fixtures/export_cases.ts";
import { assertHolds, assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";
import { python } from "../../fixtures/python.ts";
import { trainUntil } from "../../fixtures/training.ts";

const CONFIGS = new URL("../../../experiments/configs/", import.meta.url);

/** The names of all configs. */
async function configNames(): Promise<string[]> {
  const names: string[] = [];
  for (const folder of ["", "original/", "disentangle/"]) {
    for await (const { name } of Deno.readDir(new URL(folder, CONFIGS))) {
      if (name.endsWith(".json")) names.push(folder + name.replace(/\.json$/, ""));
    }
  }
  return names.sort();
}

Deno.test("export: every config is written, or refused by a sentence", async () => {
  const refused: string[] = [], seen = new Set<string>();
  for (const name of await configNames()) {
    const { config } = await findConfig(name);
    const { encoder, decoder, latent, prior } = config, size = imageSizeOf(config.dataset);
    // The widths of flows do not matter here.
    const narrow = (part: object) => "hidden" in part ? { ...part, hidden: [4] } : part;
    const parts = { encoder, decoder, latent: narrow(latent), prior: narrow(prior) };
    const text = JSON.stringify([parts, size]);
    if (seen.has(text)) continue;
    seen.add(text);
    const plan = await planOf(untrained(parseConfig({ ...config, ...parts }, name), size, "zero"));
    for (const write of [onnxFiles, pythonText]) {
      try {
        write(plan, name);
      } catch (error) {
        assert(error instanceof UserError, name);
        assertSentence(error.message, [name, "--to safetensors has all weights"]);
        refused.push(name);
      }
    }
  }
  assert(seen.size > 10);
  assertEquals(refused, ["echo_matrix", "echo_matrix"]);
});

Deno.test("export: a run as ONNX, safetensors and a PyTorch module", async () => {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name), run = path("it");
  await writeBars(path("bars.npz"));
  const device = await openDevice("cpu", { threads: 1 });
  await trainUntil(9, folderAt(run), device, { config: { ...CONFIG, epochs: 1 } });
  device.close();

  // The paths are relative to the user's folder, and the permissions are those of the task.
  const onnx = await runTask("export", ["--run", "it", "--to", "onnx", "--json"], {
    folder: folder.path,
  });
  assertEquals([onnx.code, onnx.err], [0, ""]);
  const { out, files, bytes } = JSON.parse(onnx.out);
  assertEquals([out, files], [path("it_onnx"), ["encoder.onnx", "decoder.onnx"]]);
  await assertHolds(out, "decoder.onnx", "encoder.onnx");
  const sizes = await Promise.all(
    files.map(async (name: string) => (await Deno.stat(join(out, name))).size),
  );
  assertEquals(sizes[0] + sizes[1], bytes);

  const write = (to: string, out: string) =>
    runHere(command, ["--run", run, "--to", to, "--out", path(out)]);
  const alone = await write("safetensors", "w.safetensors");
  assertEquals([alone.code, alone.err], [0, ""]);
  assertStringIncludes(alone.out, "w.safetensors");
  const { tensors } = decodeTensors(await Deno.readFile(path("w.safetensors")), "w.safetensors");
  assertEquals([...tensors.keys()].filter((name) => /moment|optimizer|state/.test(name)), []);
  assertEquals(tensors.get("encoder.0.weight")!.shape, [16, 16]);

  assertEquals((await write("python", "module")).code, 0);
  await assertHolds(path("module"), "model.py", "weights.safetensors");
  assertEquals(
    await Deno.readFile(join(path("module"), "weights.safetensors")),
    await Deno.readFile(path("w.safetensors")),
  );

  assertMistake(await write("python", "module"), "module exists", "--out", "new folder");
  assertMistake(await write("onnx", "none/module"), "cannot write", "none/module");
  await assertHolds(folder.path, "bars.npz", "it", "it_onnx", "module", "w.safetensors");
  await assertChecks(run, [out, path("module")], path("bars.npz"));
});

/** Decodes the kept codes in Python, and compares with test.json, by what is installed. */
async function assertChecks(run: string, exported: readonly string[], images: string) {
  const script = fileURLToPath(new URL("../../../experiments/export/check.py", import.meta.url));
  for (const [i, library] of ["onnxruntime", "torch"].entries()) {
    const there = await python("-c", `import numpy, ${library}`);
    if (there.code !== 0) {
      console.log(`export: test.json is not compared in Python, since there is no ${library}`);
      continue;
    }
    const { code, out, err } = await python(script, run, exported[i], images);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^test.json \d+\.\d{6}, here \d+\.\d{6} nats an image\n$/);
  }
}

Deno.test("export: help, and one sentence after a mistake", async () => {
  await using folder = await temporaryFolder();
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const text of ["--run", "--to", "--out", "deno task export"]) {
    assertStringIncludes(out, text);
  }
  const none = join(folder.path, "none"), made = join(folder.path, "out");
  await Deno.writeTextFile(join(folder.path, "checkpoint.safetensors"), "damaged");
  const mistakes: [args: string[], ...says: string[]][] = [
    [[], "no run is given", "--run"],
    [["--run", none], "no format is given", "onnx, safetensors, python"],
    [["--run", none, "--to", "onx"], "--to", "did you mean onnx?"],
    [["--run", none, "--to", "onnx", "--out", made], "there is no run", none],
    [["--run", folder.path, "--to", "python", "--out", made], folder.path],
    [["--run", none, "--to", "onnx", "--outt", made], "did you mean --out?"],
  ];
  for (const [args, ...says] of mistakes) assertMistake(await runHere(command, args), ...says);
  await assertHolds(folder.path, "checkpoint.safetensors");
});
