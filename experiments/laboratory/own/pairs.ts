/**
 * Samples of the user: pairs (x, z) from npy, npz and CSV files.
 *
 * @module
 */
import type { Points } from "../../../lib/information/mod.ts";
import type { NumberArray } from "../../formats/arrays.ts";
import { type CsvTable, readCsv } from "../../formats/csv_reader.ts";
import { isNpy, readNpyDoubles, readNpzDoubles } from "../../formats/npy.ts";
import { readUnzipped } from "../../formats/unpack.ts";
import { isZip } from "../../formats/zip_entries.ts";
import { userPath } from "../../shell/command_line.ts";
import { quoted, UserError } from "../../shell/errors.ts";
import { exists } from "../../shell/files.ts";
import { suggest } from "../../shell/nearest.ts";

/** Where x and z are. */
export interface PairsSource {
  /** The file of both. Without it, x and z are files. */
  readonly data?: string;
  /** Names of columns or arrays, separated by commas, or a file. */
  readonly x: string;
  readonly z: string;
}

/** n joint draws, one a row. */
export interface Pairs {
  readonly x: Points;
  readonly z: Points;
  readonly n: number;
}

/** The fewest pairs that are worth an estimate. */
const LEAST = 10;

/** The content of a file. */
interface Content {
  readonly kind: "arrays" | "columns";
  /** The rows of each array or column by its name. */
  readonly parts: ReadonlyMap<string, Points>;
}

/**
 * Reads pairs. A file is npy; npz, whose arrays have the pairs as their first axis; or CSV. The
 * first line of a CSV file names the columns; if it has numbers only, they are called 1, 2, and so
 * on.
 *
 * @throws {UserError} if a file cannot be read, a name is unknown, a value is no finite number, or
 *   x and z differ in rows
 */
export async function readPairs({ data, x: ofX, z: ofZ }: PairsSource): Promise<Pairs> {
  let x: Points, z: Points;
  if (data === undefined) {
    [x, z] = [await readWhole(ofX, "--x"), await readWhole(ofZ, "--z")];
  } else {
    const content = await readContent(data);
    [x, z] = [chosen(content, ofX, "--x", data), chosen(content, ofZ, "--z", data)];
  }
  const [n, others] = [x, z].map(({ values, dimensions }) => values.length / dimensions);
  if (n !== others) {
    throw new UserError(`--x has ${n} rows, but --z has ${others}: they must come in pairs`);
  }
  if (n < LEAST) throw new UserError(`there are ${n} pairs, but at least ${LEAST} are needed`);
  return { x, z, n };
}

/** All numbers of a file: its only array, or all its columns. */
async function readWhole(path: string, flag: string): Promise<Points> {
  if (!await exists(userPath(path))) {
    throw new UserError(
      `${flag} is ${path}, but there is no such file; columns and arrays need --data, the file of both`,
    );
  }
  const { kind, parts } = await readContent(path);
  if (kind === "columns" || parts.size === 1) return joined([...parts.values()], path);
  const names = [...parts.keys()].map(quoted).join(", ");
  throw new UserError(`${path} has the arrays ${names}: choose two by --data, --x and --z`);
}

async function readContent(source: string): Promise<Content> {
  const bytes = await readUnzipped(userPath(source), { source });
  if (isNpy(bytes)) {
    const only = pointsOf(readNpyDoubles(bytes, source), source);
    return { kind: "arrays", parts: new Map([["", only]]) };
  }
  if (!isZip(bytes)) {
    return { kind: "columns", parts: columnsOf(readCsv(textOf(bytes, source), source), source) };
  }
  const { arrays } = readNpzDoubles(bytes, source);
  const parts = [...arrays].filter(([, { shape }]) => shape.length > 0).map((
    [name, array],
  ) => [name, pointsOf(array, `${source}, ${quoted(name)}`)] as const);
  if (parts.length === 0) throw new UserError(`${source} has no arrays of numbers`);
  return { kind: "arrays", parts: new Map(parts) };
}

function textOf(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new UserError(`${source} is not an npy, npz or CSV file`, { cause: error });
  }
}

/** An array whose first axis counts the pairs; its other axes become one. */
function pointsOf({ shape, data }: NumberArray<Float64Array>, source: string): Points {
  const [n = 0] = shape;
  if (data.length === 0) {
    throw new UserError(`${source} has the shape [${shape}], but the first axis counts pairs`);
  }
  const dimensions = data.length / n;
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return { values: data, dimensions };
  const row = Math.floor(wrong / dimensions);
  throw new UserError(`${source} has ${data[wrong]} in row ${row} (counted from 0)`);
}

function columnsOf({ names, rows }: CsvTable, source: string): Map<string, Points> {
  const isHead = names.some((name) => !isNumber(name));
  const lines = isHead ? rows : [{ number: 1, fields: names }, ...rows];
  if (lines.length === 0) throw new UserError(`${source} has names of columns, but no numbers`);
  return new Map(names.map((name, k) => {
    const called = isHead ? name : String(k + 1);
    const numbers = () =>
      Float64Array.from(lines, ({ number, fields }) => {
        if (isNumber(fields[k])) return Number(fields[k]);
        throw new UserError(
          `${source}, line ${number}, column ${called} has ${
            quoted(fields[k])
          }, which is no finite number`,
        );
      });
    // Only columns that are chosen must have numbers.
    let values: Float64Array | undefined;
    return [called, {
      get values() {
        return values ??= numbers();
      },
      dimensions: 1,
    }];
  }));
}

const isNumber = (text: string): boolean => text.trim() !== "" && Number.isFinite(Number(text));

/** The parts that a list names, side by side. A name that ends with * stands for all that begin so. */
function chosen({ parts }: Content, list: string, flag: string, source: string): Points {
  const all = [...parts.keys()];
  const names = list.split(",").map((name) => name.trim()).flatMap((name) => {
    if (parts.has(name)) return [name];
    const begin = name.endsWith("*") ? name.slice(0, -1) : undefined;
    const found = all.filter((other) => begin !== undefined && other.startsWith(begin));
    if (found.length > 0) return found;
    throw new UserError(`${source} has no ${quoted(name)} for ${flag}${suggest(name, all)}`);
  });
  return joined([...new Set(names)].map((name) => parts.get(name)!), source);
}

/** Rows made of the rows of all parts. */
function joined(parts: readonly Points[], source: string): Points {
  if (parts.length === 1) return parts[0];
  const dimensions = parts.reduce((sum, part) => sum + part.dimensions, 0);
  const n = parts[0].values.length / parts[0].dimensions;
  const values = new Float64Array(n * dimensions);
  let first = 0;
  for (const { values: own, dimensions: width } of parts) {
    if (own.length !== n * width) {
      throw new UserError(
        `${source} has ${n} and ${own.length / width} rows in arrays that are taken together`,
      );
    }
    for (let i = 0; i < n; i++) {
      values.set(own.subarray(i * width, (i + 1) * width), i * dimensions + first);
    }
    first += width;
  }
  return { values, dimensions };
}
