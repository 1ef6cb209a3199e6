/**
 * `deno task completions`: prints a shell script that completes tasks and flags on Tab. It is made
 * from each `--help`.
 *
 * @module
 */

import settings from "../../deno.json" with { type: "json" };
import { UserError } from "../shell/errors.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { suggest } from "../shell/nearest.ts";
import { main, print } from "../shell/program.ts";

const FLAGS = { help: { type: "boolean", help: "print this help" } } as const;

const USAGE = `deno task completions bash | zsh | fish

Print a script that lets Tab complete tasks and flags.

  eval "$(deno task completions bash)"      # bash; for zsh, write zsh
  deno task completions fish | source       # fish`;

/** A flag of a task with its help. */
export interface TaskFlag {
  task: string;
  name: string;
  help: string;
}

/** The name of a shell. */
export type Shell = "bash" | "zsh" | "fish";

type Script = (tasks: readonly string[], flags: readonly TaskFlag[]) => string;

const SHELLS: Record<Shell, Script> = { bash, zsh, fish };

if (import.meta.main) await main(command);

/** Prints the script of a shell. */
export async function command(args: string[]): Promise<void> {
  const { words: [shell = "", ...more], values } = parseWords(FLAGS, args);
  if (values.help) return print(helpText(USAGE, FLAGS));
  if (!Object.hasOwn(SHELLS, shell) || more.length > 0) {
    throw new UserError(
      `unknown shell "${[shell, ...more].join(" ")}"${suggest(shell, Object.keys(SHELLS))}`,
    );
  }
  const flags = await Promise.all(
    Object.entries(settings.tasks).filter(hasHelp).map(([task, { command }]) =>
      flagsOf(task, command)
    ),
  );
  print(scriptFor(shell as Shell, flags.flat()));
}

/** The script for a shell that completes all tasks, and these flags of theirs. */
export function scriptFor(shell: Shell, flags: readonly TaskFlag[]): string {
  return SHELLS[shell](Object.keys(settings.tasks), flags);
}

/** Whether a task has flags: its description then mentions --help. */
function hasHelp([, { description }]: [string, { description: string }]): boolean {
  return description.includes("--help");
}

/** The flags of a task, as its help lists them. */
async function flagsOf(task: string, line: string): Promise<TaskFlag[]> {
  const [program, ...args] = [...line.split(" "), "--help"];
  const cwd = new URL("../..", import.meta.url);
  const { success, stdout } = await new Deno.Command(program, { args, cwd }).output();
  if (!success) throw new UserError(`deno task ${task} --help failed`);
  const rows = new TextDecoder().decode(stdout).matchAll(/^ {2}--(\S+)(?: <.*?>)? +(.*)$/gm);
  return Array.from(rows, ([, name, help]) => ({ task, name, help }));
}

/** The flags of each task, as words. */
function cases(flags: readonly TaskFlag[]): string {
  const byTask = Object.entries(Object.groupBy(flags, ({ task }) => task));
  return byTask.map(([task, own]) =>
    `    ${task}) words="${own!.map(({ name }) => `--${name}`).join(" ")}" ;;`
  ).join("\n");
}

function bash(tasks: readonly string[], flags: readonly TaskFlag[]): string {
  return `_echograd() {
  local words="" word="\${COMP_WORDS[COMP_CWORD]}"
  [ "\${COMP_WORDS[1]}" = task ] || return
  if [ "$COMP_CWORD" = 2 ]; then words="${tasks.join(" ")}"; else case "\${COMP_WORDS[2]}" in
${cases(flags)}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F _echograd deno`;
}

/** Zsh reads the script of bash. */
function zsh(tasks: readonly string[], flags: readonly TaskFlag[]): string {
  return `autoload -U +X bashcompinit && bashcompinit\n${bash(tasks, flags)}`;
}

function fish(tasks: readonly string[], flags: readonly TaskFlag[]): string {
  const quoted = (text: string) => `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
  const none = "not __fish_seen_subcommand_from " + tasks.join(" ");
  return [
    `complete -c deno -n ${quoted(`__fish_seen_subcommand_from task; and ${none}`)} -f -a ${
      quoted(tasks.join(" "))
    }`,
    ...flags.map(({ task, name, help }) =>
      `complete -c deno -n ${quoted(`__fish_seen_subcommand_from ${task}`)} -l ${name} -d ${
        quoted(help)
      }`
    ),
  ].join("\n");
}
