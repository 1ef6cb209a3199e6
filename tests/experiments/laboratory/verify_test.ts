/**
 * The table of `deno task verify`: green for the library's samplers, red for every planted mistake.
 *
 * 2000 draws are enough: they show a mistake that changes the information or a law by a few
 * percent.
 *
 * @module
 */
import { assert, assertEquals, assertGreater, assertLess, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/verify.ts";
import type { Output } from "../../../experiments/shell/output.ts";
import { generator } from "../../../experiments/laboratory/statistics/generator.ts";
import {
  findingsOf,
  requireGreen,
  SECTION_NAMES,
  type SectionName,
  verify,
} from "../../../experiments/laboratory/channels/report.ts";
import { exactly, type Finding, judge } from "../../../experiments/laboratory/channels/row.ts";
import type { Measured } from "../../../experiments/laboratory/statistics/measured.ts";
import { STANDARD, type Suite } from "../../../experiments/laboratory/channels/suite.ts";
import {
  matrixMutants,
  type MatrixMutation,
  mutants,
  type Mutation,
} from "../../lib/echo/mutants.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { assertRefused, temporaryFolder } from "../../fixtures/helpers.ts";
import { npy, npz } from "../../fixtures/writers.ts";

const silent: Output = { say() {}, record() {}, table() {}, busy() {} };

/** The rows of a section. */
const rowsOf = async (section: SectionName, seed = STANDARD.seed) =>
  (await verify({ ...STANDARD, draws: 2000, seed }, silent, [section])).rows;

for (const section of SECTION_NAMES) {
  Deno.test(`the section "${section}" is green`, async () => {
    const rows = await rowsOf(section);
    const red = rows.filter(({ verdict }) => verdict === "red");
    assertEquals(red.map(({ channel, by }) => `${channel} by ${by}`), []);
    assert(rows.every((row) => row.section === section));
  });
}

Deno.test("the seed determines every number", async () => {
  const [first, second, other] = [
    await rowsOf("matrices"),
    await rowsOf("matrices"),
    await rowsOf("matrices", 2),
  ];
  assertEquals(second, first);
  assert(other.every(({ estimate }, i) => estimate.value !== first[i].estimate.value));
});

/** The section that finds each mistake. */
const finders: Record<Mutation, SectionName> = {
  "inclusive product": "truncation",
  "f and S misaligned": "truncation",
  "S not applied": "truncation",
  "S applied twice": "truncation",
  "self included": "truncation",
  "with replacement, self excluded": "truncation",
  "stale echoes": "truncation",
  "clip mismatch": "channels",
  "orders not shared": "channels",
  "cut off": "channels",
};
for (const [mutation, section] of Object.entries(finders)) {
  Deno.test(`a sampler with the mistake "${mutation}" turns the table red`, async () => {
    await assertRed(section, { sampler: mutants[mutation as Mutation] });
  });
}
for (const mutation of Object.keys(matrixMutants) as MatrixMutation[]) {
  Deno.test(`a matrix sampler with the mistake "${mutation}" turns the table red`, async () => {
    await assertRed("matrices", { matrixSampler: matrixMutants[mutation] });
  });
}

/** Asserts that samplers with a mistake turn two rows of a section red; later rows are not run. */
async function assertRed(section: SectionName, samplers: Partial<Suite>): Promise<void> {
  const findings: Finding[] = [];
  for await (const finding of findingsOf({ ...STANDARD, draws: 2000, ...samplers }, [section])) {
    findings.push(finding);
    const judgement = judge(findings);
    const red = judgement.rows.filter(({ verdict }) => verdict === "red");
    if (red.length < 2) continue;
    const says = `2 of ${findings.length} rows are red: ${red[0].channel} by ${red[0].by}`;
    assertRefused(() => requireGreen(judgement), says);
    return;
  }
  assert(false, `at most one of ${findings.length} rows is red`);
}

/** A finding whose estimate and formula have their known values. */
const about = (value: number): Measured => ({ value, standardError: 0.1 });
const fair: Finding = {
  section: "test",
  channel: "a channel",
  by: "a test",
  rate: 1,
  formula: about(1),
  difference: exactly(0.5),
  estimate: about(1.5),
  laws: [{ gap: 0.01, n: 1000 }],
};
const verdictOf = (changes: Partial<Finding>, others = 0) => {
  const findings = [{ ...fair, ...changes }, ...new Array<Finding>(others).fill(fair)];
  return judge(findings).rows[0].verdict;
};

Deno.test("a row is red for a wrong estimate, formula or law, and for NaN", () => {
  assertEquals(verdictOf({}), "green");
  assertEquals(verdictOf({ estimate: about(2.2) }), "red");
  assertEquals(verdictOf({ estimate: about(NaN) }), "red");
  assertEquals(verdictOf({ formula: about(1.6), estimate: about(2.1) }), "red");
  assertEquals(verdictOf({ laws: [{ gap: 0.1, n: 1000 }] }), "red");
  assertEquals(verdictOf({ laws: [{ gap: 0.1, n: 100 }] }), "green");
  assertEquals(verdictOf({ relation: "≤", estimate: about(0.5) }), "green");
  assertEquals(verdictOf({ relation: "≤", estimate: about(2.2) }), "red");
  assertEquals(verdictOf({ relation: "≥", estimate: about(2.2) }), "green");
  assertEquals(verdictOf({ relation: "≥", estimate: about(0.5) }), "red");
  assertEquals(verdictOf({ fails: true }), "green");
  assertEquals(
    verdictOf({ fails: true, difference: exactly(0.2), estimate: about(1.2) }),
    "red",
    "not significantly different from the formula",
  );
});

Deno.test("more comparisons allow each of them a larger deviation", () => {
  const limits = [0, 10, 1000].map((others) =>
    judge([fair, ...new Array<Finding>(others).fill(fair)]).limit
  );
  // The two-sided normal quantiles for 10⁻⁴ divided by 3, 33 and 3003.
  for (const [i, limit] of [4.1494, 4.6688, 5.5231].entries()) {
    assertLess(Math.abs(limits[i] - limit), 1e-3);
  }
  assertEquals([0, 10, 1000].map((others) => verdictOf({ estimate: about(1.945) }, others)), [
    "red",
    "green",
    "green",
  ]);
});

Deno.test("verify prints a table, and stores it as JSON and as a picture", async () => {
  await using folder = await temporaryFolder();
  const { code, out, err } = await runTask(
    "verify",
    ["--only", "bounds", "--draws", "20000", "--seed", "2", "--out", folder.path],
  );
  assertEquals([code, err], [0, ""]);
  for (const text of ["| Gauss(0.5), 4-D ", "≤ 2.", "InfoNCE, K = 256", "| green"]) {
    assertStringIncludes(out, text);
  }
  const { source, rows } = JSON.parse(await Deno.readTextFile(join(folder.path, "verify.json")));
  assertStringIncludes(source, "about 20,000 draws for each row, seed 2");
  assertEquals(rows.length, 6);
  assertGreater(rows[0].formula, 0.69);
  const svg = await Deno.readTextFile(join(folder.path, "verify.svg"));
  assertStringIncludes(svg, "6 rows, all green");
});

Deno.test("verify prints its help, and one sentence for a mistake in its flags", async () => {
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const text of ["--thorough", "--only", "deno task verify --run runs/"]) {
    assertStringIncludes(out, text);
  }
  const mistakes: [args: string[], ...says: string[]][] = [
    [["--only", "bound"], "--only", "did you mean bounds?"],
    [["--draws", "12"], "--draws", "20000"],
    [["--sed", "2"], "--sed", "did you mean --seed?"],
    [["--run", "/runs/none"], "there is no run in /runs/none"],
    [["--run", "/runs/none", "--thorough"], "--thorough is for the library's channels"],
    [["--data-dir", "data"], "--data-dir needs --run"],
  ];
  for (const [args, ...says] of mistakes) {
    assertMistake(await runHere(command, args), ...says);
  }
});

