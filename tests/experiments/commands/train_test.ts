import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/train.ts";
import { readTest } from "../../../experiments/outcome/conclusion.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { writeBars } from "../../fixtures/bars.ts";
import { assertMistake, runHere, runTask, startTask } from "../../fixtures/command.ts";
import { assertHolds, assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";

/** A model that trains in a moment. */
const TINY = JSON.stringify({
  encoder: [],
  latent: { type: "echo", size: 2, dMax: 9 },
  decoder: [],
  batch: 10,
  epochs: 1,
});

const run = (...flags: string[]) => runTask("train", flags);

/** Flags that train the model on bars, in a folder. */
async function onBars(folder: string, ...more: string[]): Promise<string[]> {
  const images = join(folder, "bars.npz");
  await writeBars(images);
  return ["--config", TINY, "--dataset", images, "--runs-dir", folder, "--device", "cpu", ...more];
}

Deno.test("a mistake is one sentence on stderr and exit code 1", async () => {
  await using folder = await temporaryFolder();
  const runs = ["--runs-dir", folder.path];
  const mistakes: [flags: string[], ...says: string[]][] = [
    [["--epoch", "3"], "unknown flag --epoch; did you mean --epochs?"],
    [["--config", "ecko"], "did you mean echo?"],
    [["--config", '{"latent": {"type": "echo", "size": "big"}}'], "latent.size", `"big"`],
    [["--data-dir", folder.path], "train-images-idx3-ubyte", folder.path],
    [["--dataset", "omniglt"], `unknown data set "omniglt"; did you mean omniglot?`],
    [["--dataset", join(folder.path, "none.npz")], "cannot read", "none.npz"],
    [["--dataset", "mnist", "--train-size", "60001"], "training size is 60001", "mnist has 60000"],
    [["--binarize", "batches"], "--binarize", "did you mean batch?"],
    [["--resume", "--filename", "none"], "no run to resume"],
    [["--resume"], "--resume needs --filename"],
    [["--resume=maybe"], "--resume takes no value", `"maybe"`],
    [["--config", '{"latent": {"type": "echo", "size": 2, "size": 3}}'], "key latent.size twice"],
    [["--resume", "--filename", "none", "--beta", "2"], "--beta cannot be changed"],
    [["--resume", "--filename", "none", "--config", "vae"], "--config cannot be changed"],
    [["--resume", "--filename", "none", "--train-size", "9"], "--train-size cannot be changed"],
    [["--filename", "../x"], "--filename", "may have letters, digits"],
    [
      ["--importance", "5", "--config", '{"latent": {"type": "echo", "size": 501}}'],
      "--importance: a bound for Echo",
      "at most 500 dimensions, but latent.size is 501",
    ],
    [["--noise", "multiplicativ"], "--noise", "did you mean multiplicative?"],
    [["--config", "iaf_prior", "--noise", "multiplicative"], "--noise multiplicative is for echo"],
    [["--seeds", "3"], "unknown flag --seeds; did you mean --seed?"],
    [["--dataset", "mnist", "--per-label", "5400"], "mnist has 4506 training images of label 5"],
    [["--resume", "--filename", "none", "--per-label", "9"], "--per-label cannot be changed"],
    [["--config", "vae", "--importance", "0"], "--importance must be a whole number"],
    [["--config", "vae", "--importance", "1e9"], "--importance", "from 1 to 1000000", `"1e9"`],
    [["--config", '{"latent": {"type": "iaf", "size": 4, "hidden": [0]}}'], "latent.hidden.0"],
  ];
  for (const [flags, ...says] of mistakes) {
    assertMistake(await runHere(command, [...runs, ...flags]), ...says);
  }
  const [flags, ...says] = mistakes[0];
  assertMistake(await run(...flags), ...says);
  await assertHolds(folder.path);
});

Deno.test("help names every flag of the original and exits with code 0", async () => {
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const flag of ["config", "beta", "filename", "dataset", "resume", "device"]) {
    assertStringIncludes(out, `--${flag}`);
  }
});

