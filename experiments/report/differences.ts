/**
 * What runs have been told alike, and what not.
 *
 * @module
 */

import type { Config } from "../config/config.ts";

/** Settings by their path, such as `latent.type`, as text. */
export type Settings = ReadonlyMap<string, string>;

/** The settings of a config but for its seed. A term of the loss goes by its type: `loss.rate.weight`. */
export function settingsOf({ seed: _, ...config }: Config): Settings {
  return new Map(flatten(config, ""));
}

function flatten(value: unknown, path: string): [string, string][] {
  if (value === undefined) return [];
  if (!(value instanceof Object)) return [[path, String(value)]];
  const entries = Array.isArray(value) ? nameTerms(value) : Object.entries(value);
  if (entries === undefined) return [[path, (value as unknown[]).map(inWords).join(", ")]];
  return entries.flatMap(([key, inner]) => flatten(inner, path === "" ? key : `${path}.${key}`));
}

/** A layer, say: `200 softplus glorotUniform`. */
const inWords = (value: unknown): string =>
  value instanceof Object ? Object.values(value).map(inWords).join(" ") : String(value);

/** The elements of a list by their types; `undefined` if they have none. */
function nameTerms(list: readonly unknown[]): [string, unknown][] | undefined {
  const names = list.map((term) => term instanceof Object ? Reflect.get(term, "type") : undefined);
  if (names.some((name) => typeof name !== "string")) return undefined;
  return list.map((term, i) => {
    const { type: _, ...rest } = term as { type: string };
    const before = names.slice(0, i).filter((name) => name === names[i]).length;
    return [before === 0 ? names[i] : `${names[i]}_${before + 1}`, rest];
  });
}

/**
 * The paths that all settings agree on, and those that they do not, in the order of their first appearance. What is missing where
 * another type has no such option, such as `latent.dMax`, is no difference beside that of the types.
 */
export function compareSettings(
  all: readonly Settings[],
): { alike: string[]; different: string[] } {
  const paths = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  const values = (path: string) => new Set(all.map((settings) => settings.get(path)));
  const isAlike = (path: string) => {
    const found = values(path);
    const type = path.replace(/[^.]*$/, "type");
    if (path !== type && values(type).size > 1) found.delete(undefined);
    return found.size === 1;
  };
  const { alike = [], different = [] } = Object.groupBy(
    paths,
    (path) => isAlike(path) ? "alike" : "different",
  );
  return { alike, different };
}

/** The value on which all settings agree that have one. */
export function commonValue(all: readonly Settings[], path: string): string {
  return all.find((settings) => settings.has(path))!.get(path)!;
}
