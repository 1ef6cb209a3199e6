/**
 * `deno task data`: shows which data sets are here, downloads them, and checks them.
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
    help: "the folder to look into and to download to (default: a package's, and the cache)",
  },
  json: { type: "boolean", help: "print a JSON object for each data set or group of them" },
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
  if (values.help) return print(helpText(USAGE, FLAGS));
  if (name === undefined) throw new UserError("say what to do: list, fetch or check (see --help)");
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UserError(`unknown command "${name}"${suggest(name, Object.keys(COMMANDS))}`);
  }
  const place = { dataDir: values["data-dir"], output: standardOutput(values.json) };
  await COMMANDS[name as keyof typeof COMMANDS](sets, place);
}

/** Where to look, and where to say what is found. */
interface Place {
  dataDir?: string;
  output: Output;
}

/** A line for each data set. */
async function list(names: string[], { dataDir, output }: Place): Promise<void> {
  if (names.length > 0) throw new UserError(`list takes no names, but was given ${names[0]}`);
  const found = Object.entries(DATA_SETS).map(async ([name, { sizes, about, source }]) => {
    const paths = await pathsOf(source, dataDir);
    const [train, validation, test] = sizes;
    return { name, train, validation, test, about, folder: paths && dirname(paths[0]) };
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

/** Downloads what is missing of some data sets, and checks all of them. */
async function fetchSets(names: string[], { dataDir, output }: Place): Promise<void> {
  if (names.length === 0) {
    throw new UserError(`say which data sets to fetch: ${Object.keys(DATA_SETS).join(", ")}`);
  }
  const terminal = standardTerminal(Deno.stderr);
  await forEach(names, output, async (source) => {
    await fetchSource(source, { folders: foldersOf(source, dataDir), terminal });
    return await verify(source, dataDir);
  });
}

/** Reads the files of some data sets, and says whether they are the published ones. */
async function check(names: string[], { dataDir, output }: Place): Promise<void> {
  await forEach(names.length > 0 ? names : Object.keys(DATA_SETS), output, async (source) => {
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
  if (mistakes > 0) throw new UserError(`${mistakes} of these cannot be used`);
}

/** The paths of the files of a source, if all of them are here. */
async function pathsOf(source: Source, dataDir?: string): Promise<string[] | undefined> {
  const folders = foldersOf(source, dataDir);
  const paths = [];
  for (const file of source.files) paths.push(await findFile(file, folders));
  return paths.every((path) => path !== undefined) ? paths : undefined;
}
