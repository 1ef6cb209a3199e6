import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { readAmat } from "../../../experiments/formats/amat.ts";
import { readIdx, readIdxBytes } from "../../../experiments/formats/idx.ts";
import {
  gatherImages,
  joinImages,
  makeImages,
  shuffleImages,
  sliceImages,
  whiteOf,
} from "../../../experiments/data/images.ts";
import { key } from "../../../mod.ts";
import { assertRefused } from "../../fixtures/helpers.ts";
import { idx } from "../../fixtures/writers.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Binary images: rows of the same length. */
const binaryImages = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 })).chain(
  ([rows, columns]) =>
    fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
);

Deno.test("amat: written images are read back, with all kinds of line ends", () => {
  const ending = fc.constantFrom("\n", " \n", "\r\n");
  fc.assert(fc.property(binaryImages, ending, fc.boolean(), (images, end, last) => {
    const text = images.map((row) => row.join(" ")).join(end) + (last ? end : "");
    const read = readAmat(bytesOf(text), images.length, images[0].length, "x.amat");
    assertEquals(read, Uint8Array.from(images.flat()));
  }));
});

Deno.test("amat: a file cut short anywhere is refused", () => {
  fc.assert(fc.property(binaryImages, fc.nat(), (images, cut) => {
    const whole = images.map((row) => row.join(" ")).join("\n");
    const bytes = bytesOf(whole).subarray(0, cut % whole.length);
    assertRefused(() => readAmat(bytes, images.length, images[0].length, "x.amat"), "x.amat");
  }));
});

Deno.test("amat: every kind of damage is named with its line", () => {
  const refused = (text: string, ...says: string[]) =>
    assertRefused(() => readAmat(bytesOf(text), 2, 3, "x.amat"), ...says);
  refused("0 1 0\n0 1", "x.amat, line 2", "2 values", "3");
  refused("0 1 0\n", "x.amat, line 2", "2 lines");
  refused("0 1 0 1\n0 1 0\n", "line 1", "more than 3 values");
  refused("0 1 0\n0 1 0\n1", "line 3", "more than 2 lines");
  refused("0 1 2\n0 1 0\n", "line 1", `"2"`, "0 or 1");
  refused("0 1 0\n0 nan 0\n", "line 2", `"nan"`);
  refused("0 10 0\n0 1 0\n", "line 1", `"10"`);
  refused("0 0.5 0\n0 1 0\n", "line 1", `"0.5"`);
});

const idxFile = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }).chain(
  (shape) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const values = fc.array(fc.nat(255), { minLength: size, maxLength: size });
    return values.map((values) => ({ shape, values }));
  },
);

Deno.test("idx: written arrays are read back", () => {
  fc.assert(fc.property(idxFile, ({ shape, values }) => {
    const file = idx(shape, (i) => values[i]);
    assertEquals(readIdx(file, "x"), { shape, data: Uint8Array.from(values) });
    assertEquals([...readIdxBytes(file, shape, "x")], values);
  }));
});

Deno.test("idx: numbers of other types are read, the high byte first", () => {
  const file = (type: number, ...bytes: number[]) =>
    Uint8Array.of(0, 0, type, 1, 0, 0, 0, 2, ...bytes);
  assertEquals(readIdx(file(0x0b, 1, 2, 255, 254), "x").data, Float32Array.of(258, -2));
  assertEquals(
    readIdx(file(0x0d, 63, 0, 0, 0, 191, 128, 0, 0), "x").data,
    Float32Array.of(0.5, -1),
  );
  assertRefused(() => readIdxBytes(file(0x09, 1, 2), [2], "labels"), "labels", "int8", "bytes");
});

Deno.test("idx: a file cut short anywhere is refused, and one that is too long", () => {
  fc.assert(fc.property(idxFile, fc.nat(), ({ shape, values }, cut) => {
    const whole = idx(shape, (i) => values[i]);
    assertRefused(() => readIdx(whole.subarray(0, cut % whole.length), "train-images"));
    assertRefused(() => readIdx(Uint8Array.of(...whole, 0), "train-images"), "holds");
  }));
});

