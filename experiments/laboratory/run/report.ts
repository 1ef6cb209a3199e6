/**
 * Checking a run, and showing what was found: two tables, in words what they say, JSON and a picture.
 *
 * @module
 */
import { join } from "node:path";
import type { Output } from "../../shell/output.ts";
import { UserError } from "../../shell/errors.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import { COLUMNS } from "../channels/row.ts";
import { requireGreen } from "../channels/report.ts";
import { runChart } from "./chart.ts";
import { FACT_COLUMNS } from "./facts.ts";
import type { RunJudgement } from "./judgement.ts";
import type { Trained } from "./trained.ts";
import { answers } from "./words.ts";

/** Prints the tables, and keeps them in a folder: verify.json and verify.svg. */
export async function showRun(
  trained: Trained,
  found: RunJudgement,
  source: string,
  folder: string,
  output: Output,
): Promise<void> {
  const { judgement, facts } = found;
  const { name, config: { latent }, channel } = trained;
  output.say(
    `${name}: Echo of ${latent.size} dimensions, clip ${
      channel.clip.toFixed(4)
    }, at most ${channel.dMax} echoes; ${source}`,
  );
  output.table(COLUMNS, judgement.rows);
  output.say(
    `Information is in nats. Estimate: the formula + h(z) − h(ε), as far as the two differ in their second moments;
known: the formula for all images. A row is green within ${
      judgement.limit.toFixed(2)
    } standard errors (z), and with its law, the
largest gap between z and ε as a share of what chance allows, at most 1.`,
  );
  output.table(FACT_COLUMNS, facts.all);
  const said = answers(trained, found);
  for (const { question, sentences } of said) {
    output.say([question, ...sentences.map((sentence) => `  ${sentence}`), ""].join("\n"));
  }
  await makeFolder(folder);
  const paths = ["verify.json", "verify.svg"].map((name) => join(folder, name));
  const record = { run: name, source, ...judgement, facts: facts.all, answers: said };
  await writeFile(paths[0], JSON.stringify(record, null, 2) + "\n");
  await writeFile(paths[1], runChart(trained, found, source));
  output.say(paths.join(", "));
}

/**
 * Does nothing where all is green.
 *
 * @throws {UserError} that names what is red
 */
export function requireGreenRun({ judgement, facts }: RunJudgement): void {
  requireGreen(judgement);
  const red = facts.all.find(({ verdict }) => verdict === "red");
  if (red === undefined) return;
  const { quantity, nats, meaning } = red;
  throw new UserError(`red is the ${quantity}, ${nats.toPrecision(2)} nats: ${meaning}`);
}
