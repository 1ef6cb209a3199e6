/**
 * Runs the sections, judges their rows, and shows the table, its JSON and its picture.
 *
 * @module
 */
import { join } from "node:path";
import type { Output } from "../../shell/output.ts";
import { UserError } from "../../shell/errors.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import { bounds } from "./bounds.ts";
import { chart } from "./chart.ts";
import { closedForms, matrices } from "./closed_forms.ts";
import { failures } from "./failures.ts";
import { channelRecord, COLUMNS, type Finding, judge, type Judgement } from "./row.ts";
import { sampling } from "./sampling.ts";
import type { Section, Suite } from "./suite.ts";
import { truncation } from "./truncation.ts";

/** The name of a section of the table. */
export type SectionName =
  | "channels"
  | "matrices"
  | "bounds"
  | "truncation"
  | "sampling"
  | "failures";

const SECTIONS: Readonly<Record<SectionName, Section>> = {
  channels: closedForms,
  matrices,
  bounds,
  truncation,
  sampling,
  failures,
};

/** The names of the sections in the order of the table. */
export const SECTION_NAMES: readonly SectionName[] = Object.keys(SECTIONS) as SectionName[];

/** Runs some sections, and gives what they find row by row. */
export async function* findingsOf(
  suite: Suite,
  names: readonly SectionName[] = SECTION_NAMES,
): AsyncGenerator<Finding> {
  for (const name of names) yield* SECTIONS[name](suite);
}

/** Runs some sections and judges their rows together. */
export async function verify(
  suite: Suite,
  output: Output,
  names: readonly SectionName[] = SECTION_NAMES,
): Promise<Judgement> {
  const findings: Finding[] = [];
  for await (const finding of findingsOf(suite, names)) {
    findings.push(finding);
    output.busy(`${findings.length} rows done, last: ${finding.channel}, by ${finding.by}`);
  }
  return judge(findings);
}

/** Prints a table, and stores it in a folder as verify.json and verify.svg. */
export async function show(
  judgement: Judgement,
  source: string,
  folder: string,
  output: Output,
): Promise<void> {
  const { limit, tests } = judgement;
  const rows = judgement.rows.map(channelRecord);
  output.table(COLUMNS, rows);
  output.say(
    `All information is in nats. "formula" is the rate that the library reports; "known" is the exact
information from theory. A row is green if estimate and formula are within ${
      limit.toFixed(2)
    } standard errors (z)
of the exact values and "law" is at most 1: the largest gap between draws and known law, divided by
its limit. The limits allow for all ${tests} comparisons: a correct table has a red row once in 10,000 runs.`,
  );
  if (rows.some(({ fails }) => fails)) {
    output.say(
      `The section "failures" breaks an assumption of the formula. There a green row shows that the estimate
agrees with "known" and not with "formula".`,
    );
  }
  await store(folder, { source, ...judgement, rows }, chart(judgement, source), output);
}

/** Writes verify.json and verify.svg, and prints their paths. */
export async function store(
  folder: string,
  record: object,
  picture: string,
  output: Output,
): Promise<void> {
  const paths = ["verify.json", "verify.svg"].map((name) => join(folder, name));
  await makeFolder(folder);
  await writeFile(paths[0], JSON.stringify(record, null, 2) + "\n");
  await writeFile(paths[1], picture);
  output.say(paths.join(", "));
}

/**
 * Returns if all rows are green.
 *
 * @throws {UserError} that names the red rows
 */
export function requireGreen({ rows }: Judgement): void {
  const red = rows.filter(({ verdict }) => verdict === "red");
  if (red.length === 0) return;
  const names = red.map(({ channel, by }) => `${channel} by ${by}`);
  throw new UserError(`${red.length} of ${rows.length} rows are red: ${names.join("; ")}`);
}
