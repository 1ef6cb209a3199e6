/**
 * Sweeps with Slurm, here with a substitute for it; dev/slurm/loopback.sh tests with the real one.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { findConfigs } from "../../experiments/config/source.ts";
import { jobList } from "../../experiments/sweep/job_list.ts";
import { follow } from "../../experiments/sweep/slurm.ts";
import { readArray } from "../../experiments/sweep/slurm/array.ts";
import { arrayScript, failureIn } from "../../experiments/sweep/slurm/script.ts";
import { namesIn } from "../../experiments/shell/files.ts";
import { assertRefusedLater, assertSentence, temporaryFolder } from "../fixtures/helpers.ts";
import { runTask } from "../fixtures/command.ts";
import { makePlace } from "../fixtures/sweep_helpers.ts";

Deno.test("a sweep submits one Slurm array, waits for it, and does not submit it twice", async () => {
  await using place = await makePlace();
  const { runs, flags, read } = place;
  const all = [...flags("a", "exploding"), "--betas", "1", "--seeds", "1", "--launcher", "slurm"];
  // A substitute for a cluster: its queue is full while the file `held` exists, and tasks run when
  // they are submitted.
  const bin = join(place.path, "bin");
  const program = async (name: string, text: string) => {
    await Deno.writeTextFile(join(bin, name), `#!/bin/sh\ncd ${place.path}\n${text}`, {
      mode: 0o755,
    });
  };
  await Deno.mkdir(bin);
  await program("squeue", `echo "$@" >> squeue.txt; [ ! -e held ] || echo 7_0\n`);
  const env = { PATH: `${bin}:${Deno.env.get("PATH")}` };
  const sweep = (flags: string[]) => runTask("sweep", flags, { env });

  await program("sbatch", `echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1\n`);
  const refused = await sweep(all);
  assertEquals(refused.code, 1);
  assertSentence(refused.err.trimEnd(), ["sbatch refuses: invalid partition specified: gpu"]);

  for (const words of ["", "Submitted batch job 7"]) {
    await program("sbatch", `echo "${words}"\n`);
    const { code, err } = await sweep(all);
    assertEquals(code, 1);
    assertSentence(err.trimEnd(), ["instead of the number of the array", `"${words}"`]);
  }

  await program("sbatch", `echo "$@" >> sbatch.txt; touch held; echo "7;loopback"\n`);
  const submitted = await sweep([...all, "--jobs", "3", "--threads", "2", "--no-wait"]);
  assertEquals([submitted.code, submitted.err], [0, ""]);
  const script = join(runs, "slurm", "array.sh");
  const words =
    `--parsable --array=0-1%3 --cpus-per-task=2 --output=${runs}/slurm/%A_%a.out ${script}`;
  const said = () => Deno.readTextFile(join(place.path, "sbatch.txt"));
  assertEquals(await said(), `${words}\n`);
  assertStringIncludes(await read("slurm/array.sh"), "--threads 2");
  assertEquals(await namesIn(runs), ["curve.csv", "slurm"]);

  const more = await sweep(["--configs", place.configs("a", "b"), ...all.slice(2)]);
  assertEquals(more.code, 1);
  assertSentence(more.err.trimEnd(), ["array 7", "b_beta1_seed0", "scancel 7"]);

  for (const task of ["0", "1"]) {
    await new Deno.Command("sh", {
      args: [script],
      env: { SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: task },
    }).output();
  }
  const collected = await sweep(all);
  assertEquals(await said(), `${words}\n`);
  assertEquals(collected.code, 1);
  assertStringIncludes(collected.out, "2 jobs, 1 already finished");
  assertMatch(collected.out, /^exploding_beta1_seed0 {2}failed: the loss became /m);
  assertMatch(await read("curve.csv"), /^a,1,0,.*\r\n$/m);
  assertMatch(
    await read("a_beta1_seed0.log"),
    /^# Slurm array 7, task 0 on .*\n[^]*# ended with code 0\n$/m,
  );
});

Deno.test("a damaged file of an array is named in one sentence", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "slurm", "array.json");
  await Deno.mkdir(join(folder.path, "slurm"));
  const array = { id: "7", jobs: ["a"] };
  await Deno.writeTextFile(path, JSON.stringify(array));
  assertEquals(await readArray(folder.path), array);
  const damaged: [text: string, ...says: string[]][] = [
    ["{}", "id: expected a string, but found nothing"],
    ["null", "expected an object, but found null"],
    [`{"id": "", "jobs": []}`, "id", `""`],
    [`{"id": "7", "jobs": [7]}`, "jobs.0: expected a string, but found 7"],
    [`{"id": "7", "id": "8", "jobs": []}`, "the key id twice"],
    ["7_0", "is not JSON"],
  ];
  for (const [text, ...says] of damaged) {
    await Deno.writeTextFile(path, text);
    await assertRefusedLater(() => readArray(folder.path), path, ...says);
  }
});

Deno.test("the script of an array runs the command of each task unchanged, and its log records how the task ended", async () => {
  await using folder = await temporaryFolder();
  const log = (i: number) => join(folder.path, `it's ${i}.log`);
  const odd = `a 'b' "c" $HOME \`d\` \\ {"e":1}`;
  const commands = [
    ["printf", "%s\n", odd],
    ["sh", "-c", "echo early; echo 'error: no such thing' >&2; exit 3"],
    ["sh", "-c", "kill -9 $$"],
    ["sh", "-c", "echo late; exit 4"],
  ];
  const script = join(folder.path, "array.sh");
  const tasks = commands.map((command, i) => ({ command, log: log(i) }));
  await Deno.writeTextFile(script, arrayScript(tasks));
  const run = async (array: number, task: number) => {
    const env = { SLURM_ARRAY_JOB_ID: `${array}`, SLURM_ARRAY_TASK_ID: `${task}` };
    const { code } = await new Deno.Command("sh", { args: [script], env }).output();
    return { code, log: await Deno.readTextFile(log(task)) };
  };
  const first = await run(7, 0);
  assertEquals(first.code, 0);
  assertStringIncludes(first.log, `\n${odd}\n`);
  assertEquals(failureIn(first.log, "7"), "the job was stopped");
  const second = await run(7, 1);
  assertEquals([second.code, failureIn(second.log, "7")], [3, "no such thing"]);
  const third = await run(7, 2);
  assertEquals([third.code, failureIn(third.log, "7")], [137, "the job was ended by signal 9"]);
  const fourth = await run(7, 3);
  assertEquals([fourth.code, failureIn(fourth.log, "7")], [4, "the job ended with code 4"]);

  // Only the log of the last array counts, and only once that array has ended.
  assertEquals(failureIn(second.log, "8"), undefined);
  assertEquals(failureIn("# Slurm array 8, task 1 on x\nerror: a\n", "8"), undefined);
  const again = await run(77, 1);
  assertEquals(failureIn(`${again.log}# Slurm array 8, task 1 on x\n`, "8"), undefined);
  assertEquals(failureIn(again.log, "77"), "no such thing");
});

Deno.test("following an array: finished tasks are reported while others run, and lost tasks at the end of the array", async () => {
  await using folder = await temporaryFolder();
  const configs = await findConfigs("echo,vae,vae_vamp");
  const runsDir = folder.path;
  const jobs = jobList({ configs, betas: [1], seeds: 1, changes: {}, runsDir });
  const [done, cancelled, vanished] = jobs;
  const told: [job: string, failure?: string][] = [];
  let looks = 0;
  await follow(jobs.map((job) => ({ job, flags: [] })), {
    id: "5",
    jobs: jobs.map(({ name }) => name),
  }, {
    runsDir,
    stop: new AbortController().signal,
    ended: async (job, failure) => void await told.push([job.name, failure]),
  }, {
    everyMs: 1,
    async isQueued() {
      looks++;
      if (looks === 2) {
        await Deno.mkdir(done.folder.path);
        await Deno.writeTextFile(done.folder.test, "{}");
      }
      if (looks === 3) {
        assertEquals(told, [[done.name, undefined]]);
        await Deno.mkdir(join(runsDir, "slurm"));
        const words = "slurmstepd-n: error: *** JOB 6 ON n CANCELLED AT noon ***\n";
        await Deno.writeTextFile(join(runsDir, "slurm", "5_1.out"), words);
      }
      return looks < 4;
    },
  });
  assertEquals(told.slice(1), [
    [cancelled.name, "Slurm says: JOB 6 ON n CANCELLED AT noon"],
    [vanished.name, "the job ended without an error message"],
  ]);
});
