/**
 * A local stand-in for the part of `jsr:@std/cli` that this project uses (see `links` in the root
 * deno.json; `deno task test:jsr` uses the real one).
 *
 * @module
 */

/**
 * The options of {@link parseArgs} that are supported here, with the meaning they have in
 * `@std/cli`.
 */
export interface ParseOptions {
  /**
   * Names whose values stay strings; a missing value is "". With "_", positional arguments stay
   * strings, too.
   */
  string?: readonly string[];
  /** Names that take no value; `false` when absent. */
  boolean?: readonly string[];
  /** Boolean names that `--no-name` sets to false. */
  negatable?: readonly string[];
  /** Names gathered into arrays, one element per use. */
  collect?: readonly string[];
  /** Other names for a name. */
  alias?: Record<string, string | readonly string[]>;
  /** Values of absent names. */
  default?: Record<string, unknown>;
  /**
   * Called with each argument that nothing declares (key and value are absent for a positional);
   * returning false drops it.
   */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Values by name, and the positional arguments under `_`. */
export type Args = { [name: string]: unknown; _: (string | number)[] };

/**
 * Parses command-line arguments: `--name value`, `--name=value`, `--flag`, `--no-flag`, `-n value`;
 * everything after `--` is positional.
 *
 * Simpler than the real one: no grouped short flags (`-abc`), no nested names (`a.b`).
 *
 * @param args the arguments, such as `Deno.args`
 * @param options which names are declared, and how
 */
export function parseArgs(args: string[], options: ParseOptions = {}): Args {
  const { string = [], boolean = [], negatable = [], collect = [], alias = {} } = options;
  const groups = Object.entries(alias).map(([name, others]) => [name, ...[others].flat()]);
  const namesOf = (name: string) => groups.find((group) => group.includes(name)) ?? [name];
  const within = (names: readonly string[], name: string) =>
    namesOf(name).some((other) => names.includes(other));

  const parsed: Args = { _: [] };

  function set(name: string, value: unknown, arg: string): void {
    const declared = within(string, name) || within(boolean, name) || namesOf(name).length > 1;
    if (!declared && options.unknown?.(arg, name, value) === false) return;
    const typed = within(string, name) ? value : numberIfNumeric(value);
    for (const key of namesOf(name)) {
      const earlier = parsed[key];
      const gathered = Array.isArray(earlier) ? [...earlier, typed] : [typed];
      parsed[key] = within(collect, name) ? gathered : typed;
    }
  }

  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === "--") {
      parsed._.push(...args.slice(i + 1));
      break;
    }
    const flag = arg.match(/^--?([^=-][^=]*)(?:=(.*))?$/s);
    if (!flag) {
      if (options.unknown?.(arg) === false) continue;
      parsed._.push(within(string, "_") ? arg : numberIfNumeric(arg) as string | number);
      continue;
    }
    const [, name, inline] = flag;
    const next = args[i + 1];
    if (inline !== undefined) {
      set(name, within(boolean, name) ? inline !== "false" : inline, arg);
    } else if (name.startsWith("no-") && within(negatable, name.slice(3))) {
      set(name.slice(3), false, arg);
    } else if (!within(boolean, name) && next !== undefined && !next.startsWith("-")) {
      set(name, next, arg);
      i++;
    } else {
      set(name, within(string, name) ? "" : true, arg);
    }
  }

  for (const [name, value] of Object.entries(options.default ?? {})) {
    for (const key of namesOf(name)) parsed[key] ??= value;
  }
  for (const name of boolean.flatMap(namesOf)) parsed[name] ??= within(collect, name) ? [] : false;
  return parsed;
}

/** A numeric-looking text as the number it reads as; anything else as it is. */
function numberIfNumeric(value: unknown): unknown {
  const numeric = typeof value === "string" && value.trim() !== "" && !Number.isNaN(Number(value));
  return numeric ? Number(value) : value;
}
