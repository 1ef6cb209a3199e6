/**
 * Finding, judging, and showing: the table, its JSON and its picture.
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
import { COLUMNS, type Finding, judge, type Judgement } from "./row.ts";
import { sampling } from "./sampling.ts";
import type { Section, Suite } from "./suite.ts";
import { truncation } from "./truncation.ts";

/** The names of the sections of the table, in order. */
export const SECTION_NAMES = [
  "channels",
  "matrices",
  "bounds",
  "truncation",
  "sampling",
  "failures",
] as const;

/** The name of a section of the table. */
export type SectionName = typeof SECTION_NAMES[number];

const SECTIONS: Readonly<Record<SectionName, Section>> = {
  channels: closedForms,
  matrices,
  bounds,
  truncation,
  sampling,
  failures,
};

/** Finds the rows of some sections, and judges them together. */
export async function verify(
  suite: Suite,
  output: Output,
  names: readonly SectionName[] = SECTION_NAMES,
): Promise<Judgement> {
  const findings: Finding[] = [];
  for (const name of names) {
    for await (const finding of SECTIONS[name](suite)) {
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
    `Information is in nats; known: what it is, from theory. A row is green where its estimate and its formula are
within ${
      limit.toFixed(2)
    } standard errors (z) of what is known, and its law, the largest gap to the known law as a share
of what is allowed, is at most 1. By chance one of these ${tests} is not, in one table of 10,000. Where the formula
must not hold, formula and known differ; green says that the estimate is with the latter.`,
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
