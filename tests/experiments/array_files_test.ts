import { assertEquals } from "@std/assert";
import fc from "../property.ts";
import { type NumberArray, toRowMajor } from "../../experiments/data/arrays.ts";
import { UserError } from "../../experiments/errors.ts";
import { readMat } from "../../experiments/data/mat.ts";
import { readNpy, readNpz } from "../../experiments/data/npy.ts";
import { readZip } from "../../experiments/data/zip.ts";
import { assertRefused, assertSentence } from "./helpers.ts";
import { CLASSES, type MatStyle, TYPES, writeMat } from "./writers.ts";

/** A file that NumPy or SciPy wrote (tests/golden/files.py). */
function golden(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`../golden/files/${name}`, import.meta.url));
}

const SHAPE = [6, 2, 3];
const COUNTING = Array.from({ length: 36 }, (_, i) => i);
const UNIT = Float32Array.from(COUNTING, (i) => i / 64);

Deno.test("npz: arrays are read, stored or deflated", async () => {
  const grey = Uint8Array.from(COUNTING);
  assertEquals(
    readNpz(await golden("stored.npz"), "x"),
    new Map([["train", { shape: SHAPE, data: grey }], ["test", {
      shape: [2, 2, 3],
      data: grey.subarray(0, 12),
    }]]),
  );
  const arrays = readNpz(await golden("deflated.npz"), "x");
  assertEquals([...arrays.keys()], ["train", "valid", "test"]);
  assertEquals(arrays.get("train"), { shape: SHAPE, data: UNIT });
  assertEquals(arrays.get("test"), { shape: [3, 2, 3], data: UNIT.slice(18) });
});

Deno.test("npy: every order of axes and bytes means the same array", async () => {
  const read = async (name: string) => readNpy(await golden(name), name);
  assertEquals(await read("fortran.npy"), { shape: SHAPE, data: UNIT });
  assertEquals(await read("big_endian.npy"), { shape: SHAPE, data: Float32Array.from(COUNTING) });
  const even = Uint8Array.from(COUNTING, (i) => 1 - i % 2);
  assertEquals(await read("bool.npy"), { shape: SHAPE, data: even });
});

Deno.test("npy: what is no array of numbers is refused", async () => {
  const [complex, bool] = [await golden("complex.npy"), await golden("bool.npy")];
  assertRefused(() => readNpy(complex, "x.npy"), "x.npy", "array of numbers", "<c16");
  assertRefused(() => readNpy(bool.subarray(0, -1), "x.npy"), "35 bytes", "[6,2,3]", "36");
  assertRefused(() => readNpy(bool.subarray(0, 100), "x.npy"), "cut short within its header");
  assertRefused(() => readNpy(bool.subarray(0, 9), "x.npy"), "cut short within its header");
  assertRefused(() => readNpy(bool.subarray(1), "x.npy"), "not an .npy file");
});

Deno.test("column-major values are those of the reversed shape, transposed", () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(shapes, (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const sorted = toRowMajor(Float32Array.from({ length: size }, (_, i) => i), shape);
    for (let i = 0; i < size; i++) {
      // The place of row-major element i among the column-major ones, from its index along each axis.
      let [rest, stride, place] = [i, size, 0];
      let inner = 1;
      for (const length of shape) {
        stride /= length;
        place += Math.floor(rest / stride) * inner;
        rest %= stride;
        inner *= length;
      }
      assertEquals(sorted[i], place);
    }
  }));
});

Deno.test("zip: a byte changed anywhere changes no value unnoticed", async () => {
  for (const name of ["stored.npz", "deflated.npz"]) {
    const whole = await golden(name);
    const contents = [...readZip(whole, name).values()].map(String);
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x55;
      const found = valuesOrRefused(() => readZip(changed, name));
      // A name may become another one, and the contents' order or number may change; no value may.
      for (const content of found ?? []) assertEquals(contents.includes(content), true);
    }
  }
});

