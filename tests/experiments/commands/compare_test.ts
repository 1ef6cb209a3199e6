/**
 * `deno task compare` as a process: training, skipping, resuming, failures and output.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/compare.ts";
import { shippedNames } from "../../../experiments/config/source.ts";
import { readComparisonRow } from "../../../experiments/compare/row.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { namesIn } from "../../../experiments/shell/files.ts";
import { writeBars } from "../../fixtures/bars.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

const compare = (...flags: string[]) => runTask("compare", flags);

const tiny = (latent: object, more: object = {}) =>
  JSON.stringify({ latent, encoder: [], decoder: [], batch: 50, epochs: 1, ...more });
const gaussian = { type: "gaussian", size: 2 };
const CONFIGS = {
  tiny_echo: tiny({ type: "echo", size: 2, dMax: 5 }),
  tiny_exploding: tiny(gaussian, { learningRate: { type: "constant", rate: 1e30 } }),
  tiny_info: tiny(gaussian, {
    loss: [
      { type: "reconstruction", weight: 1 },
      { type: "rate", weight: 1 },
      { type: "mmd", weight: 1 },
    ],
  }),
};

Deno.test("compare trains each config, survives one that fails, and skips what is finished", async () => {
  await using folder = await temporaryFolder();
  const files = [];
  for (const [name, text] of Object.entries(CONFIGS)) {
    files.push(join(folder.path, `${name}.json`));
    await Deno.writeTextFile(files.at(-1)!, text);
  }
  const runs = join(folder.path, "runs");
  const images = join(folder.path, "bars.npz");
  await writeBars(images);
  const where = ["--runs-dir", runs, "--device", "cpu", "--dataset", images, "--limit", "150"];
  const flags = [...where, "--configs", files.join(",")];
  const read = async (extension: string) =>
    await Deno.readTextFile(join(runs, `comparison_bars.${extension}`));

  const first = await compare(...flags);
  assertEquals(first.code, 1);
  assertStringIncludes(first.out, "failed: the loss became");
  assertMatch(first.err, /error: 1 of 3 configs failed: tiny_exploding\n$/);
  assertEquals(first.out.match(/^epoch 1\/1/gm)!.length, 2);
  const table = await read("md");
  assertStringIncludes(first.out, table);
  const row = (name: string, cells: string) =>
    assertMatch(table, new RegExp(`^\\| ${name} +\\|${cells.replaceAll("|", "\\|")}\\|$`, "m"));
  row("config", " parameters | +rate | distortion | +−ELBO | +MMD | +active | s/epoch ");
  row("tiny_echo", " +116 | +[\\d.]+ | +[\\d.]+ | +[\\d.]+ | +– | +[012] | +[\\d.]+ ");
  row("tiny_exploding", " +failed | +failed | +failed | +failed | +failed | +failed | +failed ");
  row("tiny_info", " +116 | +[\\d.]+ | +[\\d.]+ | +[\\d.]+ | +-?[\\d.]+ | +[012] | +[\\d.]+ ");
  const [echo, exploding, info] = JSON.parse(await read("json"));
  assertMatch(exploding.failure, /^the loss became/);
  assertEquals(echo.negativeElbo, echo.rate + echo.distortion);
  assertEquals([echo.epochs, "mmd" in echo, "mmd" in info], [1, false, true]);

  // A run stopped after its last epoch: only its test is missing.
  await Deno.remove(join(runs, "tiny_info_bars", "test.json"));
  const good = [...where, "--configs", `${files[0]},${files[2]}`, "--importance", "2"];
  const second = await compare(...good);
  assertEquals([second.code, second.err], [0, ""]);
  assert(!/^epoch/m.test(second.out), second.out);
  const again = JSON.parse(await read("json"));
  const { nll: _, nllSamples, priorDistance, ...rest } = again[0];
  assertEquals([rest, nllSamples], [echo, 2]);
  assertStringIncludes(await read("md"), `${priorDistance.toFixed(2)} |`);
  assertEquals([again[1].rate, again[1].nllSamples], [info.rate, 2]);
  for (const row of again) assert(row.nll > 5 && row.nll < row.negativeElbo + 5);

  await Deno.remove(join(runs, "tiny_info_bars"), { recursive: true });
  const third = await compare(...good, "--json");
  assertEquals(third.code, 0);
  const rows = third.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(rows, JSON.parse(await read("json")));
  assertMatch(third.err, /^epoch 1\/1/m);

  const other = await compare(...where, "--configs", files[0], "--epochs", "3");
  assertEquals(other.code, 1);
  assertStringIncludes(
    other.out,
    "holds a run whose config differs in epochs: choose another --runs-dir",
  );
  assertEquals((await namesIn(runs)).filter((name) => name.startsWith("tiny")).length, 3);

  const seeded = [...where, "--configs", files[0], "--seeds", "2", "--quiet"];
  const fourth = await compare(...seeded);
  assertEquals([fourth.code, fourth.err], [0, ""]);
  assert(!/^epoch/m.test(fourth.out), fourth.out);
  const [mean] = JSON.parse(await read("json"));
  const seeds = [0, 1].map(async (seed) =>
    await readComparisonRow("tiny_echo", runFolder(runs, `tiny_echo_bars_seed${seed}`))
  );
  const [a, b] = (await Promise.all(seeds)).map(({ negativeElbo }) => negativeElbo!);
  assert(a !== b);
  assertAlmostEquals(mean.negativeElbo, (a + b) / 2, 1e-9);
  assertAlmostEquals(mean.standardErrors.negativeElbo, Math.abs(a - b) / 2, 1e-9);
  assertEquals(mean.seeds, 2);
  const { negativeElbo, standardErrors } = mean;
  assertStringIncludes(
    await read("md"),
    `${negativeElbo.toFixed(2)} ± ${standardErrors.negativeElbo.toFixed(2)}`,
  );
});

Deno.test("compare refuses unknown values before it trains anything", async () => {
  await using folder = await temporaryFolder();
  const mistakes: [flags: string[], says: string][] = [
    [["--configs", "echo,vae_mfa"], "did you mean vae_maf?"],
    [["--epoch", "3"], "did you mean --epochs?"],
    [["--dataset", "mnsit"], `"mnsit"`],
    [["--seed", "1", "--seeds", "2"], "--seed is one seed and --seeds is a number of them"],
    [["--importance", "1e9"], "--importance must be a whole number from 1 to 1000000"],
  ];
  for (const [flags, says] of mistakes) {
    assertMistake(await runHere(command, [...flags, "--runs-dir", folder.path]), says);
  }
});

Deno.test("by default compare takes every shipped config", async () => {
  await using folder = await temporaryFolder();
  // Every run folder holds a damaged config, so that no config is trained.
  const names = await shippedNames();
  for (const name of names) {
    const run = join(folder.path, `${name}_mnist_binarized`);
    await Deno.mkdir(run);
    await Deno.writeTextFile(join(run, "config.json"), "{}");
  }
  const { out, err } = await compare("--runs-dir", folder.path);
  names.forEach((name, i) => assertStringIncludes(out, `## ${name} (${i + 1} of ${names.length})`));
  assertStringIncludes(err, `${names.length} of ${names.length} configs failed`);
});
