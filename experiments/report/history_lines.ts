/**
 * A history of which some lines may be damaged: the report shows the others.
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

/** So many damaged lines are told one by one. */
const MOST_PROBLEMS = 10;

/** The epochs of a history's text, and what is wrong with its other lines. */
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

/** The epoch of a line, or what is wrong with it. */
function readLine(line: string, before: number): EpochRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return "is not JSON";
  }
  const { data, error } = record.safeParse(value);
  if (error !== undefined) return `is no record of an epoch${issueText(error, value)}`;
  if (data.epoch <= before) return `is of epoch ${data.epoch}, but stands after epoch ${before}`;
  return data;
}
