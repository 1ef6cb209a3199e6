/**
 * `deno task mi-bench`: the estimators, the table of their estimates, and the command.
 *
 * @module
 */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/mi_bench.ts";
import type { Output } from "../../../experiments/shell/output.ts";
import { readNpz } from "../../../experiments/formats/npy.ts";
import { chart } from "../../../experiments/laboratory/estimators/chart.ts";
import {
  cauchy,
  gaussian,
  uniform,
} from "../../../experiments/laboratory/estimators/closed_forms.ts";
import {
  type Estimator,
  ESTIMATORS,
} from "../../../experiments/laboratory/estimators/estimators.ts";
import { mapped } from "../../../experiments/laboratory/estimators/maps.ts";
import { tanhScalar } from "../../../experiments/laboratory/estimators/nonlinear.ts";
import { readEstimates, withOutside } from "../../../experiments/laboratory/estimators/outside.ts";
import { requireAll, show, tableCsv } from "../../../experiments/laboratory/estimators/report.ts";
import {
  bench,
  type EstimatorRow,
  isFound,
} from "../../../experiments/laboratory/estimators/run.ts";
import { allTasks } from "../../../experiments/laboratory/estimators/tasks.ts";
import { type EstimatorTask, taskOf } from "../../../experiments/laboratory/estimators/task.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { assertHolds, assertRefused, temporaryFolder } from "../../fixtures/helpers.ts";

/** The rows of some tasks. */
const rowsOf = (
  tasks: readonly EstimatorTask[],
  estimators: readonly Estimator[],
  samples = 500,
  seeds: readonly number[] = [1],
): Promise<EstimatorRow[]> =>
  Array.fromAsync(bench({ tasks, estimators, samples, seeds, steps: 200 }, () => {}));

/** The estimate of a row, which must exist. */
function meanOf({ estimates }: EstimatorRow, name: Estimator["name"]): number {
  const cell = estimates[name];
  assert(cell !== undefined && isFound(cell), `${name}: ${JSON.stringify(cell)}`);
  return cell.value;
}

Deno.test("every estimator finds one nat of a Gaussian channel, and bounds are on their sides", async () => {
  const [row] = await rowsOf([taskOf(gaussian(1, 1))], ESTIMATORS, 2000);
  assertEquals(Object.keys(row.estimates), ESTIMATORS.map(({ name }) => name));
  for (const { name } of ESTIMATORS) assertAlmostEquals(meanOf(row, name), 1, 0.12, name);
  const exact = meanOf(row, "densities"); // for these draws
  assertLess(meanOf(row, "infonce"), exact);
  assertLess(exact, meanOf(row, "leave-one-out"));
  assertAlmostEquals(meanOf(row, "barber-agakov"), exact, 0.01);
});

Deno.test("InfoNCE is at most the logarithm of the number of codes, and only the given estimators run", async () => {
  const known = ESTIMATORS.filter(({ name }) => name === "infonce" || name === "barber-agakov");
  const [row, cauchys] = await rowsOf([taskOf(gaussian(16, 30)), taskOf(cauchy(1))], known, 200);
  assertEquals(Object.keys(row.estimates), ["infonce", "barber-agakov"]);
  assertAlmostEquals(meanOf(row, "infonce"), Math.log(200), 0.01);
  assertLess(2, meanOf(cauchys, "barber-agakov")); // a Gaussian marginal is far from Cauchy's
});

