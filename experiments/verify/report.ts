/**
 * Finding, judging, and showing: the table, its JSON and its picture.
 *
 * @module
 */
import { join } from "node:path";
import type { Output } from "../bench/output.ts";
import { UserError } from "../errors.ts";
import { makeFolder, writeFile } from "../files.ts";
import { bounds } from "./bounds.ts";
import { chart } from "./chart.ts";
import { closedForms, matrices } from "./closed_forms.ts";
import { failures } from "./failures.ts";
import { COLUMNS, type Finding, judge, type Judgement } from "./row.ts";
import { sampling } from "./sampling.ts";
import type { Section, Suite } from "./suite.ts";
import { truncation } from "./truncation.ts";

/** The whole table. */
export const SECTIONS: readonly Section[] = [
  closedForms,
  matrices,
  bounds,
  truncation,
  sampling,
  failures,
];

/** Finds the rows of some sections, and judges them together. */
export async function verify(
  suite: Suite,
  output: Output,
  sections: readonly Section[] = SECTIONS,
): Promise<Judgement> {
  const findings: Finding[] = [];
  for (const section of sections) {
    for await (const finding of section(suite)) {
      findings.push(finding);
      output.busy(`${findings.length} rows, the last: ${finding.channel}, by ${finding.by}`);
    }
  }
  return judge(findings);
}

/** Prints a table, and keeps it in a folder: verify.json and verify.svg. */
export async function show(
  judgement: Judgement,
  source: string,
  folder: string,
  output: Output,
): Promise<void> {
  const { rows, limit, tests } = judgement;
  output.table(COLUMNS, rows);
  output.say(
    `Information is in nats. A row is green where its |z| and that of its formula are at most ${
      limit.toFixed(2)
    },\nand its law at most 1: by chance one of these ${tests} is more in one table of 10,000.`,
  );
  const paths = ["verify.json", "verify.svg"].map((name) => join(folder, name));
  await makeFolder(folder);
  await writeFile(paths[0], JSON.stringify({ source, ...judgement }, null, 2) + "\n");
  await writeFile(paths[1], chart(judgement, source));
  output.say(paths.join(", "));
}

/**
 * Does nothing where all rows are green.
 *
 * @throws {UserError} that names those that are red
 */
export function requireGreen({ rows }: Judgement): void {
  const red = rows.filter(({ verdict }) => verdict === "red");
  if (red.length === 0) return;
  const names = red.map(({ channel, by }) => `${channel} by ${by}`);
  throw new UserError(`${red.length} of ${rows.length} rows are red: ${names.join("; ")}`);
}
