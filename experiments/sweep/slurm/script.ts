/**
 * The batch script of a job array, and the marks that its tasks write to their logs.
 *
 * @module
 */

import { shellWord } from "../../shell/command_line.ts";
import { INTERRUPTED } from "../../shell/interrupt.ts";
import { errorMessage } from "../../runs/train_process.ts";

/** A task of an array: a command, and the log to which its output is appended. */
export interface ArrayTask {
  command: readonly string[];
  log: string;
}

/**
 * The script. Slurm keeps a copy, so it must not read files that may change while the array waits.
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

/** Why a task of an array failed, from its log; undefined if the log does not show an end. */
export function failureIn(log: string, array: string): string | undefined {
  const start = log.lastIndexOf(head(array));
  const words = start < 0 ? "" : log.slice(start);
  const code = words.match(new RegExp(`^${TAIL}(\\d+)$`, "m"))?.[1];
  if (code === undefined) return undefined;
  if (Number(code) === INTERRUPTED) return "the job was stopped";
  if (Number(code) > 128) return `the job was ended by signal ${Number(code) - 128}`;
  return errorMessage(words) ??
    (code === "0" ? "the job was stopped" : `the job ended with code ${code}`);
}