Deno.test("estimators that do not apply to a task are skipped with a reason", async () => {
  const quick = ESTIMATORS.filter(({ name }) => !["nwj", "flo", "mine", "smile"].includes(name));
  const tasks = [
    taskOf(uniform(10)),
    taskOf(tanhScalar),
    mapped(taskOf(gaussian(1, 1)), "wiggly"),
    taskOf(uniform(1000)),
  ];
  const rows = await rowsOf(tasks, quick);
  const reasons = rows.map(({ estimates }) =>
    Object.entries(estimates).filter(([, cell]) => !isFound(cell)).map(([name]) => name)
  );
  assertEquals(reasons, [
    ["ksg"],
    ["infonce", "leave-one-out", "barber-agakov", "densities"],
    ["entropies"],
    ["ksg", "leave-one-out"], // the code of a digit that occurs once excludes all other examples
  ]);
  assertEquals(rows[3].estimates["leave-one-out"], { reason: "seed 1: Infinity", failed: false });
  requireAll(rows);
});

Deno.test("several seeds give a standard error, one seed gives none", async () => {
  const ksg = ESTIMATORS.filter(({ name }) => name === "ksg");
  const [several] = await rowsOf([taskOf(gaussian(1, 1))], ksg, 200, [4, 5, 6]);
  const cell = several.estimates.ksg!;
  assert(isFound(cell));
  const [a, b, c] = cell.values, mean = (a + b + c) / 3;
  const variance = ((a - mean) ** 2 + (b - mean) ** 2 + (c - mean) ** 2) / 2;
  assertAlmostEquals(cell.value, mean, 1e-12);
  assertAlmostEquals(cell.deviation, mean - 1, 1e-12);
  assertAlmostEquals(cell.standardError, Math.sqrt(variance / 3), 1e-12);
  const [one] = await rowsOf([taskOf(gaussian(1, 1))], ksg, 200, [4]);
  assertEquals(one.estimates.ksg, { value: a, standardError: NaN, deviation: a - 1, values: [a] });
});

/** An estimator with the given function. */
const pretended = (name: Estimator["name"], estimate: Estimator["estimate"]): Estimator => ({
  name,
  obstacle: () => undefined,
  estimate,
});

Deno.test("an estimator that fails does not stop the others, and is named at the end", async () => {
  const estimators = [
    pretended("ksg", () => {
      throw new RangeError("Cannot count");
    }),
    pretended("nwj", () => Promise.reject(new Error("lost"))),
    pretended("mine", () => NaN),
    pretended("smile", () => 1.5),
  ];
  const rows = await rowsOf([taskOf(gaussian(1, 1)), taskOf(cauchy(1))], estimators, 100);
  assertEquals(rows.map((row) => meanOf(row, "smile")), [1.5, 1.5]);
  assertRefused(
    () => requireAll(rows),
    "no estimate by ksg on gaussian-1d-1.0 (seed 1: RangeError: Cannot count)",
    "nwj on cauchy-1d-1.0 (seed 1: Error: lost)",
    "mine on cauchy-1d-1.0 (seed 1: NaN)",
  );
  await using folder = await temporaryFolder();
  const said: string[] = [];
  const output: Output = {
    say: (text) => said.push(text),
    record: () => {},
    table: (columns, rows) =>
      said.push(...rows.map((row) => columns.map(({ cell }) => cell(row)).join(" "))),
    busy: () => {},
  };
  await show({ rows, estimators, samples: 100, source: "a test" }, folder.path, output);
  assertEquals(said[0], "gaussian-1d-1.0 1.00 failed failed failed 1.50");
  await assertHolds(folder.path, "table.csv", "table.json", "mi_bench.svg");
});

Deno.test("the CSV has one line for each task and estimator", async () => {
  const estimators = [
    pretended("smile", ({ x }) => x.values[0] > 0 ? 1 : 1),
    { ...pretended("ksg", () => 0), obstacle: () => "because, so" },
  ];
  const rows = await rowsOf([taskOf(gaussian(2, 1))], estimators, 100);
  assertEquals(tableCsv(rows).split("\r\n"), [
    "task,x_dimensions,z_dimensions,exact,exact_standard_error,estimator,mean,standard_error,error,reason",
    "gaussian-2d-1.0,2,2,1,0,smile,1,,0,",
    'gaussian-2d-1.0,2,2,1,0,ksg,,,,"because, so"',
    "",
  ]);
});

