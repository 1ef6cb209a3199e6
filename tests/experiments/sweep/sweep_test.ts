/**
 * `deno task sweep` as a process: what it trains, skips, resumes, survives, draws and prints.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/sweep.ts";
import { findConfigs } from "../../../experiments/config/source.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { flagsLeft } from "../../../experiments/outcome/job.ts";
import { jobList } from "../../../experiments/sweep/job_list.ts";
import { launchHere } from "../../../experiments/sweep/local.ts";
import { namesIn } from "../../../experiments/shell/files.ts";
import { assertMistake, runHere, runTask, startTask } from "../../fixtures/command.ts";
import { assertSentence } from "../../fixtures/helpers.ts";
import { makePlace } from "../../fixtures/sweep_helpers.ts";

const sweep = (flags: readonly string[]) => runTask("sweep", flags);

/** Waits until a condition holds. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!await holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Copies the files of a folder. */
async function copyFolder(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for (const name of await namesIn(from)) await Deno.copyFile(join(from, name), join(to, name));
}

Deno.test("sweep trains every job once, survives jobs that fail, and completes what is missing", async () => {
  await using place = await makePlace();
  const { runs, flags, read } = place;
  const grid = ["--betas", "0.5,2", "--seeds", "2"];
  const first = await sweep([...flags("exploding", "a"), ...grid, "--threads", "1"]);
  assertEquals(first.code, 1);
  assertMatch(first.err, /^error: 4 of 8 jobs failed; .*: exploding_beta0.5_seed0, .*\n$/);
  assertEquals(
    first.out.match(/^exploding_\S+ {2}failed: the loss became .*\.log\)$/gm)!.length,
    4,
  );
  assertStringIncludes(first.out, "(4 of 8)");
  assertMatch(first.out, /^\| a +\| 0\.5 \| +2 \|( +[\d.]+ ± [\d.]+ \|){3}$/m);

  const csv = await read("curve.csv");
  const [titles, ...lines] = csv.trimEnd().split("\r\n");
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
  assertEquals(
    await read("distances.csv"),
    "config,base,delta_distortion,delta_distortion_error,delta_rate,delta_rate_error\r\n",
  );
  assert(!first.out.includes("Δ"));
  const page = await read("report.html");
  for (const name of ["a_beta0.5_seed0", "a_beta2_seed1"]) assertStringIncludes(page, name);

  const config = JSON.parse(await read("a_beta2_seed1/config.json"));
  assertEquals([config.loss[1].weight, config.seed, config.limit], [2, 1, 150]);
  assertMatch(await read("a_beta2_seed1.log"), /, 1 thread\n[^]*\nepoch 1\/1 .*\ntest: rate /);

  // A run that was stopped after its last epoch, and one that is not there.
  await Deno.remove(join(runs, "a_beta2_seed0", "test.json"));
  await Deno.remove(join(runs, "a_beta2_seed1"), { recursive: true });
  const dry = await runHere(command, [...flags("a"), ...grid, "--dry-run"]);
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

  // Of two equal configs, the distance is 0 with the standard error 0. Equal runs need no training.
  for (const name of order.map((words) => words.replace(/^a (.*) (.*)$/, "_beta$1_seed$2"))) {
    await copyFolder(join(runs, `a${name}`), join(runs, `b${name}`));
  }
  const both = await sweep([...flags("a", "b"), ...grid]);
  assertEquals(both.code, 0);
  assertMatch(both.out, /^\| against a +\| Δ distortion \| +Δ rate \|$/m);
  assertMatch(both.out, /^\| b +\| +(0\.00 ± 0\.00|–) \| +(0\.00 ± 0\.00|–) \|$/m);
  assertMatch(await read("distances.csv"), /\r\nb,a,0?,0?,0?,0?\r\n$/);
  assertStringIncludes(await read("curve.svg"), "--curve-1");

  const more = ["--betas", "0.5", "--seeds", "1", "--epochs", "3"];
  const other = await runHere(command, [...flags("a"), ...more]);
  assertMistake(other, "a_beta0.5_seed0 holds a run whose config differs in epochs");
});

Deno.test("a killed job is reported and resumes from its last whole epoch; the other jobs are unaffected", async () => {
  await using place = await makePlace();
  const { runs, flags } = place;
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
  assertStringIncludes(out, "long_beta1_seed0  failed: the process was ended by SIGKILL");
  assertMatch(out, /^a_beta1_seed0 {2}rate /m);
  assertMatch(err, /error: 1 of 2 jobs failed; .*: long_beta1_seed0\n$/);
  const kept = await epochs();
  assert(kept >= 2 && kept < 100);
  // The line of an epoch is written before its checkpoint, so the last one may be of an epoch that
  // is lost.
  const lines = async () => (await Deno.readTextFile(history)).split("\n").slice(0, kept - 1);
  const before = await lines();

  const second = await sweep(all);
  assertEquals([second.code, second.err], [0, ""]);
  assertStringIncludes(second.out, "2 jobs, 1 already finished");
  assertEquals(await epochs(), 100);
  assertEquals(await lines(), before); // their seconds too: they were not trained again
});

