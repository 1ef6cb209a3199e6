/**
 * The file that names the last job array of a sweep and its jobs, so that a later command can wait
 * for it.
 *
 * @module
 */

import { join } from "node:path";
import { z } from "zod";
import { issueText } from "../../shell/issue.ts";
import { UserError } from "../../shell/errors.ts";
import { exists, makeFolder, readText, writeFile } from "../../shell/files.ts";
import { parseJson } from "../../shell/json.ts";

/** A submitted job array. */
export interface SlurmArray {
  /** Slurm's number of the array. */
  id: string;
  /** The names of the jobs, by the index of their task. */
  jobs: string[];
}

/** The folder of Slurm's files. */
export function slurmFolder(runsDir: string): string {
  return join(runsDir, "slurm");
}

const schema: z.ZodType<SlurmArray> = z.object({
  id: z.string().regex(/^\d+$/, "expected digits"),
  jobs: z.array(z.string()),
});

/** The last submitted array, if any; {@link UserError} if the file is damaged. */
export async function readArray(runsDir: string): Promise<SlurmArray | undefined> {
  const path = join(slurmFolder(runsDir), "array.json");
  if (!await exists(path)) return undefined;
  const value = parseJson(await readText(path), path);
  const { data, error } = schema.safeParse(value);
  if (error) {
    throw new UserError(`${path}${issueText(error, value)}; remove the file once no array runs`);
  }
  return data;
}

/** Writes an array for {@linkcode readArray}. */
export async function writeArray(runsDir: string, array: SlurmArray): Promise<void> {
  await makeFolder(slurmFolder(runsDir));
  await writeFile(join(slurmFolder(runsDir), "array.json"), JSON.stringify(array) + "\n");
}

/** The path of Slurm's messages about a task; by default sbatch's pattern for the paths of all. */
export function slurmWords(runsDir: string, array = "%A", task: number | string = "%a"): string {
  return join(slurmFolder(runsDir), `${array}_${task}.out`);
}