/** The contents of an archive as texts; undefined if it is refused. */
function valuesOrRefused(read: () => Map<string, Uint8Array>): string[] | undefined {
  try {
    return [...read().values()].map(String);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

Deno.test("zip: a file cut short anywhere is refused", async () => {
  const whole = await golden("deflated.npz");
  for (let end = 0; end < whole.length; end++) {
    assertRefused(() => readZip(whole.subarray(0, end), "x.npz"), "x.npz is damaged");
  }
  assertRefused(() => readZip(new TextEncoder().encode("<html>"), "x.npz"), "its end is missing");
});

const COLUMNS: NumberArray = {
  shape: [4, 5],
  data: Float32Array.from({ length: 20 }, (_, i) => i / 32),
};

Deno.test("mat: SciPy's arrays are read, zipped or not, and texts left out", async () => {
  for (const name of ["plain.mat", "zipped.mat"]) {
    const arrays = readMat(await golden(name), name);
    assertEquals([...arrays.keys()], ["data", "testdata", "target"]);
    const { shape, data } = arrays.get("data")!;
    assertEquals({ shape, data }, COLUMNS);
    assertEquals(arrays.get("testdata")!.data, COLUMNS.data.slice(0, 12));
    const identity = Uint8Array.from({ length: 25 }, (_, i) => Number(i % 6 === 0));
    assertEquals(arrays.get("target")!.data, identity);
  }
});

/** An array x of any class, and how it is written. */
const matFile = fc.record({
  values: fc.array(fc.nat(100), { minLength: 1, maxLength: 9 }),
  style: fc.record({
    type: fc.constantFrom(...TYPES),
    arrayClass: fc.constantFrom(...CLASSES),
    little: fc.boolean(),
    zip: fc.boolean(),
  }),
});

/** A file with one array, a column whose name is x. */
const column = (values: number[], style: MatStyle) =>
  writeMat({ x: { shape: [values.length, 1], values } }, style);

Deno.test("mat: every class, in every type and order of bytes, is read", () => {
  fc.assert(fc.property(matFile, ({ values, style }) => {
    const array = readMat(column(values, style), "x.mat").get("x")!;
    assertEquals([array.shape, [...array.data]], [[values.length, 1], values]);
  }));
});

Deno.test("mat: a file cut short anywhere is refused, but for the end of an element", () => {
  fc.assert(fc.property(matFile, fc.nat(), ({ values, style }, cut) => {
    const whole = column(values, style);
    const short = whole.subarray(0, cut % (whole.length - 8));
    if (short.length === 128) assertEquals(readMat(short, "x.mat").size, 0);
    else assertRefused(() => readMat(short, "x.mat"), "x.mat");
  }));
});

Deno.test("mat: a byte changed anywhere is refused in a sentence, or read as something", () => {
  fc.assert(
    fc.property(matFile, fc.nat(), fc.nat(255), ({ values, style }, at, byte) => {
      const changed = column(values, style);
      changed[at % changed.length] = byte;
      try {
        readMat(changed, "x.mat");
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        assertSentence(error.message, ["x.mat"]);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("mat: other kinds of files are refused", () => {
  const start = (text: string) => new TextEncoder().encode(text.padEnd(126) + "IM");
  assertRefused(() => readMat(start("MATLAB 7.3 MAT-file"), "x.mat"), "HDF5", "-v7");
  assertRefused(() => readMat(start("<html>"), "x.mat"), "not a MATLAB file");
  assertRefused(() => readMat(new Uint8Array(0), "x.mat"), "not a MATLAB file");
  const style: MatStyle = { type: TYPES[0], arrayClass: 6, little: true, zip: false };
  const unknown = column([1, 2, 3, 4, 5], { ...style, type: [99, 1, TYPES[0][2]] });
  assertRefused(() => readMat(unknown, "x.mat"), "x.mat is damaged", "unknown type 99");
  const cells = column([1, 2], { ...style, arrayClass: 1 });
  assertEquals(readMat(cells, "x.mat").size, 0);
});
