import { assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { type NumberArray, toRowMajor } from "../../../experiments/formats/arrays.ts";
import { UserError } from "../../../experiments/shell/errors.ts";
import { readMat } from "../../../experiments/formats/mat.ts";
import { readNpy, readNpz } from "../../../experiments/formats/npy.ts";
import { readZip } from "../../../experiments/formats/zip.ts";
import { assertRefused, assertSentence } from "../../fixtures/helpers.ts";
import { CLASSES, type MatStyle, npyOf, rawZip, TYPES, writeMat } from "../../fixtures/writers.ts";

/** A file that NumPy or SciPy wrote (tests/golden/files.py). */
function golden(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`../../golden/files/${name}`, import.meta.url));
}

const SHAPE = [6, 2, 3];
const COUNTING = Array.from({ length: 36 }, (_, i) => i);
const UNIT = Float32Array.from(COUNTING, (i) => i / 64);

Deno.test("npz: arrays are read, stored or deflated", async () => {
  const grey = Uint8Array.from(COUNTING);
  assertEquals(
    readNpz(await golden("stored.npz"), "x").arrays,
    new Map([["train", { shape: SHAPE, data: grey }], ["test", {
      shape: [2, 2, 3],
      data: grey.subarray(0, 12),
    }]]),
  );
  const { arrays } = readNpz(await golden("deflated.npz"), "x");
  assertEquals([...arrays.keys()], ["train", "valid", "test"]);
  assertEquals(arrays.get("train"), { shape: SHAPE, data: UNIT });
  assertEquals(arrays.get("test"), { shape: [3, 2, 3], data: UNIT.slice(18) });
});

Deno.test("npy: an array is read in any order of axes and bytes", async () => {
  const read = async (name: string) => readNpy(await golden(name), name);
  assertEquals(await read("fortran.npy"), { shape: SHAPE, data: UNIT });
  assertEquals(await read("big_endian.npy"), { shape: SHAPE, data: Float32Array.from(COUNTING) });
  const even = Uint8Array.from(COUNTING, (i) => 1 - i % 2);
  assertEquals(await read("bool.npy"), { shape: SHAPE, data: even });
});

Deno.test("npy: a file without an array of real numbers is refused", async () => {
  const [complex, bool] = [await golden("complex.npy"), await golden("bool.npy")];
  assertRefused(() => readNpy(complex, "x.npy"), "x.npy", "array of real numbers", "<c16");
  assertRefused(() => readNpy(bool.subarray(0, -1), "x.npy"), "35 bytes", "[6,2,3]", "36");
  assertRefused(() => readNpy(bool.subarray(0, 100), "x.npy"), "cut short within its header");
  assertRefused(() => readNpy(bool.subarray(0, 9), "x.npy"), "cut short within its header");
  assertRefused(() => readNpy(bool.subarray(1), "x.npy"), "not an .npy file");
});

Deno.test("npy: headers are read as NumPy reads them", () => {
  const grey = Uint8Array.of(3, 1, 4, 1, 5, 9);
  const half = Uint8Array.from([
    0x00,
    0x3c,
    0x00,
    0x38,
    0x01,
    0x00,
    0x00,
    0x7c,
    0x00,
    0xc0,
    0x66,
    0x2e,
  ]);
  const halves = Float32Array.of(1, 0.5, 2 ** -24, Infinity, -2, 0.0999755859375);
  const swapped = Uint8Array.from(half, (_, i) => half[i ^ 1]);
  const rest = "'fortran_order': False, 'shape': (6,), }";
  const cases: [
    text: string,
    content: Uint8Array,
    shape: number[],
    values: ArrayLike<number>,
    version?: number[],
  ][] = [
    [`{'descr': '|u1', ${rest}`, grey, [6], grey],
    [`{'descr': 'u1', ${rest}\n`, grey, [6], grey],
    [`{"descr": "|u1", "fortran_order": False, "shape": (2, 3)}`, grey, [2, 3], grey],
    [`{'shape' : (2L, 3L,), 'descr'  :'|u1','fortran_order' : False}`, grey, [2, 3], grey],
    [
      `{\n  'descr': '|u1',\n  'fortran_order':\n False,\n 'shape': (\n3, 2)\n}\n`,
      grey,
      [3, 2],
      grey,
    ],
    [`{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }`, grey, [2, 3], [
      3,
      4,
      5,
      1,
      1,
      9,
    ]],
    [`{'descr': '<f2', ${rest}`, half, [6], halves],
    [`{'descr': '>f2', ${rest}`, swapped, [6], halves],
    [`{'descr': '|u1', ${rest}`, grey, [6], grey, [2, 0]],
    [`{'descr': '|u1', ${rest}`, grey, [6], grey, [3, 0]],
    [`{'descr': '|u1', 'fortran_order': False, 'shape': (), }`, grey.subarray(0, 1), [], [3]],
    [
      `{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4), }`,
      grey.subarray(0, 0),
      [0, 4],
      [],
    ],
  ];
  for (const [text, content, shape, values, version] of cases) {
    const array = readNpy(npyOf(text, content, version), "x.npy");
    assertEquals([array.shape, [...array.data]], [shape, Array.from(values)], text);
  }
});

