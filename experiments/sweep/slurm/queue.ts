/**
 * Slurm's queue, through the commands sbatch and squeue.
 *
 * @module
 */

import { UserError } from "../../shell/errors.ts";

/**
 * Submits a batch script as an array, in the current folder and with the current environment, from
 * which sbatch reads further settings such as SBATCH_PARTITION.
 *
 * @param options.atOnce the most tasks that run at once
 * @param options.output the path of Slurm's messages, in which sbatch replaces %A by the array and
 * %a by the task
 * @returns the array's number
 * @throws {UserError} if sbatch is missing, refuses, or does not print the number
 */
export async function submitArray(
  script: string,
  options: { tasks: number; atOnce?: number; threads: number; output: string },
): Promise<string> {
  const { tasks, atOnce, threads, output } = options;
  const most = atOnce === undefined ? "" : `%${atOnce}`;
  const said = await ask("sbatch", [
    ...["--parsable", `--array=0-${tasks - 1}${most}`, `--cpus-per-task=${threads}`],
    ...[`--output=${output}`, script],
  ]);
  const [id] = said.trim().split(";");
  if (/^\d+$/.test(id)) return id;
  throw new UserError(
    `sbatch printed "${said.trim()}" instead of the number of the array: check with squeue whether it was submitted`,
  );
}

/**
 * Whether a task of the array waits or runs.
 *
 * @throws {UserError} if squeue is missing or fails
 */
export async function isQueued(array: string): Promise<boolean> {
  try {
    return (await ask("squeue", ["--noheader", "--format=%i", `--jobs=${array}`])).trim() !== "";
  } catch (error) {
    // squeue forgets a job some minutes after its end.
    if (error instanceof UserError && error.message.includes("Invalid job id")) return false;
    throw error;
  }
}

/** Runs one of Slurm's commands and returns its output. */
async function ask(command: "sbatch" | "squeue", args: readonly string[]): Promise<string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, { args: [...args] })
      .output();
    if (success) return new TextDecoder().decode(stdout);
    const words = new TextDecoder().decode(stderr).trim().split("\n");
    throw new UserError(`${command} refuses: ${words.at(-1)!.replace(/^\w+: (error: )?/, "")}`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(
      `there is no ${command} here: --launcher slurm needs a machine from which Slurm jobs are submitted`,
      { cause: error },
    );
  }
}