Deno.test("idx: another shape, type or kind is refused", () => {
  const file = idx([2, 3], (i) => i);
  assertRefused(() => readIdxBytes(file, [3, 2], "labels"), "labels", "[2,3]", "[3,2]");
  assertRefused(() => readIdxBytes(file, [6], "labels"), "labels", "[2,3]", "[6]");
  assertRefused(() => readIdx(bytesOf("<html>"), "labels"), "labels is not an idx file", "60,104");
  assertRefused(() => readIdx(new Uint8Array(0), "labels"), "labels is not an idx file");
});

Deno.test("images are refused unless they are whole and in [0, 1]", () => {
  const make = (...values: number[]) => makeImages(Float32Array.from(values), 2, "x.mat");
  assertRefused(() => make(0, 1, 0), "x.mat", "3 values", "2 pixels");
  assertRefused(() => make(0, 1, 0, NaN), "image 1, pixel 1 is NaN", "[0, 1]");
  assertRefused(() => make(0, Infinity), "image 0, pixel 1 is Infinity");
  assertRefused(() => make(0, 1, -0.5, 0), "image 1, pixel 0 is -0.5");
  assertRefused(() => makeImages(Uint8Array.of(0, 255), 2, "x"), "is 255");
});

Deno.test("images are sliced and gathered by index", () => {
  const images = makeImages(Uint8Array.of(0, 0, 0, 1, 1, 0, 1, 1), 2, "x");
  const tail = sliceImages({ ...images, labels: Uint8Array.of(6, 7, 8, 9) }, 1, 4);
  assertEquals(tail.count, 3);
  assertEquals(tail.labels, Uint8Array.of(7, 8, 9));
  assertEquals(gatherImages(tail, [2, 0, 2]), Float32Array.of(1, 1, 0, 1, 1, 1));
});

Deno.test("grey levels in bytes are gathered as numbers in [0, 1]", () => {
  const images = makeImages(Uint8Array.of(0, 255, 51, 102), 2, "x", 255);
  assertEquals(gatherImages(images, [1, 0]), Float32Array.of(0.2, 0.4, 0, 1));
});

Deno.test("bytes above 1 are grey levels up to 255, and so are those of the other parts of a file", () => {
  const white = (train: number[], test: number[]) =>
    whiteOf(
      { train: { data: Uint8Array.from(train) }, test: { data: Uint8Array.from(test) } },
      "x",
    );
  assertEquals([white([0, 255], [7, 0]), white([0, 2], [0]), white([0, 1], [1, 1])], [255, 255, 1]);
  assertEquals(whiteOf({ train: { data: Float32Array.of(0.5) }, valid: undefined }, "x"), 1);
  const says = ["x has bytes up to 255 in the", "only 0 and 1 in the"];
  assertRefused(() => white([0, 255], [0, 1]), ...says, "the train images, but", "the test images");
  assertRefused(() => white([1], [255]), ...says, "the test images, but", "the train images");
});

Deno.test("joined images come one set after the other", () => {
  const [a, b] = [[0, 1, 1, 1], [1, 0]].map((data) => makeImages(Uint8Array.from(data), 2, "x"));
  assertEquals(joinImages(a, b), makeImages(Uint8Array.of(0, 1, 1, 1, 1, 0), 2, "x"));
});

Deno.test("shuffled images are the same ones with their labels, in an order that the key decides on", async () => {
  const data = Float32Array.from({ length: 200 }, (_, i) => i / 200);
  const images = {
    ...makeImages(data, 2, "x"),
    labels: Uint8Array.from({ length: 100 }, (_, i) => i),
  };
  const shuffled = await shuffleImages(images, key(1));
  for (let i = 0; i < 100; i++) {
    const from = shuffled.labels![i];
    assertEquals(shuffled.data.slice(2 * i, 2 * i + 2), data.slice(2 * from, 2 * from + 2));
  }
  assertEquals(shuffled.labels!.toSorted(), images.labels);
  assertNotEquals(shuffled.labels, images.labels);
  assertEquals(await shuffleImages(images, key(1)), shuffled);
  assertNotEquals(await shuffleImages(images, key(2)), shuffled);
});