Deno.test("npy: damaged headers and future versions are refused", () => {
  const whole = "{'descr': '|u1', 'fortran_order': False, 'shape': (6,), }";
  const cases: [text: string, version: number[], ...says: string[]][] = [
    [whole, [9, 0], "version 9.0", "1.0 to 3.0"],
    [whole, [0, 0], "version 0.0"],
    [whole, [1, 1], "version 1.1"],
    [whole.slice(0, -1), [1, 0], "damaged header", "'shape': (6,),"],
    [whole.replace("False", "Maybe"), [1, 0], "damaged"],
    [whole.replace("(6,)", "(-6,)"), [1, 0], "damaged"],
    [whole.replace("(6,)", "[6]"), [1, 0], "damaged"],
    [whole.replace("(6,)", "(6,,)"), [1, 0], "damaged"],
    [whole.replace(", }", ", 'shape': (3,), }"), [1, 0], "damaged"],
    [whole.replace(", }", ", 'more': 1, }"), [1, 0], "damaged"],
    [whole.replace("(6,)", "(5,)"), [1, 0], "6 bytes", "[5]", "5"],
    [whole.replace("(6,)", `(${"9".repeat(300)}, 2)`), [1, 0], "6 bytes"],
    [whole.replace("|u1", "|O"), [1, 0], "not an array of real numbers", "|O"],
    [
      whole.replace("|u1", "\x1b[31m"),
      [1, 0],
      "not an array of real numbers",
      String.raw`\u001b[31m`,
    ],
    [whole + " ".repeat(20_000), [1, 0], "a header of 20067 bytes", "10000"],
  ];
  for (const [text, version, ...says] of cases) {
    const file = npyOf(text, new Uint8Array(6), version);
    assertRefused(() => readNpy(file, "x.npy"), "x.npy", ...says);
  }
});

