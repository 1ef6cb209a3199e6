/**
 * The batch script of a job array, and what its tasks leave in their logs.
 *
 * @module
 */

import { shellWord } from "../../shell/command_line.ts";
import { INTERRUPTED } from "../../shell/interrupt.ts";
import { complaint } from "../../runs/train_process.ts";

/** A task of an array: a command and the file that gets its words, at its end. */
export interface ArrayTask {
  command: readonly string[];
  log: string;
}

/**
 * The script, whole: Slurm keeps a copy of it, so that no file has to stay as it is while the array
 * waits.
 */
export function arrayScript(tasks: readonly ArrayTask[]): string {
  const cases = tasks.map(({ command, log }, i) =>
    `  ${i}) train ${[log, ...command].map(shellWord).join(" ")} ;;\n`
  );
  return `#!/bin/sh
#SBATCH --job-name=sweep

train() {
  log=$1
  shift
  {
    echo "${head("$SLURM_ARRAY_JOB_ID")}task $SLURM_ARRAY_TASK_ID on $(uname -n)"
    NO_COLOR=1 "$@"
    code=$?
    echo "${TAIL}$code"
  } >> "$log" 2>&1
  exit $code
}

case $SLURM_ARRAY_TASK_ID in
${cases.join("")}esac
`;
}

const head = (array: string) => `# Slurm array ${array}, `;
const TAIL = "# ended with code ";

/** Why a task of an array failed, by its log; undefined if that does not say that it has ended. */
export function failureIn(log: string, array: string): string | undefined {
  const start = log.lastIndexOf(head(array));
  const words = start < 0 ? "" : log.slice(start);
  const code = words.match(new RegExp(`^${TAIL}(\\d+)$`, "m"))?.[1];
  if (code === undefined) return undefined;
  if (Number(code) === INTERRUPTED) return "it was stopped";
  if (Number(code) > 128) return `it was ended by signal ${Number(code) - 128}`;
  return complaint(words) ?? (code === "0" ? "it was stopped" : `it ended with code ${code}`);
}