Deno.test("the picture has a mark for each estimate, and only panels with estimators", async () => {
  const tasks = [taskOf(gaussian(1, 1)), taskOf(gaussian(1, 4))];
  const estimators = [pretended("ksg", () => -3), pretended("infonce", () => 1e9)];
  const findings = { estimators, samples: 100, source: "a test" };
  const svg = chart({ rows: await rowsOf(tasks, estimators, 100), ...findings });
  const dots = Array.from(svg.matchAll(/aria-label="dot".*?<\/g>/gs), ([group]) => group).join("");
  assertEquals(dots.match(/<(path|circle)/g)?.length, 6); // two estimators, each with two estimates and a legend entry
  assertStringIncludes(svg, "ln 100");
  assertStringIncludes(svg, "neighbours and correlations");
  assert(!svg.includes("trained critics") && !/NaN|undefined/.test(svg));
});

const HEAD = "task,seed,estimator,estimate\n";

Deno.test("estimates from outside become columns of the table and marks of the picture", async () => {
  const text = `${HEAD}gaussian-1d-1.0,1,mine_too,0.9\ngaussian-1d-1.0,2,mine_too,1.2\n` +
    "gaussian-1d-1.0,1,other,nan\ngaussian-1d-0.1,1,other,0.3\n";
  const outside = readEstimates(text, "e.csv", allTasks());
  assertEquals(outside.names, ["mine_too", "other"]);
  const [row, third] = await rowsOf([taskOf(gaussian(1, 1)), taskOf(gaussian(1, 4))], [], 100);
  const { estimates } = withOutside(row, outside);
  assert(isFound(estimates.mine_too));
  assertAlmostEquals(estimates.mine_too.value, 1.05, 1e-12);
  assertAlmostEquals(estimates.mine_too.standardError, 0.15, 1e-12);
  assertAlmostEquals(estimates.mine_too.deviation, 0.05, 1e-12);
  assertEquals(estimates.other, { reason: 'e.csv, line 4: "nan"', failed: false });
  const rows = [withOutside(row, outside), withOutside(third, outside)];
  assertEquals(rows[1].estimates.mine_too, { reason: "e.csv has no estimate", failed: false });
  requireAll(rows);
  assertStringIncludes(tableCsv(rows), "gaussian-1d-1.0,1,1,1,0,mine_too,1.05,");
  const estimators = outside.names.map((name) => ({ name }));
  const svg = chart({ rows, estimators, samples: 100, source: "a test" });
  assertStringIncludes(svg, "from outside");
  assertStringIncludes(svg, "mine_too");
});

Deno.test("a damaged table of estimates is refused by its line", () => {
  const cases: [text: string, ...says: string[]][] = [
    ["task,estimator\n", 'e.csv has no column "estimate"', "task, estimator, estimate"],
    [HEAD, "e.csv has no estimates"],
    [`${HEAD}gaussian-1d-1.1,1,a,1`, "e.csv, line 2", 'unknown task "gaussian-1d-1.1"; did you'],
    [`${HEAD}gaussian-1d-1.0,1,ksg,1`, "line 2 has an estimator named ksg"],
    [`${HEAD}gaussian-1d-1.0,1,,1`, "line 2 has no name of an estimator"],
    [
      `${HEAD}gaussian-1d-1.0,1,a,1\ngaussian-1d-1.0,1,a,2`,
      "line 3 has the task, estimator and seed of line 2",
    ],
  ];
  for (const [text, ...says] of cases) {
    assertRefused(() => readEstimates(text, "e.csv", allTasks()), ...says);
  }
});

