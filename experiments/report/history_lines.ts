/**
 * Reads a history with damaged lines: the report shows the other lines.
 *
 * @module
 */

import { z } from "zod";
import { issueText } from "../shell/issue.ts";
import { shorten } from "../shell/errors.ts";
import type { EpochRecord } from "../runs/history.ts";

const metrics = z.object({ rate: z.number(), distortion: z.number(), loss: z.number() })
  .catchall(z.number());
const record: z.ZodType<EpochRecord> = z.object({
  epoch: z.int().min(1),
  learningRate: z.number(),
  train: metrics,
  valid: metrics,
  seconds: z.number(),
});

/** The most damaged lines that are listed one by one. */
const MOST_PROBLEMS = 10;

/** The epochs of a history, and one sentence for each damaged line. */
export function readLines(text: string): { records: EpochRecord[]; problems: string[] } {
  const records: EpochRecord[] = [];
  const problems: string[] = [];
  let more = 0;
  for (const [i, line] of text.split("\n").entries()) {
    if (line === "") continue;
    const found = readLine(line, records.at(-1)?.epoch ?? 0);
    if (typeof found !== "string") records.push(found);
    else if (problems.length === MOST_PROBLEMS) more++;
    else problems.push(shorten(`line ${i + 1} of the history ${found}`));
  }
  if (more > 0) problems.push(`${more} more lines of the history are damaged`);
  return { records, problems };
}

/** The epoch of a line, or a text that says what is wrong with the line. */
function readLine(line: string, before: number): EpochRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  const { data, error } = record.safeParse(value);
  if (error !== undefined) return `is no record of an epoch${issueText(error, value)}`;
  if (data.epoch <= before) return `is of epoch ${data.epoch}, but comes after epoch ${before}`;
  return data;
}
