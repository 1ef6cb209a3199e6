/**
 * What the runs of a report were told.
 *
 * @module
 */

import { commonValue, compareSettings, settingsOf } from "./differences.ts";
import { type Content, markup } from "./markup.ts";
import type { Section, Shown } from "./sections.ts";
import { tableMarkup } from "./table.ts";

/** The settings in which the groups differ, in a table; those that are alike, in a list. */
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
  const table = tableMarkup("Settings in which the runs differ; the seed aside", [
    { title: "runs", isText: true, cell: ({ name }) => name },
    ...columns,
  ], rows);
  const pair = (path: string): Content =>
    markup`<dt>${path}</dt><dd>${commonValue(settings, path)}</dd>\n`;
  const content = markup`${different.length > 0 ? table : ""}
<details${
    different.length === 0 ? " open" : ""
  }><summary>${alike.length} settings are alike wherever they apply</summary>
<dl>
${alike.map(pair)}</dl></details>`;
  return { id: "settings", title: "Settings", content };
}
