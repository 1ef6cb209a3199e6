/**
 * `deno task sweep` from outside: what it trains, skips, goes on with, survives, draws and prints.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import settings from "../../deno.json" with { type: "json" };
import { readHistory } from "../../experiments/history.ts";
import { assertSentence, namesIn, temporaryFolder } from "./helpers.ts";

const SWEEP = fileURLToPath(new URL("../../experiments/sweep.ts", import.meta.url));

/** Starts `deno task sweep`, with its permissions. */
function start(flags: readonly string[], env: Record<string, string> = {}): Deno.ChildProcess {
  const [, ...args] = settings.tasks.sweep.command.split(" ");
  return new Deno.Command(Deno.execPath(), {
    args: [...args.slice(0, -1), "--no-check", SWEEP, ...flags],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs it to its end. */
async function sweep(flags: readonly string[], env?: Record<string, string>) {
  const { code, stdout, stderr } = await start(flags, env).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

const tiny = (latent: object, more: object = {}) =>
  JSON.stringify({ latent, encoder: [], decoder: [], batch: 50, epochs: 1, limit: 200, ...more });
const gaussian = { type: "gaussian", size: 2 };
const CONFIGS = {
  a: tiny({ type: "echo", size: 2, dMax: 5 }),
  b: tiny(gaussian),
  exploding: tiny(gaussian, { learningRate: { type: "constant", rate: 1e30 } }),
  long: tiny(gaussian, { epochs: 40, limit: 2000 }),
};

/** A folder with the configs above, and flags for a sweep of some of them in it. */
async function makePlace() {
  const folder = await temporaryFolder();
  const file = (name: string) => join(folder.path, `${name}.json`);
  for (const [name, text] of Object.entries(CONFIGS)) await Deno.writeTextFile(file(name), text);
  const runs = join(folder.path, "runs");
  return {
    folder,
    runs,
    flags: (...names: (keyof typeof CONFIGS)[]) => [
      ...["--configs", names.map(file).join(","), "--runs-dir", runs, "--device", "cpu"],
    ],
    read: async (name: string) => await Deno.readTextFile(join(runs, name)),
  };
}

/** Waits until a condition holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

Deno.test("sweep trains every job once, survives those that fail, and does what is missing", async () => {
  const { folder, runs, flags, read } = await makePlace();
  await using _ = folder;
  const grid = ["--betas", "0.5,2", "--seeds", "2"];
  const first = await sweep([...flags("exploding", "a"), ...grid]);
  assertEquals(first.code, 1);
  assertMatch(first.err, /^error: 4 of 8 jobs failed, .*: exploding_beta0.5_seed0, .*\n$/);
  assertEquals(
    first.out.match(/^exploding_\S+ {2}failed: the loss became .*\.log\)$/gm)!.length,
    4,
  );
  assertStringIncludes(first.out, "(4 of 8)");
  assertMatch(first.out, /^\| a +\| 0\.5 \| +2 \|( +[\d.]+ ± [\d.]+ \|){3}$/m);

  const csv = await read("curve.csv");
  const [titles, ...lines] = csv.trimEnd().split("\n");
  assertEquals(titles, "config,beta,seed,rate,distortion,negative_elbo");
  const cells = lines.map((line) => line.split(","));
  const order = cells.map(([config, beta, seed]) => `${config} ${beta} ${seed}`);
  assertEquals(order, ["a 0.5 0", "a 0.5 1", "a 2 0", "a 2 1"]);
  for (const [config, beta, seed, ...losses] of cells) {
    const test = JSON.parse(await read(`${config}_beta${beta}_seed${seed}/test.json`));
    assertEquals(losses.map(Number), [test.rate, test.distortion, test.rate + test.distortion]);
  }
  const svg = await read("curve.svg");
  for (const word of ["4 of 8 runs", ">a<", ">β 0.5<"]) assertStringIncludes(svg, word);

  const config = JSON.parse(await read("a_beta2_seed1/config.json"));
  assertEquals([config.loss[1].weight, config.seed, config.limit], [2, 1, 200]);
  assertMatch(await read("a_beta2_seed1.log"), /\nepoch 1\/1 .*\ntest: rate /);

  // A run that was stopped after its last epoch, and one that is not there.
  await Deno.remove(join(runs, "a_beta2_seed0", "test.json"));
  await Deno.remove(join(runs, "a_beta2_seed1"), { recursive: true });
  const dry = await sweep([...flags("a"), ...grid, "--dry-run"]);
  const states = ["0.5_seed0  finished", "2_seed0  begun", "0.5_seed1  finished", "2_seed1  new"];
  assertEquals(dry.out, states.map((state) => `a_beta${state}\n`).join(""));

  const log = await read("a_beta0.5_seed0.log");
  const second = await sweep([...flags("a"), ...grid, "--json"]);
  assertEquals([second.code, second.err], [0, ""]);
  const objects = second.out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(objects.map(({ beta }) => beta), [0.5, 0.5, 2, 2]);
  assertEquals(objects.map(Object.values).sort(), cells.map(([c, ...n]) => [c, ...n.map(Number)]));
  assertEquals(await read("a_beta0.5_seed0.log"), log);
  assertEquals(await read("curve.csv"), csv);

  const other = await sweep([...flags("a"), "--betas", "0.5", "--seeds", "1", "--epochs", "3"]);
  assertEquals([other.code, other.out], [1, ""]);
  assertSentence(other.err.trimEnd(), ["a_beta0.5_seed0 holds a run whose epochs differs"]);
});

Deno.test("a job that is killed is told and goes on from its last whole epoch; others are left alone", async () => {
  const { folder, runs, flags } = await makePlace();
  await using _ = folder;
  const all = [...flags("long", "a"), "--betas", "1", "--seeds", "1", "--jobs", "2"];
  const history = join(runs, "long_beta1_seed0", "history.jsonl");
  const epochs = async () => (await readHistory(history).catch(() => [])).length;

  const running = sweep(all);
  await until(async () => await epochs() >= 2);
  const { success } = await new Deno.Command("pkill", {
    args: ["-9", "-f", `train.ts.*long_beta1_seed0 --runs-dir ${runs}`],
  }).output();
  assert(success);
  const { code, out, err } = await running;
  assertEquals(code, 1);
  assertStringIncludes(out, "long_beta1_seed0  failed: it was ended by SIGKILL");
  assertMatch(out, /^a_beta1_seed0 {2}rate /m);
  assertMatch(err, /error: 1 of 2 jobs failed, .*: long_beta1_seed0\n$/);
  const kept = await epochs();
  assert(kept >= 2 && kept < 40);
  // The line of an epoch is written before its checkpoint, so the last one may be of an epoch that is lost.
  const lines = async () => (await Deno.readTextFile(history)).split("\n").slice(0, kept - 1);
  const before = await lines();

  const second = await sweep(all);
  assertEquals([second.code, second.err], [0, ""]);
  assertStringIncludes(second.out, "2 jobs, 1 finished before");
  assertEquals(await epochs(), 40);
  assertEquals(await lines(), before); // their seconds too: they were not trained again
});

Deno.test("Ctrl-C stops all jobs, each with its last whole epoch", async () => {
  const { folder, runs, flags } = await makePlace();
  await using _ = folder;
  const all = [...flags("long"), "--betas", "1,2", "--seeds", "2", "--jobs", "2"];
  const child = start(all);
  const output = child.output();
  const names = ["long_beta1_seed0", "long_beta2_seed0"];
  const epochs = (name: string) =>
    readHistory(join(runs, name, "history.jsonl")).then((lines) => lines.length, () => 0);
  await until(async () => (await Promise.all(names.map(epochs))).every((count) => count >= 1));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await output;
  assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
  assertStringIncludes(new TextDecoder().decode(stdout), "stopped with 0 of 4 finished");
  for (const name of names) {
    assertMatch(await Deno.readTextFile(join(runs, `${name}.log`)), /Stopped after \d+ of 40/);
  }
  const { out } = await sweep([...all, "--dry-run"]);
  assertEquals(
    out,
    "long_beta1_seed0  begun\nlong_beta2_seed0  begun\n" +
      "long_beta1_seed1  new\nlong_beta2_seed1  new\n",
  );
});

Deno.test("Slurm gets one array, which is waited for and not submitted twice", async () => {
  const { folder, runs, flags, read } = await makePlace();
  await using _ = folder;
  const all = [...flags("a", "exploding"), "--betas", "1", "--seeds", "1", "--launcher", "slurm"];
  // A stand-in for a cluster: its queue is full while there is a file `held`, and tasks run when they are submitted.
  const bin = join(folder.path, "bin");
  const program = async (name: string, text: string) => {
    await Deno.writeTextFile(join(bin, name), `#!/bin/sh\ncd ${folder.path}\n${text}`, {
      mode: 0o755,
    });
  };
  await Deno.mkdir(bin);
  await program("squeue", `echo "$@" >> squeue.txt; [ ! -e held ] || echo 7_0\n`);
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}` };

  await program("sbatch", `echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1\n`);
  const refused = await sweep(all, env);
  assertEquals(refused.code, 1);
  assertSentence(refused.err.trimEnd(), ["sbatch refuses: invalid partition specified: gpu"]);

  await program("sbatch", `echo "$@" >> sbatch.txt; touch held; echo "7;loopback"\n`);
  const submitted = await sweep([...all, "--jobs", "3", "--threads", "2", "--no-wait"], env);
  assertEquals([submitted.code, submitted.err], [0, ""]);
  const script = join(runs, "slurm", "array.sh");
  const words =
    `--parsable --array=0-1%3 --cpus-per-task=2 --output=${runs}/slurm/%A_%a.out ${script}`;
  const said = () => Deno.readTextFile(join(folder.path, "sbatch.txt"));
  assertEquals(await said(), `${words}\n`);
  assertEquals(await namesIn(runs), ["curve.csv", "slurm"]);

  const more = await sweep([
    ...flags("a", "b"),
    "--betas",
    "1",
    "--seeds",
    "1",
    "--launcher",
    "slurm",
  ], env);
  assertEquals(more.code, 1);
  assertSentence(more.err.trimEnd(), ["array 7", "b_beta1_seed0", "scancel 7"]);

  for (const task of ["0", "1"]) {
    await new Deno.Command("sh", {
      args: [script],
      env: { SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: task },
    }).output();
  }
  const collected = await sweep(all, env);
  assertEquals(await said(), `${words}\n`);
  assertEquals(collected.code, 1);
  assertStringIncludes(collected.out, "2 jobs, 1 finished before");
  assertMatch(collected.out, /^exploding_beta1_seed0 {2}failed: the loss became /m);
  assertMatch(await read("curve.csv"), /^a,1,0,.*\n$/m);
  assertMatch(
    await read("a_beta1_seed0.log"),
    /^# Slurm array 7, task 0 on .*\n[^]*# ended with code 0\n$/m,
  );
});

Deno.test("mistakes are refused before anything is trained", async () => {
  const { folder, runs, flags } = await makePlace();
  await using _ = folder;
  // A PATH with Deno alone.
  const bin = join(folder.path, "bin");
  await Deno.mkdir(bin);
  await Deno.symlink(Deno.execPath(), join(bin, "deno"));
  const mistakes: [flags: string[], ...says: string[]][] = [
    [["--configs", "echo,vae_vam"], "did you mean vae_vamp?"],
    [["--betas", "1,two"], "--betas", `"two"`],
    [["--betas", "1,1.0"], "1 twice"],
    [["--seeds", "0"], "--seeds must be a whole number from 1"],
    [["--jobs", "0"], "--jobs must be a whole number from 1"],
    [["--no-wait"], "--no-wait", "--launcher slurm"],
    [["--launcher", "pbs"], "--launcher", "slurm"],
  ];
  const refuse = async (flags: string[], says: string[]) => {
    const { code, err } = await sweep(flags, { PATH: bin });
    assertEquals(code, 1);
    assertMatch(err, /^error: .*\n$/);
    assertSentence(err.trimEnd(), says);
  };
  await Promise.all(
    mistakes.map(([flags, ...says]) => refuse([...flags, "--runs-dir", runs], says)),
  );
  assert(!(await namesIn(folder.path)).includes("runs"));
  await refuse([...flags("a"), "--launcher", "slurm"], ["there is no sbatch here"]);
});
