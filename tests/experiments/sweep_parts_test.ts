/**
 * The parts of `deno task sweep`: the list of its jobs, its picture, how it shares a machine, and what it reads off Slurm's tasks.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { join } from "node:path";
import { DOMParser } from "linkedom";
import { findConfig, findConfigs } from "../../experiments/config_source.ts";
import { contours } from "../../experiments/report/contours.ts";
import {
  type PlanePoint,
  rateDistortionPlot,
} from "../../experiments/report/rate_distortion_plot.ts";
import { jobList, parseBetas, type SweepJob } from "../../experiments/sweep/job_list.ts";
import { share } from "../../experiments/sweep/local.ts";
import { follow } from "../../experiments/sweep/slurm.ts";
import { arrayScript, failureIn } from "../../experiments/sweep/slurm/script.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "./helpers.ts";

Deno.test("the jobs are every config with every beta and seed, each in a folder of its own", async () => {
  const configs = await findConfigs("echo, vae");
  const changes = { epochs: 3, dataset: "binary_mnist" };
  const jobs = jobList({ configs, betas: [0.5, 1], seeds: 3, changes, runsDir: "runs/x" });
  assertEquals(new Set(jobs.map(({ folder }) => folder.path)).size, 12);
  const job = jobs.find(({ name }) => name === "vae_beta0.5_seed2")!;
  assertEquals([job.method, job.beta, job.seed], ["vae", 0.5, 2]);
  assertEquals(job.folder.path, join("runs/x", job.name));
  const { config } = await findConfig("vae");
  const [recon, rate] = config.loss;
  const loss = [recon, { ...rate, weight: 0.5 }];
  assertEquals(job.config, { ...config, ...changes, loss, seed: 2, limit: undefined });
  // A sweep that is stopped has the first seed of everything before the second of anything.
  assertEquals(jobs.map(({ seed }) => seed), jobs.map(({ seed }) => seed).sort());
});

Deno.test("lists of betas and configs are refused where they are wrong", async () => {
  assertEquals(parseBetas("0.25, 1e0,4"), [0.25, 1, 4]);
  assertRefused(() => parseBetas("0.25,x"), "--betas", `"x"`);
  assertRefused(() => parseBetas("1,,2"), "--betas", `""`);
  assertRefused(() => parseBetas("1,-2"), "--betas", `"-2"`);
  assertRefused(() => parseBetas("1,Infinity"), "--betas", `"Infinity"`);
  assertRefused(() => parseBetas("0.5,1,.50"), "--betas has 0.5 twice");
  await assertRefusedLater(() => findConfigs("echo,vae_vam"), "did you mean vae_vamp?");
  await assertRefusedLater(() => findConfigs("echo,echo.json"), "two of the name echo");
  await assertRefusedLater(() => findConfigs('{"latent":{}}'), "--configs", "no JSON");
});

Deno.test("jobs share the cores: jobs × threads fill them, and are never more unless asked for", () => {
  assertEquals(share(8, 45, {}), { jobs: 8, threads: 1 });
  assertEquals(share(8, 45, { jobs: 2 }), { jobs: 2, threads: 4 });
  assertEquals(share(8, 3, {}), { jobs: 3, threads: 2 });
  assertEquals(share(8, 45, { threads: 3 }), { jobs: 2, threads: 3 });
  assertEquals(share(64, 1, {}), { jobs: 1, threads: 16 });
  const some = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
  const positive = fc.integer({ min: 1, max: 200 });
  fc.assert(fc.property(positive, positive, some, (cores, tasks, jobs) => {
    const shared = share(cores, tasks, { jobs });
    assert(shared.jobs >= 1 && shared.jobs <= tasks && shared.threads >= 1);
    assert(shared.jobs * shared.threads <= Math.max(cores, shared.jobs));
    assert(shared.threads === 16 || shared.jobs * (shared.threads + 1) > cores);
  }));
});

Deno.test("contours lie in the plane, from edge to edge, on round sums at equal distances", () => {
  const interval = fc.tuple(
    fc.double({ min: -50, max: 500, noNaN: true }),
    fc.double({ min: 0.1, max: 300, noNaN: true }),
  )
    .map(([low, length]) => [low, low + length] as const);
  fc.assert(fc.property(interval, interval, (x, y) => {
    const lines = contours(x, y);
    assert(lines.length >= 3 && lines.length <= 9, `${lines.length} lines`);
    const step = lines[1].sum - lines[0].sum;
    for (const [i, { sum, x1, y1, x2, y2 }] of lines.entries()) {
      assertAlmostEquals(sum, lines[0].sum + i * step, 1e-9 * Math.abs(sum) + 1e-9);
      assertAlmostEquals(x1 + y1, sum, 1e-9);
      assertAlmostEquals(x2 + y2, sum, 1e-9);
      assert(x1 <= x2 && x1 >= x[0] && x2 <= x[1]);
      assert(x1 === x[0] || Math.abs(y1 - y[1]) < 1e-9);
      assert(x2 === x[1] || Math.abs(y2 - y[0]) < 1e-9);
    }
  }));
  assertEquals(contours([0, 10], [100, 140]).map(({ sum }) => sum), [110, 120, 130, 140]);
});

Deno.test("the plane has a marker for each point at its place, its errors, and every name", () => {
  const point = (curve: string, beta: number, rate: number, distortion: number): PlanePoint => ({
    ...{ curve, beta },
    rate: { mean: rate, error: 1 },
    distortion: { mean: distortion, error: 2 },
  });
  const points = [point("echo", 1, 20, 90), point("vae", 1, 25, 90), point("echo", 4, 10, 120)];
  const text = rateDistortionPlot(points);
  const svg = new DOMParser().parseFromString(text, "text/xml");
  const words = [...svg.querySelectorAll("text")].map(({ textContent }) => textContent);
  for (const word of ["echo", "vae", "β 1", "β 4", "−ELBO 100", "140"]) {
    assertEquals(words.filter((other) => other === word).length, 1, word);
  }
  assertStringIncludes(text, "echo: β 1 rate 20.0 distortion 90.0, β 4 rate 10.0 distortion 120.0");

  // Marks are drawn curve by curve, and the key after them; a circle has its place in attributes of its own.
  const markers = [...svg.querySelectorAll("[aria-label=dot] > *")].map((marker) => {
    const of = (name: string) => marker.getAttribute(name) ?? "";
    const [x, y] = `${of("cx")} ${of("cy")} ${of("transform")}`.match(/-?[\d.]+/g)!.map(Number);
    return { x, y };
  });
  const [echo1, echo4, vae1] = markers;
  assertEquals(markers.length, 5);
  assertAlmostEquals(echo1.y, vae1.y, 1e-6);
  assertAlmostEquals(echo1.x - echo4.x, 2 * (vae1.x - echo1.x), 0.01);
  assert(echo4.y < echo1.y, "more distortion is higher up");
  const bars = [...svg.querySelectorAll("[aria-label=rule] line")];
  assertEquals(bars.length, 6);
  const length = (i: number, axis: "x" | "y") =>
    Math.abs(Number(bars[i].getAttribute(`${axis}1`)) - Number(bars[i].getAttribute(`${axis}2`)));
  assertAlmostEquals(length(2, "x"), (vae1.x - echo1.x) * 2 / 5, 0.01);
  assertAlmostEquals(length(0, "y"), (echo1.y - echo4.y) * 4 / 30, 0.01);
});

Deno.test("one run alone has a plane too", () => {
  const text = rateDistortionPlot([{
    ...{ curve: "echo", beta: 1 },
    rate: { mean: 20 },
    distortion: { mean: 90 },
  }]);
  assert(!text.includes("NaN"), text);
});

Deno.test("an array's script runs each task's command as it is, and its log says how it ended", async () => {
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
  assertEquals(failureIn(first.log, "7"), "it was stopped");
  const second = await run(7, 1);
  assertEquals([second.code, failureIn(second.log, "7")], [3, "no such thing"]);
  const third = await run(7, 2);
  assertEquals([third.code, failureIn(third.log, "7")], [137, "it was ended by signal 9"]);
  const fourth = await run(7, 3);
  assertEquals([fourth.code, failureIn(fourth.log, "7")], [4, "it ended with code 4"]);

  // Only the last array's words count, and only once it has ended.
  assertEquals(failureIn(second.log, "8"), undefined);
  assertEquals(failureIn("# Slurm array 8, task 1 on x\nerror: a\n", "8"), undefined);
  const again = await run(77, 1);
  assertEquals(failureIn(`${again.log}# Slurm array 8, task 1 on x\n`, "8"), undefined);
  assertEquals(failureIn(again.log, "77"), "no such thing");
});

Deno.test("following an array: what has ended is told while others run, and those without a trace at its end", async () => {
  await using folder = await temporaryFolder();
  const configs = await findConfigs("echo,vae,vae_vamp");
  const runsDir = folder.path;
  const jobs = jobList({ configs, betas: [1], seeds: 1, changes: {}, runsDir });
  const [done, cancelled, vanished] = jobs;
  const told: [job: string, failure?: string][] = [];
  let looks = 0;
  await follow(jobs.map((job) => ({ job, flags: [] })), { id: "5", jobs: jobs.map(nameOf) }, {
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
    [vanished.name, "it ended without a word"],
  ]);
});

const nameOf = ({ name }: SweepJob): string => name;
