/**
 * Shows the check of a run: two tables, answers in words, JSON and a picture.
 *
 * @module
 */
import type { Output } from "../../shell/output.ts";
import { UserError } from "../../shell/errors.ts";
import { channelRecord, COLUMNS } from "../channels/row.ts";
import { requireGreen, store } from "../channels/report.ts";
import { runChart } from "./chart.ts";
import { factRecord } from "./fact.ts";
import { FACT_COLUMNS } from "./facts.ts";
import type { RunJudgement } from "./judgement.ts";
import type { Trained } from "./trained.ts";
import { answers } from "./words.ts";

/** Prints the tables and answers, and stores them in a folder as verify.json and verify.svg. */
export async function showRun(
  trained: Trained,
  found: RunJudgement,
  source: string,
  folder: string,
  output: Output,
): Promise<void> {
  const { judgement } = found;
  const { name, config: { latent }, channel } = trained;
  const rows = judgement.rows.map(channelRecord), facts = found.facts.all.map(factRecord);
  output.say(
    `${name}: Echo with ${latent.size} dimensions, clip ${
      channel.clip.toFixed(4)
    }, at most ${channel.dMax} echoes; ${source}`,
  );
  output.table(COLUMNS, rows);
  output.say(
    `All information is in nats. "formula" is the mean rate of the drawn codes, "known" the mean rate of all
images, and "estimate" the formula + h(z) − h(ε), as far as second moments show the difference. A row is
green if formula and estimate are within ${
      judgement.limit.toFixed(2)
    } standard errors (z) of "known" and "law" is at
most 1: the largest gap between the laws of z and ε, divided by its limit.`,
  );
  output.table(FACT_COLUMNS, facts);
  const said = answers(trained, found);
  for (const { question, sentences } of said) {
    output.say([question, ...sentences.map((sentence) => `  ${sentence}`), ""].join("\n"));
  }
  const record = { run: name, source, ...judgement, rows, facts, answers: said };
  await store(folder, record, runChart(trained, found, source), output);
}

/**
 * Returns if all is green.
 *
 * @throws {UserError} that names what is red
 */
export function requireGreenRun({ judgement, facts }: RunJudgement): void {
  requireGreen(judgement);
  const red = facts.all.find(({ verdict }) => verdict === "red");
  if (red === undefined) return;
  const { quantity, value, meaning } = red;
  const nats = value < 0.01 ? value.toExponential(1) : value.toPrecision(2);
  throw new UserError(`check failed: ${quantity} is ${nats} nats (${meaning})`);
}