Deno.test("--dry-run prints the model and the plan, and writes nothing", async () => {
  await using folder = await temporaryFolder();
  const flags = ["--config", TINY, "--device", "cpu", "--runs-dir", folder.path, "--limit", "105"];
  const { code, out, err } = await run(...flags, "--epochs", "1", "--dry-run");
  assertEquals([code, err], [0, ""]);
  // Two heads of 784 · 2 + 2 numbers, and the pixels' 2 · 784 + 784.
  assertStringIncludes(out, "5,492 parameters, seed 0\n");
  assertMatch(out, / mean\.w +\[784, 2\] +1,568\n/);
  assertMatch(out, / pixels\.b +\[784\] +784\n/);
  // Multiplications: 784 · 4 to the heads, 2 · 784 back; 6 operations for each, of 10 images.
  assertMatch(
    out,
    /a step: 282 kFLOP in its networks; [\d.]+ kB for a batch, [\d.]+ kB for/,
  );
  assertMatch(
    out,
    /a step takes [\d.]+ m?s here \(measured: [\d.]+ .FLOP\/s\), an epoch [\d.]+ m?s /,
  );
  assertStringIncludes(out, "1 epoch of 10 steps of 10 images: 10 steps\n");
  assertStringIncludes(out, `in ${join(folder.path, "inline_mnist_binarized")}: config.json, `);
  assert(!out.includes("disentangle.json"), "its images are not made of factors");
  const large = JSON.stringify({ ...JSON.parse(TINY), encoder: [{ units: 1e9 }] });
  const refused = await run("--config", large, ...flags.slice(2), "--dry-run");
  assertEquals(refused.code, 1);
  assertStringIncludes(refused.err, "error: the config is too big for the cpu device: parameters");
  await assertHolds(folder.path);
});

Deno.test("--json prints an object for each epoch and for the test on stdout", async () => {
  await using folder = await temporaryFolder();
  const flags = await onBars(folder.path, "--filename", "json", "--epochs", "2");
  const { code, out, err } = await run(...flags, "--json", "--log", "tensorboard");
  assertEquals(code, 0);
  const objects = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  const path = join(folder.path, "json");
  assertEquals(objects.slice(0, 2), await readHistory(join(path, "history.jsonl")));
  const test = await readTest(join(path, "test.json"));
  assertEquals(objects.slice(2), [{ test: JSON.parse(JSON.stringify(test)) }]);
  assertStringIncludes(err, "epoch 2/2");
  const names = await Array.fromAsync(Deno.readDir(path), ({ name }) => name);
  assertEquals(names.filter((name) => name.startsWith("events.out.tfevents.")).length, 1);
});

Deno.test("paths are relative to the folder where the user stands, and may have spaces", async () => {
  await using folder = await temporaryFolder();
  await writeBars(join(folder.path, "my bars.npz"));
  await Deno.writeTextFile(join(folder.path, "my conf.json"), TINY);
  const flags = ["--config", "my conf.json", "--dataset", "./my bars.npz", "--runs-dir", "runs"];
  const place = { folder: folder.path };
  const { out, err } = await runTask("train", [...flags, "--device", "cpu", "--dry-run"], place);
  assertEquals(err, "");
  assertStringIncludes(out, `autoencoder on ${join(folder.path, "my bars.npz")}, computed by`);
  assertStringIncludes(out, `in ${join(folder.path, "runs", "my_conf_my_bars")}: config.json`);
});

Deno.test("a run writes its folder, and no other run of this name overwrites it", async () => {
  await using folder = await temporaryFolder();
  const flags = await onBars(folder.path, "--limit", "100", "--filename", "tiny");
  const named = [...flags, "--beta", "0.5"];
  const { code, out, err } = await run(...named, "--seed", "3");
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /\nepoch 1\/1 .*images\/s\ntest: rate [\d.]+ {2}distortion [\d.]+ {2}-ELBO [\d.]+ /,
  );
  const path = join(folder.path, "tiny");
  await assertHolds(
    path,
    ...["config.json", "history.jsonl", "checkpoint.safetensors", "test.json"],
    ...["reconstructions.png", "samples.png", "traversals.png", "codes.safetensors"],
  );
  const config = JSON.parse(await Deno.readTextFile(join(path, "config.json")));
  assertEquals([config.seed, config.limit, config.loss[1].weight], [3, 100, 0.5]);

  const before = await Deno.readFile(join(path, "checkpoint.safetensors"));
  const again = await run(...named, "--seed", "4");
  assertEquals(again.code, 1);
  assertSentence(again.err.trimEnd(), [path, "--resume"]);
  assertEquals(await Deno.readFile(join(path, "checkpoint.safetensors")), before);
});

