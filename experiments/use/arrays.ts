/**
 * Files of arrays by name: npz, safetensors and csv for codes, and reading them back.
 *
 * @module
 */

import { readTree, type Tensor } from "../../mod.ts";
import { csvText } from "../formats/csv.ts";
import type { NamedArray } from "../formats/safetensors.ts";
import { decodeTensors, encodeTensors } from "../formats/safetensors.ts";
import { isNpy, readNpy, readNpz } from "../formats/npy.ts";
import { writeNpy, writeNpz } from "../formats/npy_writer.ts";
import { isZip } from "../formats/zip_entries.ts";
import { UserError } from "../shell/errors.ts";
import { readFile, writeFile } from "../shell/files.ts";

/** An array of real or whole numbers, row-major. */
export interface NumberRows extends NamedArray {
  readonly data: Float32Array | Int32Array;
}

/** Arrays by name; all have equally many rows. */
export type NamedRows = Readonly<Record<string, NumberRows>>;

/** The endings of files of arrays. */
export type ArrayEnding = ".npz" | ".safetensors" | ".npy" | ".csv";

/** How arrays are written by the ending of the file. */
const WRITERS: Record<ArrayEnding, (arrays: NamedRows) => string | Uint8Array> = {
  ".npz": writeNpz,
  ".safetensors": (arrays) =>
    encodeTensors({ tensors: new Map(Object.entries(arrays)), metadata: {} }),
  ".npy": (arrays) => writeNpy(Object.values(arrays)[0]),
  ".csv": tableOf,
};

/** Writes arrays; an npy file gets the first one. */
export const writeArrays = (
  path: string,
  ending: ArrayEnding,
  arrays: NamedRows,
): Promise<void> => writeFile(path, WRITERS[ending](arrays));

/** Labels as an array; none if there are none. */
export const labelsOf = (labels?: Uint8Array): NamedRows =>
  labels === undefined ? {} : { labels: { shape: [labels.length], data: Int32Array.from(labels) } };

/** Arrays that come in parts, one below the other. */
export class Stack {
  readonly #parts = new Map<string, { shape: readonly number[]; data: Float32Array }[]>();

  /** Reads tensors, and puts them below those of the same names. */
  async add(tensors: Readonly<Record<string, Tensor>>): Promise<void> {
    const contents = await readTree(tensors);
    for (const [name, { shape }] of Object.entries(tensors)) {
      const parts = this.#parts.get(name) ?? [];
      this.#parts.set(name, [...parts, { shape, data: contents[name] as Float32Array }]);
    }
  }

  /** The whole arrays; a row has the given shape, or that of the tensors. */
  arrays(row?: readonly number[]): NamedRows {
    return Object.fromEntries([...this.#parts].map(([name, parts]) => {
      const count = parts.reduce((sum, { shape }) => sum + shape[0], 0);
      const shape = [count, ...row ?? parts[0].shape.slice(1)];
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
      let at = 0;
      for (const part of parts) {
        data.set(part.data, at);
        at += part.data.length;
      }
      return [name, { shape, data }];
    }));
  }
}

/** A line for each row: the columns of `z` are z_0, z_1, …; an array of one axis has one column. */
function tableOf(arrays: NamedRows): string {
  const all = Object.entries(arrays).map(([name, { shape: [count, width], data }]) => ({
    names: width === undefined ? [name] : Array.from({ length: width }, (_, j) => `${name}_${j}`),
    count,
    data,
  }));
  return csvText(
    Array.from({ length: all[0].count }, (_, i) =>
      Object.fromEntries(
        all.flatMap(({ names, data }) =>
          names.map((name, j) => [name, data[i * names.length + j]])
        ),
      )),
  );
}

/** Codes from a file, and their labels if it has them. */
export interface StoredCodes {
  readonly z: NumberRows;
  readonly labels?: NumberRows;
}

/**
 * Reads codes: the array `z` of an npz or safetensors file, or its only array; an npy file; or the
 * columns z_0, z_1, … of a csv file.
 *
 * @param limit take the first codes only
 * @throws {UserError} if there are none
 */
export async function readCodes(path: string, limit: number = Infinity): Promise<StoredCodes> {
  const arrays = arraysOf(await readFile(path), path);
  const [[name], ...others] = arrays.size > 0 ? [...arrays] : [["z"]];
  const z = arrays.get("z") ?? (others.length === 0 ? arrays.get(name) : undefined);
  if (z === undefined) {
    const found = arrays.size > 0 ? [...arrays.keys()].join(", ") : "none";
    throw new UserError(`${path} has no array z of codes, but ${found}`);
  }
  if (z.shape.length !== 2 || z.data.length === 0) {
    throw new UserError(
      `${path} has codes of shape [${z.shape.join(", ")}], but they are [n, latent]`,
    );
  }
  const { shape, data } = z;
  const odd = data.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0) {
    throw new UserError(`${path}: row ${Math.floor(odd / shape[1])} of the codes has ${data[odd]}`);
  }
  const labels = arrays.get("labels");
  const [rows, width] = shape, count = Math.min(limit, rows);
  return {
    z: { shape: [count, width], data: Float32Array.from(data.subarray(0, count * width)) },
    labels: labels?.shape.join() === `${rows}`
      ? { shape: [count], data: Int32Array.from(labels.data.subarray(0, count)) }
      : undefined,
  };
}

function arraysOf(bytes: Uint8Array, path: string): Map<string, NamedArray> {
  if (isZip(bytes)) return readNpz(bytes, path).arrays;
  if (isNpy(bytes)) return new Map([["z", readNpy(bytes, path)]]);
  if (path.endsWith(".csv")) return columnsOf(new TextDecoder().decode(bytes), path);
  return new Map(decodeTensors(bytes, path).tensors);
}

/** The arrays of a csv file, as {@linkcode tableOf} writes them. */
function columnsOf(text: string, path: string): Map<string, NamedArray> {
  const [head, ...rows] = text.trim().split(/\r?\n/).map((line) => line.split(","));
  const values = rows.map((row, i) => {
    const numbers = row.map((field) => field.trim() === "" ? NaN : Number(field));
    const odd = numbers.findIndex(Number.isNaN);
    if (odd < 0 && row.length === head.length) return numbers;
    throw new UserError(
      row.length === head.length
        ? `${path}, line ${i + 2}: "${row[odd]}" is not a number`
        : `${path}, line ${i + 2} has ${row.length} fields, but the first line ${head.length}`,
    );
  });
  const arrays = new Map<string, NamedArray>();
  for (const [name, columns] of Map.groupBy(head.keys(), (j) => head[j].replace(/_\d+$/, ""))) {
    const isTable = /_\d+$/.test(head[columns[0]]);
    arrays.set(name, {
      shape: isTable ? [rows.length, columns.length] : [rows.length],
      data: Float32Array.from(values.flatMap((row) => columns.map((j) => row[j]))),
    });
  }
  return arrays;
}