Deno.test("Ctrl-C stops all jobs, and each keeps its last whole epoch", async () => {
  await using place = await makePlace();
  const { runs, flags } = place;
  const all = [...flags("endless"), "--betas", "1,2", "--seeds", "2", "--jobs", "2"];
  const child = startTask("sweep", all);
  const output = child.output();
  const names = ["endless_beta1_seed0", "endless_beta2_seed0"];
  const epochs = (name: string) =>
    readHistory(join(runs, name, "history.jsonl")).then((lines) => lines.length, () => 0);
  await until(async () => (await Promise.all(names.map(epochs))).every((count) => count >= 1));
  child.kill("SIGINT");
  const { code, stdout, stderr } = await output;
  assertEquals([code, new TextDecoder().decode(stderr)], [130, ""]);
  assertStringIncludes(new TextDecoder().decode(stdout), "stopped with 0 of 4 finished");
  for (const name of names) {
    assertMatch(await Deno.readTextFile(join(runs, `${name}.log`)), /Stopped after \d+ of 100000/);
  }
  const { out } = await runHere(command, [...all, "--dry-run"]);
  assertEquals(
    out,
    "endless_beta1_seed0  begun\nendless_beta2_seed0  begun\n" +
      "endless_beta1_seed1  new\nendless_beta2_seed1  new\n",
  );
});

Deno.test("a second Ctrl-C ends a job that the first one did not stop", async () => {
  await using place = await makePlace();
  const { runs, flags } = place;
  const child = startTask("sweep", [...flags("endless"), "--betas", "1", "--seeds", "1"]);
  const output = child.output();
  const history = join(runs, "endless_beta1_seed0", "history.jsonl");
  await until(async () => (await Deno.readTextFile(history).catch(() => "")) !== "");
  const job = `train.ts.*endless_beta1_seed0 --runs-dir ${runs}`;
  const { success } = await new Deno.Command("pkill", { args: ["-STOP", "-f", job] }).output();
  assert(success);
  child.kill("SIGINT");
  const pause = new Promise((resolve) => setTimeout(() => resolve("waits"), 700));
  assertEquals(await Promise.race([child.status, pause]), "waits");
  child.kill("SIGINT");
  assertEquals((await output).code, 130);
  assertEquals((await new Deno.Command("pgrep", { args: ["-f", job] }).output()).code, 1);
});

Deno.test("mistakes are refused before training starts", async () => {
  await using place = await makePlace();
  const { runs, flags } = place;
  const mistakes: [flags: string[], ...says: string[]][] = [
    [["--configs", "echo,vae_vam"], "did you mean vae_vamp?"],
    [["--betas", "1,two"], "--betas", `"two"`],
    [["--betas", "1,1.0"], "1 twice"],
    [["--seeds", "0"], "--seeds must be a whole number from 1"],
    [["--jobs", "0"], "--jobs must be a whole number from 1"],
    [["--no-wait"], "--no-wait", "--launcher slurm"],
    [["--launcher", "pbs"], "--launcher", "slurm"],
  ];
  for (const [flags, ...says] of mistakes) {
    assertMistake(await runHere(command, [...flags, "--runs-dir", runs]), ...says);
  }
  assert(!(await namesIn(place.path)).includes("runs"));
  // A PATH with Deno alone.
  const bin = join(place.path, "bin");
  await Deno.mkdir(bin);
  await Deno.symlink(Deno.execPath(), join(bin, "deno"));
  const slurm = [...flags("a"), "--launcher", "slurm"];
  const refused = await runTask("sweep", slurm, { env: { PATH: bin } });
  assertEquals(refused.code, 1);
  assertMatch(refused.err, /^error: .*\n$/);
  assertSentence(refused.err.trimEnd(), ["there is no sbatch here"]);
});

Deno.test("if the sweep itself fails, its jobs stop as by Ctrl-C", async () => {
  await using place = await makePlace();
  const { runs: runsDir, configs, images } = place;
  await Deno.mkdir(runsDir);
  const list = await findConfigs(configs("endless", "a"));
  const jobs = jobList({
    configs: list,
    betas: [1],
    seeds: 1,
    changes: { dataset: images },
    runsDir,
  });
  const tasks = await Promise.all(
    jobs.map(async (job) => ({ job, flags: (await flagsLeft(job, { device: "cpu" }))! })),
  );
  const { signal: never } = new AbortController();
  const launch = launchHere(tasks, {
    ...{ jobs: 2, runsDir, stop: never, kill: never, say() {} },
    ended: ({ configName }) =>
      configName === "a" ? Promise.reject(new Error("full")) : Promise.resolve(),
  });
  await assertRejects(() => launch, Error, "full");
  const log = await Deno.readTextFile(join(runsDir, "endless_beta1_seed0.log"));
  assert(!log.includes("epoch 100000/100000"), log);
});