Deno.test("--importance bounds log p(x) for Echo, and says how far the fitted prior is", async () => {
  await using folder = await temporaryFolder();
  const flags = await onBars(folder.path, "--filename", "bound", "--importance", "20");
  const { code, out, err } = await run(...flags, "--quiet");
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /^test: rate .*\ntest: [012] of 2 dimensions of the code are active\ntest: -log p\(x\) is at most [\d.]+ nats per image \(bound with 20 codes each\)\ntest: the prior m of this bound, fitted to training codes, is −?[\d.]+ ± [\d.]+ nats from test codes\n$/,
  );
  const path = join(folder.path, "bound", "test.json");
  const test = await readTest(path);
  const { nll, nllSamples, priorDistance, priorDistanceError, activeUnits } = JSON.parse(
    await Deno.readTextFile(path),
  );
  const distance = { nats: priorDistance, standardError: priorDistanceError };
  assertEquals(test.likelihood, { nats: nll, samples: nllSamples, distance });
  assertEquals(test.activeUnits, activeUnits);
  assertEquals(nllSamples, 20);
  // More than the entropy of the flips of one pixel in eight.
  assert(nll > 16 * 0.37 && nll < test.losses.rate + test.losses.distortion + 5, `${nll}`);
});

Deno.test("flags of the original: --noise, --quiet, --per-label and the alias omni", async () => {
  await using folder = await temporaryFolder();
  const flags = await onBars(folder.path, "--filename", "noisy", "--noise", "multiplicative");
  const { code, out, err } = await run(...flags, "--quiet");
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^test: [^\n]+\ntest: [^\n]+\n$/);
  const config = JSON.parse(await Deno.readTextFile(join(folder.path, "noisy", "config.json")));
  assertEquals(config.latent.multiplicative, true);

  const some = ["--config", TINY, "--device", "cpu", "--runs-dir", folder.path, "--dry-run"];
  const few = await runHere(command, [...some, "--dataset", "mnist", "--per-label", "7"]);
  assertStringIncludes(few.out, "images: 70 for training, 10,000 for validation");
  const none = await runHere(command, [...flags.slice(0, -4), "--per-label", "3", "--dry-run"]);
  assertSentence(none.err.trimEnd(), ["bars.npz has no labels", "3 images of each label"]);
  const omni = await runHere(command, [...some, "--dataset", "omni", "--data-dir", folder.path]);
  assertSentence(omni.err.trimEnd(), ["chardata.mat"]);
});

Deno.test("Ctrl-C ends a run well and prints the command that continues it, which works", async () => {
  await using folder = await temporaryFolder();
  const runs = join(folder.path, "it's mine");
  await Deno.mkdir(runs);
  const child = startTask(
    "train",
    await onBars(runs, "--filename", "stopped", "--epochs", "2000"),
  );
  const lines = child.stdout.pipeThrough(new TextDecoderStream());
  let [out, interrupted] = ["", false];
  for await (const text of lines) {
    out += text;
    if (!interrupted && out.includes("epoch    2/2000")) {
      child.kill("SIGINT");
      interrupted = true;
    }
  }
  assertEquals((await child.status).code, 130);
  assertEquals(await new Response(child.stderr).text(), "");
  assertMatch(
    out,
    /Stopped after \d+ of 2000 epochs; continue with:\n {2}deno task train --resume --filename stopped --runs-dir '.*' --device cpu\n/,
  );
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `deno() { printf '%s\\n' "$@"; }\n${out.split("\n").at(-2)}`],
  }).output();
  const words = ["task", "train", "--resume", "--filename", "stopped", "--runs-dir", runs];
  assertEquals(new TextDecoder().decode(stdout).trimEnd().split("\n").slice(0, 7), words);

  // With fewer epochs, so that only a little is left to train.
  const configPath = join(runs, "stopped", "config.json");
  const config = JSON.parse(await Deno.readTextFile(configPath));
  const done = Number(out.match(/after (\d+) of/)![1]);
  await Deno.writeTextFile(configPath, JSON.stringify({ ...config, epochs: done + 1 }));
  const resumed = await run(
    ...["--resume", "--filename", "stopped", "--runs-dir", runs, "--device", "cpu"],
  );
  assertEquals([resumed.code, resumed.err], [0, ""]);
  assert(resumed.out.includes(`epoch ${done + 1}/${done + 1}`));
  assertEquals(resumed.out.match(/^epoch/gm)!.length, 1);
});
