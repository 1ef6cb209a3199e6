/**
 * The settings of the runs: those that differ in a table, those that agree in a list.
 *
 * @module
 */

import type { Config } from "../config/config.ts";
import { type Content, markup } from "./markup.ts";
import type { Section, Shown } from "./section.ts";
import { tableMarkup } from "./table.ts";

/** The section; undefined if no config is known. */
export function settingsSection(all: readonly Shown[]): Section | undefined {
  const rows = all.flatMap(({ group: { name, config } }) =>
    config === undefined ? [] : [{ name, settings: settingsOf(config) }]
  );
  if (rows.length === 0) return undefined;
  const settings = rows.map(({ settings }) => settings);
  const { alike, different } = compareSettings(settings);
  const columns = different.map((path) => ({
    title: path,
    isText: true,
    cell: ({ settings }: typeof rows[number]) => settings.get(path),
  }));
  const table = tableMarkup("Settings that differ between the runs, apart from the seed", [
    { title: "runs", isText: true, cell: ({ name }) => name },
    ...columns,
  ], rows);
  const pair = (path: string): Content =>
    markup`<dt>${path}</dt><dd>${commonValue(settings, path)}</dd>\n`;
  const content = markup`${different.length > 0 ? table : ""}
<details${
    different.length === 0 ? " open" : ""
  }><summary>${alike.length} settings are equal in all runs that have them</summary>
<dl>
${alike.map(pair)}</dl></details>`;
  return { id: "settings", title: "Settings", content };
}

/** The text of each setting by its path, such as `latent.type`. */
export type Settings = ReadonlyMap<string, string>;

/**
 * The settings of a config without its seed. The path of a loss term has its type:
 * `loss.rate.weight`.
 */
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

/** One text for a list's element; a layer is `200 softplus glorotUniform`. */
const inWords = (value: unknown): string =>
  value instanceof Object ? Object.values(value).map(inWords).join(" ") : String(value);

/** The elements of a list by their types; undefined if one has no type. */
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
 * The paths on which all settings agree, and those on which they differ, in the order in which they
 * first appear. Where the types differ, an option that only one type has, such as `latent.dMax`, is
 * no further difference.
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

/** The value of a path on which the settings agree; some may lack it. */
export function commonValue(all: readonly Settings[], path: string): string {
  return all.find((settings) => settings.has(path))!.get(path)!;
}
