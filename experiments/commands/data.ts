/**
 * `deno task data`: lists the data sets, downloads them and checks their files.
 *
 * @module
 */

import { dirname } from "node:path";
import { type Output, standardOutput } from "../shell/output.ts";
import { aligned } from "../shell/table.ts";
import { DATA_SETS, namedSet } from "../data/datasets.ts";
import { fetchSource, findFile, foldersOf, readDataFile, type Source } from "../data/source.ts";
import { UserError } from "../shell/errors.ts";
import { helpText, parseWords } from "../shell/flags.ts";
import { suggest } from "../shell/nearest.ts";
import { main, print, tell } from "../shell/program.ts";
import { standardTerminal } from "../shell/terminal.ts";

const FLAGS = {
  "data-dir": {
    type: "path",
    value: "<folder>",
    help: "the folder to search and to download to (default: installed packages and the cache)",
  },
  json: {
    type: "boolean",
    help: "print JSON objects: one for each data set, or for each group that shares its files",
  },
  help: { type: "boolean", help: "print this help" },
} as const;

const USAGE = `deno task data list | fetch <name>… | check [<name>…] [flags]

List, download and check the data sets.

  list   show the data sets and the folders of their files
  fetch  download the missing files
  check  compare the checksums of the files with the published ones (default: all files found)

  deno task data fetch omniglot fmnist`;

const COMMANDS = { list, fetch: fetchSets, check } as const;

if (import.meta.main) await main(command);

/** Lists, downloads or checks data sets. */
export async function command(args: string[]): Promise<void> {
  const { words: [name, ...sets], values } = parseWords(FLAGS, args);
  if (values.help) return print(helpText(USAGE, FLAGS));
  if (name === undefined) {
    throw new UserError("no command is given: list, fetch or check (see --help)");
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UserError(`unknown command "${name}"${suggest(name, Object.keys(COMMANDS))}`);
  }
  const place = { dataDir: values["data-dir"], output: standardOutput(values.json) };
  await COMMANDS[name as keyof typeof COMMANDS](sets, place);
}

/** The folder to search, and the output for the results. */
interface Place {
  dataDir?: string;
  output: Output;
}

/** A line for each data set. */
async function list(names: string[], { dataDir, output }: Place): Promise<void> {
  if (names.length > 0) throw new UserError(`list takes no names, but got ${names[0]}`);
  const found = Object.entries(DATA_SETS).map(async ([name, { sizes, about, source }]) => {
    const paths = await pathsOf(source, dataDir);
    const [train, validation, test] = sizes;
    const folder = paths && (paths.length > 0 ? dirname(paths[0]) : "made here, needs no files");
    return { name, train, validation, test, about, folder };
  });
  const sets = await Promise.all(found);
  const rows = sets.map(({ name, train, validation, test, about, folder }) => [
    name,
    ...[train, validation, test].map((size) => size.toLocaleString("en")),
    about,
    folder ?? `missing: deno task data fetch ${name}`,
  ]);
  const titles = ["", "train", "valid", "test", "pixels", "files"];
  const isText = (column: number) => column < 1 || column > 3;
  const [head, ...lines] = aligned([titles, ...rows], isText)
    .map((cells) => cells.join("  ").trimEnd());
  output.say(head);
  sets.forEach((set, i) => output.record(set, lines[i]));
}

/** Downloads the missing files of some data sets, and checks all their files. */
async function fetchSets(names: string[], { dataDir, output }: Place): Promise<void> {
  if (names.length === 0) {
    throw new UserError(
      `no data set is given to fetch; choose from: ${Object.keys(DATA_SETS).join(", ")}`,
    );
  }
  const terminal = standardTerminal(Deno.stderr);
  await forEach(names, output, async (source) => {
    await fetchSource(source, { folders: foldersOf(source, dataDir), terminal });
    return await verify(source, dataDir);
  });
}

/** Compares the files of some data sets with the published checksums. */
async function check(names: string[], { dataDir, output }: Place): Promise<void> {
  await forEach(names.length > 0 ? names : Object.keys(DATA_SETS), output, async (source) => {
    if (await pathsOf(source, dataDir)) return await verify(source, dataDir);
    if (names.length === 0) return "missing";
    throw new UserError(`missing in ${foldersOf(source, dataDir).join(" and ")}`);
  });
}

/** Compares the files of a source with their checksums, and returns a line about them. */
async function verify(source: Source, dataDir?: string): Promise<string> {
  const paths = await pathsOf(source, dataDir) ?? [];
  if (paths.length === 0) return "made here, needs no files";
  for (const [i, path] of paths.entries()) await readDataFile(source.files[i], path);
  return `intact, in ${dirname(paths[0])}`;
}

/**
 * Acts on the source of each data set, once where several share it, and prints the result of each.
 *
 * @throws {UserError} after all sources, if acting on one of them threw a UserError
 */
async function forEach(
  names: string[],
  output: Output,
  act: (source: Source) => Promise<string>,
): Promise<void> {
  let mistakes = 0;
  for (const source of new Set(names.map((name) => namedSet(name).source))) {
    const sets = Object.keys(DATA_SETS).filter((name) => DATA_SETS[name].source === source);
    try {
      const state = await act(source);
      output.record({ sets, state }, `${sets.join(", ")}: ${state}`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell(`${sets.join(", ")}: ${error.message}`);
      mistakes++;
    }
  }
  if (mistakes > 0) throw new UserError(`${mistakes} of these data sets cannot be used`);
}

/** The paths of the files of a source, if all of them are found. */
async function pathsOf(source: Source, dataDir?: string): Promise<string[] | undefined> {
  const folders = foldersOf(source, dataDir);
  const paths = [];
  for (const file of source.files) paths.push(await findFile(file, folders));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}
