/**
 * The array of a sweep's folder: which jobs it has, so that a later command can go on waiting for
 * it.
 *
 * @module
 */

import { join } from "node:path";
import { z } from "zod";
import { issueText } from "../../shell/issue.ts";
import { UserError } from "../../shell/errors.ts";
import { exists, makeFolder, readText, writeFile } from "../../shell/files.ts";
import { parseJson } from "../../shell/json.ts";

/** A submitted array. */
export interface SlurmArray {
  /** Slurm's number of it. */
  id: string;
  /** The names of its jobs; task i runs the i-th. */
  jobs: string[];
}

/** Where all that belongs to Slurm lies. */
export function slurmFolder(runsDir: string): string {
  return join(runsDir, "slurm");
}

const schema: z.ZodType<SlurmArray> = z.object({
  id: z.string().regex(/^\d+$/, "expected a number's digits"),
  jobs: z.array(z.string()),
});

/** The array submitted last, if any; {@link UserError} if the file is damaged. */
export async function readArray(runsDir: string): Promise<SlurmArray | undefined> {
  const path = join(slurmFolder(runsDir), "array.json");
  if (!await exists(path)) return undefined;
  const value = parseJson(await readText(path), path);
  const { data, error } = schema.safeParse(value);
  if (error) throw new UserError(`${path}${issueText(error, value)}; remove it once no array runs`);
  return data;
}

/** Keeps an array for {@linkcode readArray}. */
export async function writeArray(runsDir: string, array: SlurmArray): Promise<void> {
  await makeFolder(slurmFolder(runsDir));
  await writeFile(join(slurmFolder(runsDir), "array.json"), JSON.stringify(array) + "\n");
}

/** Where Slurm's own words go: of an array's task, or as a pattern of sbatch's. */
export function slurmWords(runsDir: string, array = "%A", task: number | string = "%a"): string {
  return join(slurmFolder(runsDir), `${array}_${task}.out`);
}