Deno.test("verify --run checks a run on one's own images, and stores its tables in --out", async () => {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const random = generator(1);
  const images = (count: number) => npy([count, 4, 4], () => Math.round(random()));
  await Deno.writeFile(path("images.npz"), npz({ train: images(80), test: images(60) }));
  const layers = [{ units: 8, activation: "softplus" }];
  const latent = { type: "echo", size: 2, dMax: 5 };
  const config = JSON.stringify({ encoder: layers, decoder: layers, latent, batch: 20, epochs: 1 });
  const flags = ["--config", config, "--dataset", path("images.npz"), "--filename", "small"];
  const trained = await runTask("train", [...flags, "--runs-dir", folder.path]);
  assertEquals(trained.code, 0, trained.err);

  const { code, out, err } = await runTask("verify", [
    "--run",
    path("small"),
    "--out",
    path("out"),
  ]);
  assertEquals([code, err], [0, ""]);
  for (
    const text of [
      "Is the rate exact?",
      "What does −ELBO leave out?",
      "| −ELBO, as reported",
    ]
  ) {
    assertStringIncludes(out, text);
  }
  const record = JSON.parse(await Deno.readTextFile(join(path("out"), "verify.json")));
  assertEquals([record.run, record.answers.length], ["small", 3]);
  assertGreater(record.facts.length, 9);
  const svg = await Deno.readTextFile(join(path("out"), "verify.svg"));
  assertStringIncludes(svg, "small: is its rate exact? all green");
});