Deno.test("the command answers a mistake in its flags by one sentence", async () => {
  const cases: [flags: string[], says: string[]][] = [
    [["--tasks", "gaussian-8d-2.1"], [
      "--tasks",
      `"gaussian-8d-2.1"`,
      "did you mean gaussian-8d-2.0?",
    ]],
    [["--estimators", "ksg,mini"], ["--estimators", `"mini"`, "did you mean mine?"]],
    [["--samples", "99"], ["--samples must be a whole number from 100 to 100000", `"99"`]],
    [["--seeds", "0"], ["--seeds"]],
    [["--estimators", "none"], ["--estimators is none", "--estimates must name a file"]],
    [["--task", "gaussian-1d-1.0"], ["unknown flag --task; did you mean --tasks?"]],
    [["--export", "/dev/null/x", "--tasks", "gaussian-1d-1.0"], ["cannot make the folder"]],
  ];
  for (const [flags, says] of cases) assertMistake(await runHere(command, flags), ...says);
  // The permissions are those of the task.
  const places: [flags: string[], may: string][] = [
    [["--list", "--out", "/usr/x"], "write"],
    [["--export", "/usr/x"], "write"],
    [["--estimates", "/usr/x"], "read"],
  ];
  for (const [flags, may] of places) {
    const [flag] = flags.slice(-2);
    const result = await runTask("mi-bench", flags);
    assertMistake(result, `${flag} is /usr/x`, `may ${may} only in`);
  }
});

Deno.test("the command lists, runs and exports the given tasks", async () => {
  await using folder = await temporaryFolder();
  const listed = await runHere(command, [
    "--list",
    "--json",
    "--tasks",
    "cauchy-1d-1.0,beta-1d-0.5",
  ]);
  assertEquals(listed.out.trim().split("\n").map((line) => JSON.parse(line).name), [
    "cauchy-1d-1.0",
    "beta-1d-0.5",
  ]);
  const out = join(folder.path, "table");
  const few = ["--tasks", "cauchy-1d-1.0", "--samples", "300"];
  const judged = await runTask("mi-bench", [
    "--json",
    ...few,
    "--estimators",
    "ksg,densities",
    "--out",
    out,
  ]);
  const [row] = judged.out.trim().split("\n").map((line) => JSON.parse(line));
  assertEquals([row.task, row.exact, Object.keys(row.estimates)], [
    "cauchy-1d-1.0",
    1,
    ["ksg", "densities"],
  ]);
  await assertHolds(out, "table.csv", "table.json", "mi_bench.svg");
  const table = join(folder.path, "estimates.csv");
  await Deno.writeTextFile(table, "task,estimator,estimate\ncauchy-1d-1.0,mine_too,0.98\n");
  const added = await runHere(command, [
    ...["--json", ...few, "--estimators", "none", "--estimates", table, "--out", out],
  ]);
  assertEquals(JSON.parse(added.out).estimates.mine_too.values, [0.98]);
  const two = join(folder.path, "two");
  await runHere(command, ["--export", two, ...few, "--seeds", "2", "--seed", "7"]);
  await assertHolds(two, "cauchy-1d-1.0.seed7.npz", "cauchy-1d-1.0.seed8.npz");
  const samples = join(folder.path, "samples");
  const exported = await runHere(command, ["--export", samples, ...few, "--seed", "7"]);
  const path = join(samples, "cauchy-1d-1.0.npz");
  assertEquals(exported.out.trim(), path);
  await assertHolds(samples, "cauchy-1d-1.0.npz");
  const { arrays } = readNpz(await Deno.readFile(path), path);
  const task = allTasks().find(({ name }) => name === "cauchy-1d-1.0")!;
  const { x, z } = task.draw(300, 7);
  assertEquals(Object.fromEntries(arrays), {
    x: { shape: [300, 1], data: Float32Array.from(x.values) },
    z: { shape: [300, 1], data: Float32Array.from(z.values) },
    mi: { shape: [], data: Float32Array.of(1) },
    mi_error: { shape: [], data: Float32Array.of(0) },
    seed: { shape: [], data: Float32Array.of(7) },
  });
});