Deno.test("column-major values are the transpose of the reversed shape", () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(shapes, (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const sorted = toRowMajor(Float32Array.from({ length: size }, (_, i) => i), shape);
    for (let i = 0; i < size; i++) {
      // The place of row-major element i among the column-major ones, from its index along each
      // axis.
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

Deno.test("zip: a changed byte never changes a value unnoticed", async () => {
  for (const name of ["stored.npz", "deflated.npz"]) {
    const whole = await golden(name);
    const contents = [...readZip(whole, name).values()].map(String);
    for (let at = 0; at < whole.length; at++) {
      const changed = whole.slice();
      changed[at] ^= 0x55;
      const found = valuesOrRefused(() => readZip(changed, name));
      // Names, and the order and the number of the files, may change; no value may.
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

const [A, B] = [1, 2].map((value) => new Uint8Array(300).fill(value));
const ENTRIES = [{ name: "a", content: A }, { name: "b", content: B, deflate: true }];

Deno.test("zip: 64-bit records are read, also with an empty file", () => {
  const entries = [...ENTRIES, { name: "empty", content: new Uint8Array(0), deflate: true }];
  for (const wide of [false, true]) {
    assertEquals(
      readZip(rawZip(entries, { wide }), "x.npz"),
      new Map(entries.map(({ name, content }) => [name, content])),
    );
  }
});

Deno.test("zip: an archive that contradicts itself is refused", () => {
  const [first, second] = ENTRIES;
  const cases: [archive: Uint8Array, ...says: string[]][] = [
    [rawZip([first, { ...second, name: "a" }]), `"a" is in it twice`],
    [rawZip([first, { ...second, flags: 1 }]), `"b" is encrypted`],
    [rawZip([{ ...first, size: 299 }]), `"a" has 300 bytes, but should have 299`],
    [rawZip([{ ...second, size: 301 }]), `"b" has 300 bytes, but should have 301`],
    [rawZip([{ ...second, size: 299 }]), "unpacks to more than 299 bytes"],
    [rawZip([{ ...second, content: new Uint8Array(1e6), size: 9 }]), "more than 9 bytes"],
    [rawZip([{ ...second, size: 2 ** 32 + 1 }], { wide: true }), "more than 4294967296 bytes"],
    [rawZip(Array.from("pqr", (name) => ({ ...first, name, size: 2 ** 31 }))), `"p" has 300 bytes`],
    [
      rawZip([{ ...first, name: "\x1b[2J" }, { ...first, name: "\x1b[2J" }]),
      String.raw`"\u001b[2J"`,
    ],
    ...[false, true].flatMap((wide): [Uint8Array, string][] => [
      [
        rawZip(ENTRIES, { wide, count: 1 }),
        "counts 1 files, but its table of contents has another number",
      ],
      [rawZip(ENTRIES, { wide, count: 3 }), "table of contents is broken"],
      [rawZip(ENTRIES, { wide, shift: -1 }), "table of contents is not where its last record says"],
      [rawZip(ENTRIES, { wide, shift: 1 }), "table of contents is not where its last record says"],
    ]),
    [Uint8Array.of(...rawZip(ENTRIES), 0), "its last record is missing"],
  ];
  for (const [archive, ...says] of cases) {
    assertRefused(() => readZip(archive, "x.npz"), "x.npz", ...says);
  }
});

Deno.test("zip: a file cut short anywhere is refused", async () => {
  const whole = await golden("deflated.npz");
  for (let end = 0; end < whole.length; end++) {
    assertRefused(() => readZip(whole.subarray(0, end), "x.npz"), "x.npz is damaged");
  }
  assertRefused(
    () => readZip(new TextEncoder().encode("<html>"), "x.npz"),
    "its last record is missing",
  );
});

const COLUMNS: NumberArray = {
  shape: [4, 5],
  data: Float32Array.from({ length: 20 }, (_, i) => i / 32),
};

Deno.test("mat: SciPy's arrays are read, compressed or not, and texts are left out", async () => {
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

/** An array x of any class, and the options of its file. */
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

Deno.test("mat: every class is read, in every type and byte order", () => {
  fc.assert(fc.property(matFile, ({ values, style }) => {
    const array = readMat(column(values, style), "x.mat").get("x")!;
    assertEquals([array.shape, [...array.data]], [[values.length, 1], values]);
  }));
});

Deno.test("mat: a file cut short anywhere is refused, except at the end of an element", () => {
  fc.assert(fc.property(matFile, fc.nat(), ({ values, style }, cut) => {
    const whole = column(values, style);
    const short = whole.subarray(0, cut % (whole.length - 8));
    if (short.length === 128) assertEquals(readMat(short, "x.mat").size, 0);
    else assertRefused(() => readMat(short, "x.mat"), "x.mat");
  }));
});

Deno.test("mat: a changed byte gives an error in one sentence, or other arrays", () => {
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
  const two = Uint8Array.of(...column([1], style), ...column([2], style).subarray(128));
  assertRefused(() => readMat(two, "x.mat"), `x.mat is damaged: it has two arrays "x"`);
  const cells = column([1, 2], { ...style, arrayClass: 1 });
  assertEquals(readMat(cells, "x.mat").size, 0);
});
