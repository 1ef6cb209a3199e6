/**
 * Command-line flags: each is declared once, with a type, a default and a line of help.
 *
 * @module
 */

import { parseArgs } from "@std/cli";
import { aligned } from "./table.ts";
import { projectPath, userPath } from "./command_line.ts";
import { UserError } from "./errors.ts";
import { suggest } from "./nearest.ts";

/**
 * A declared flag. An absent flag without a default is `undefined` (a boolean: false). Paths go
 * through {@linkcode userPath}.
 */
export type Flag =
  | { type: "boolean"; help: string }
  | { type: "text"; help: string; value: string; default?: string; allowed?: readonly string[] }
  | { type: "texts"; help: string; value: string }
  | { type: "path"; help: string; value: string; default?: string }
  | { type: "number"; help: string; value: string; default?: number; min?: number; max?: number }
  | { type: "integer"; help: string; value: string; default?: number; min?: number; max?: number };

/** Flags by name. */
export type Flags = Record<string, Flag>;

/** The type of the value of a flag. */
type Value<F extends Flag> = F extends { type: "boolean" } ? boolean
  : F extends { type: "texts" } ? string[]
  :
    | (F extends { allowed: readonly (infer Name)[] } ? Name
      : F extends { type: "text" | "path" } ? string
      : number)
    | (F extends { default: string | number } ? never : undefined);

/** The values of flags, by name. */
export type Values<F extends Flags> = { [Name in keyof F]: Value<F[Name]> };

/**
 * Reads flags from command-line arguments.
 *
 * @param flags the declared flags
 * @param args the arguments, such as `Deno.args`
 * @throws {UserError} for an unknown flag, a flag without its value, a value of the wrong kind, a
 *   flag given twice, and a word that belongs to no flag
 */
export function parseFlags<const F extends Flags>(flags: F, args: string[]): Values<F> {
  const { words: [word], values } = parseWords(flags, args);
  if (word === undefined) return values;
  throw new UserError(`unexpected argument "${word}": each value must follow a flag (see --help)`);
}

/** Reads flags as {@linkcode parseFlags} does, and returns the words that belong to no flag. */
export function parseWords<const F extends Flags>(
  flags: F,
  args: string[],
): { words: string[]; values: Values<F> } {
  const names = Object.keys(flags);
  const isBoolean = (name: string) => flags[name].type === "boolean";
  const [booleans, others] = [names.filter(isBoolean), names.filter((name) => !isBoolean(name))];
  refuseOdd(args, names, booleans);
  const parsed = parseArgs(joinNegative(args, others), {
    // The parser calls the words "_". They are strings too: a folder named 007 is not the number 7.
    string: ["_", ...others],
    boolean: booleans,
    collect: names,
    unknown(arg, name) {
      if (name === undefined) return true;
      throw unknownFlag(arg.startsWith("--") ? `--${name}` : `-${name}`, names);
    },
  });
  const values = names.map((name) => {
    const all = [parsed[name] ?? []].flat();
    if (flags[name].type === "texts") {
      return [name, all.map((one) => readValue(name, flags[name], one))];
    }
    const [value, ...more] = all;
    if (more.length > 0) throw new UserError(`--${name} is given ${more.length + 1} times`);
    return [name, readValue(name, flags[name], value)];
  });
  return { words: parsed._.map(String), values: Object.fromEntries(values) as Values<F> };
}

const unknownFlag = (flag: string, names: readonly string[]): UserError =>
  new UserError(`unknown flag ${flag}${suggest(flag.replace(/^-+/, ""), names, "--")}`);

/**
 * Refuses what the parser would misread: a flag named `_`, which is its list of words, and a switch
 * with a value.
 */
function refuseOdd(args: readonly string[], names: readonly string[], booleans: readonly string[]) {
  for (const arg of args) {
    if (arg === "--") return;
    const [, flag = "", name = "", value] = arg.match(/^(--?([^=]*))(?:=(.*))?$/s) ?? [];
    if (name.startsWith("_")) throw unknownFlag(flag, names);
    if (value === undefined || !booleans.includes(name)) continue;
    if (value === "true" || value === "false") continue;
    throw new UserError(`${flag} takes no value, but got "${value}"`);
  }
}

/** Joins `--beta -1` to `--beta=-1`, which the parser cannot take for two flags. */
function joinNegative(args: readonly string[], names: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const name = joined.at(-1)?.replace(/^--/, "");
    if (/^-\.?\d/.test(arg) && name !== undefined && names.includes(name)) {
      joined[joined.length - 1] += `=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/** The value of a flag from its text; the default, or `undefined`, if the flag is absent. */
function readValue(name: string, flag: Flag, given: unknown): unknown {
  if (flag.type === "boolean") return given ?? false;
  if (given === undefined) {
    if (flag.type === "texts") return undefined;
    return flag.type === "path" && flag.default ? projectPath(flag.default) : flag.default;
  }
  const text = String(given);
  if (text === "") throw new UserError(`--${name} needs a value: --${name} ${flag.value}`);
  if (flag.type === "path") return userPath(text);
  if (flag.type === "texts") return text;
  if (flag.type !== "text") return readNumber(name, flag, text);
  if (flag.allowed && !flag.allowed.includes(text)) {
    throw new UserError(`--${name} cannot be "${text}"${suggest(text, flag.allowed)}`);
  }
  return text;
}

/** The number in a text, checked against the bounds of the flag. */
function readNumber(name: string, flag: Flag & { type: "number" | "integer" }, text: string) {
  const { min = -Infinity, max = Infinity } = flag;
  const number = text.trim() === "" ? NaN : Number(text);
  const isKind = flag.type === "integer" ? Number.isSafeInteger(number) : Number.isFinite(number);
  if (isKind && number >= min && number <= max) return number;
  const kind = flag.type === "integer" ? "a whole number" : "a number";
  const bounds = max < Infinity
    ? ` from ${min} to ${max}`
    : (min > -Infinity ? ` of at least ${min}` : "");
  throw new UserError(`--${name} must be ${kind}${bounds}, but is "${text}"`);
}

/** The text of `--help`: the usage, and a line for each flag with its default. */
export function helpText(usage: string, flags: Flags): string {
  const rows = Object.entries(flags).map(([name, flag]) => {
    const left = flag.type === "boolean" ? `--${name}` : `--${name} ${flag.value}`;
    const hasDefault = "default" in flag && flag.default !== undefined;
    return [left, hasDefault ? `${flag.help} (default: ${flag.default})` : flag.help];
  });
  const lines = aligned(rows, () => true).map(([left, help]) => `  ${left}  ${help.trimEnd()}`);
  return [usage, "", ...lines].join("\n");
}
