import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { command } from "../../../experiments/commands/explain.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";

const SMALL = JSON.stringify({
  ...{ encoder: [], decoder: [], latent: { type: "gaussian", size: 2 }, batch: 4 },
});

Deno.test("explain shows the training step of a config", async () => {
  const { code, out, err } = await runTask("explain", ["--config", SMALL, "--as", "formula"]);
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^images +float32 +\[4, 784\]$/m);
  assertMatch(out, /Σₖ images\[i, k\]·state\.params\.mean\.w\[k, j\]/);
  assertMatch(out, /^out\.0\.params\.mean\.w takes the memory of state\./m);
});

Deno.test("explain takes the size of the data set's images, and the reference device", async () => {
  const size = ["--config", SMALL, "--dataset", "sprites"];
  const { out } = await runHere(command, [...size, "--as", "graph"]);
  assertMatch(out, / images +\[4, 4096\] +leaf/);
  const kernels = async (device: string) => {
    const { out } = await runHere(command, ["--config", SMALL, "--device", device]);
    return parseInt(out);
  };
  assertEquals(await kernels("cpu") < await kernels("reference"), true);
});

Deno.test("explain prints its help, and one sentence after a mistake", async () => {
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const text of ["--as", "wgsl", "deno task explain --config vae"]) {
    assertStringIncludes(out, text);
  }
  assertMistake(await runHere(command, ["--as", "wgls"]), "--as", "wgls");
  assertMistake(await runHere(command, ["--config", "veo"]), "veo");
  assertMistake(await runHere(command, ["--dataset", "mnits"]), "mnits");
});
