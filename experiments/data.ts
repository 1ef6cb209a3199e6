/**
 * `deno task data`: shows which data sets are here, downloads them, and checks them.
 *
 * @module
 */

import { dirname } from "node:path";
import { DATA_SETS, namedSet } from "./data/datasets.ts";
import { fetchSource, findFile, foldersOf, readDataFile, type Source } from "./data/source.ts";
import { main, UserError } from "./errors.ts";
import { helpText, parseWords } from "./flags.ts";
import { suggest } from "./nearest.ts";
import { standardTerminal } from "./progress.ts";

const FLAGS = {
  "data-dir": {
    type: "text",
    value: "<folder>",
    help: "the folder to look into and to download to (default: a package's, and the cache)",
  },
  help: { type: "boolean", help: "print this" },
} as const;

const USAGE = `deno task data list | fetch <name>… | check [<name>…] [flags]

  list   the data sets, and where their files are
  fetch  download what is missing of them
  check  whether their files are the published ones; without a name, of those that are here

  deno task data fetch omniglot fmnist`;

const COMMANDS = { list, fetch: fetchSets, check } as const;

if (import.meta.main) await main(command);

async function command(args: string[]): Promise<void> {
  const { words: [name, ...sets], values } = parseWords(FLAGS, args);
  if (values.help) return console.log(helpText(USAGE, FLAGS));
  if (name === undefined) throw new UserError("say what to do: list, fetch or check (see --help)");
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UserError(`unknown command "${name}"${suggest(name, Object.keys(COMMANDS))}`);
  }
  await COMMANDS[name as keyof typeof COMMANDS](sets, values["data-dir"]);
}

/** A line for each data set. */
async function list(names: string[], dataDir?: string): Promise<void> {
  if (names.length > 0) throw new UserError(`list takes no names, but was given ${names[0]}`);
  const rows = [["", "train", "valid", "test", "pixels", "files"]];
  for (const [name, { sizes, about, source }] of Object.entries(DATA_SETS)) {
    const paths = await pathsOf(source, dataDir);
    const where = paths ? dirname(paths[0]) : `missing: deno task data fetch ${name}`;
    rows.push([name, ...sizes.map((size) => size.toLocaleString("en")), about, where]);
  }
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const isNumber = (column: number) => column >= 1 && column <= 3;
  for (const row of rows) {
    const cells = row.map((cell, i) =>
      isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])
    );
    console.log(cells.join("  ").trimEnd());
  }
}

/** Downloads what is missing of some data sets, and checks all of them. */
async function fetchSets(names: string[], dataDir?: string): Promise<void> {
  if (names.length === 0) {
    throw new UserError(`say which data sets to fetch: ${Object.keys(DATA_SETS).join(", ")}`);
  }
  const terminal = standardTerminal(Deno.stderr);
  await forEach(names, async (source) => {
    await fetchSource(source, { folders: foldersOf(source, dataDir), terminal });
    return await verify(source, dataDir);
  });
}

/** Reads the files of some data sets, and says whether they are the published ones. */
async function check(names: string[], dataDir?: string): Promise<void> {
  await forEach(names.length > 0 ? names : Object.keys(DATA_SETS), async (source) => {
    if (await pathsOf(source, dataDir)) return await verify(source, dataDir);
    if (names.length === 0) return "missing";
    throw new UserError(`missing in ${foldersOf(source, dataDir).join(" and ")}`);
  });
}

/** Reads the files of a source, and says where they are. */
async function verify(source: Source, dataDir?: string): Promise<string> {
  const paths = await pathsOf(source, dataDir) ?? [];
  for (const [i, path] of paths.entries()) await readDataFile(source.files[i], path);
  return `right, in ${dirname(paths[0])}`;
}

/**
 * Does something for the source of each data set, once for those that share it, and says for which what came of it.
 *
 * @throws {UserError} in the end, if it threw one for any of them
 */
async function forEach(
  names: string[],
  act: (source: Source) => Promise<string>,
): Promise<void> {
  let mistakes = 0;
  for (const source of new Set(names.map((name) => namedSet(name).source))) {
    const sets = Object.keys(DATA_SETS).filter((name) => DATA_SETS[name].source === source);
    try {
      console.log(`${sets.join(", ")}: ${await act(source)}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      console.error(`${sets.join(", ")}: ${error.message}`);
      mistakes++;
    }
  }
  if (mistakes > 0) throw new UserError(`${mistakes} of these cannot be used`);
}

/** The paths of the files of a source, if all of them are here. */
async function pathsOf(source: Source, dataDir?: string): Promise<string[] | undefined> {
  const folders = foldersOf(source, dataDir);
  const paths = [];
  for (const file of source.files) paths.push(await findFile(file, folders));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}
