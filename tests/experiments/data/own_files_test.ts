import { assertAlmostEquals, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { readChardata, readOmniglot } from "../../../experiments/data/omniglot.ts";
import { readOwn } from "../../../experiments/data/own_files.ts";
import { type DataSet, gatherImages, type Images } from "../../../experiments/data/images.ts";
import { dataDigest } from "../../../experiments/data/digest.ts";
import { loadDataSet } from "../../../experiments/data/datasets.ts";
import { assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";
import { CLASSES, idx, npy, npyOf, npz, TYPES, writeMat } from "../../fixtures/writers.ts";

/** Loads a data set from a file of these bytes. */
async function load(name: string, bytes: Uint8Array): Promise<DataSet> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, name);
  await Deno.writeFile(path, bytes);
  return await loadDataSet(path);
}

/** Arrays of images that are grey, of binary ones, and of texts. */
const GREY = npy([20, 4], (i) => i), BINARY = npy([20, 4], (i) => i % 2);
const WORDS = npyOf(
  "{'descr': '<U3', 'fortran_order': False, 'shape': (2,), }",
  new Uint8Array(24),
);
/** A file of MATLAB's version 4: an array x of 1 × 2 doubles. */
const MAT4 = Uint8Array.of(
  ...new Uint8Array(Uint32Array.of(0, 1, 2, 0, 2).buffer),
  ...[120, 0],
  ...new Uint8Array(Float64Array.of(0, 1).buffer),
);

/** The first pixel of each image, in [0, 1]. */
function firstPixels(images: Images): number[] {
  const rows = gatherImages(images, Array.from({ length: images.count }, (_, i) => i));
  return Array.from({ length: images.count }, (_, i) => rows[i * images.pixels]);
}

/** The number of the image that a pixel belongs to, if an image has six pixels. */
const imageOf = (i: number) => Math.floor(i / 6);

Deno.test("npz: train, valid and test are taken as they are", async () => {
  const data = await load(
    "x.npz",
    npz({
      labels: npy([4], () => 7),
      test: npy([2, 2, 3], () => 255),
      train: npy([4, 2, 3], imageOf),
      valid: npy([3, 2, 3], (i) => 100 + imageOf(i)),
    }),
  );
  assertEquals([data.width, data.height], [3, 2]);
  const levels = (images: Images) => firstPixels(images).map((value) => Math.round(255 * value));
  assertEquals(levels(data.train), [0, 1, 2, 3]);
  assertEquals(levels(data.valid), [100, 101, 102]);
  assertEquals(firstPixels(data.test), [1, 1]);
});

Deno.test("npz: without valid, a sixth of train is for validation, in a fixed order", async () => {
  const bytes = npz({
    train: npy([60, 4], (i) => Math.floor(i / 4) / 60, "f4"),
    test: npy([5, 4], () => 1, "f4"),
  });
  const data = await load("x.npz", bytes);
  assertEquals([data.width, data.height], [2, 2]);
  assertEquals([data.train.count, data.valid.count, data.test.count], [50, 10, 5]);
  assertEachOnce([data.train, data.valid], 60);
  assertEquals((await load("x.npz", bytes)).train, data.train);
});

/** Asserts that these sets have each of the grey levels i / count once between them. */
function assertEachOnce(sets: Images[], count: number): void {
  const levels = sets.flatMap(firstPixels).sort((a, b) => a - b);
  assertEquals(levels.length, count);
  levels.forEach((level, i) => assertAlmostEquals(level, i / count, 1e-6));
}

Deno.test("a single array is split 80/10/10, mixed, and nothing is dropped", async () => {
  const array = npy([103, 7], (i) => Math.floor(i / 7) / 103, "f4");
  const files = { "x.npz": npz({ anything: array }), "x.npy": array, "x.npy.gz": gzipSync(array) };
  for (const [name, bytes] of Object.entries(files)) {
    const data = await load(name, bytes);
    assertEquals([data.width, data.height], [7, 1]);
    assertEquals([data.train.count, data.valid.count, data.test.count], [83, 10, 10]);
    assertEachOnce([data.train, data.valid, data.test], 103);
    // Sorted files must not have their last class in one split.
    assertAlmostEquals(firstPixels(data.test).reduce((a, b) => a + b) / 10, 0.5, 0.3);
  }
});

Deno.test("idx: a file is split, and a folder has files of its own for each part", async () => {
  const data = await load("anything", idx([40, 2, 3], (i) => imageOf(i) % 2));
  assertEquals([data.width, data.height, data.train.white], [3, 2, 1]);
  assertEquals([data.train.count, data.valid.count, data.test.count], [32, 4, 4]);

  await using folder = await temporaryFolder();
  const write = (name: string, bytes: Uint8Array) => Deno.writeFile(join(folder.path, name), bytes);
  const training = idx([12, 2, 3], (i) => 20 * imageOf(i));
  await write("emnist-train-images-idx3-ubyte.gz", gzipSync(training));
  await write("emnist-train-labels-idx1-ubyte", idx([12], (i) => i));
  await assertRefusedLater(() => readOwn(folder.path), folder.path, "no file like t10k-images");
  await write("emnist-test-images-idx3-ubyte", idx([3, 2, 3], () => 255));
  const parts = await loadDataSet(folder.path);
  assertEquals([parts.train.count, parts.valid.count, parts.test.count], [10, 2, 3]);
  await write("emnist-train-images-idx3-ubyte", training);
  assertEquals((await loadDataSet(folder.path)).train, parts.train);
  // macOS leaves such files on foreign disks.
  await write("._emnist-train-images-idx3-ubyte", new Uint8Array(4096));
  assertEquals((await loadDataSet(folder.path)).train, parts.train);
  await write("letters-train-images-idx3-ubyte", training);
  await assertRefusedLater(() => readOwn(folder.path), "both emnist-train", "letters-train");
  await write("\x1b[2Jtrain-images", training);
  await assertRefusedLater(() => readOwn(folder.path), String.raw`both \u001b[2Jtrain-images and`);
});

Deno.test("npz: val and validation are validation, and what macOS adds is skipped", async () => {
  for (const name of ["val", "validation"]) {
    const data = await load(
      "x.npz",
      npz({
        train: npy([4, 2, 3], imageOf),
        [name]: npy([3, 2, 3], (i) => 100 + imageOf(i)),
        test: npy([2, 2, 3], () => 255),
        "__MACOSX/train": npy([4, 2, 3], () => 9),
        "._train": new Uint8Array(120),
        "__MACOSX/sub/._train": new Uint8Array(120),
      }),
    );
    assertEquals([data.train.count, data.valid.count, data.test.count], [4, 3, 2]);
    assertAlmostEquals(firstPixels(data.valid)[2], 102 / 255, 1e-6);
  }
});

Deno.test("npz: arrays that are not numbers are left out and named, as are the factors of dSprites", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "dsprites.npz");
  const object = "{'descr': '|O', 'fortran_order': False, 'shape': (), }";
  await Deno.writeFile(
    path,
    npz({
      metadata: npyOf(object, Uint8Array.of(0x80, 4, 0x2e)),
      imgs: npy([40, 2, 3], (i) => imageOf(i) % 2),
      latents_classes: npy([40, 6], () => 1),
      latents_values: npy([40, 6], () => 0.5, "f4"),
    }),
  );
  let shown = "";
  const terminal = { interactive: false, color: false, columns: 80 };
  const write = (text: string) => void (shown += text);
  const data = await loadDataSet(path, { terminal: { ...terminal, write } });
  assertEquals([data.width, data.height, data.train.count], [3, 2, 32]);
  assertEquals(shown, `dsprites.npz: "metadata" is left out: no real numbers\n`);
});

Deno.test("images may have a single channel, first or last", async () => {
  const digestOf = async (shape: number[]) =>
    await dataDigest(await load("x.npy", npy(shape, imageOf)));
  for (const shape of [[40, 2, 3, 1], [40, 1, 2, 3]]) {
    assertEquals(await digestOf(shape), await digestOf([40, 2, 3]));
  }
});

Deno.test({
  name: "what is not a regular file, or is too large, is refused before it is read",
  ignore: Deno.build.os === "windows",
  async fn() {
    await using folder = await temporaryFolder();
    const pipe = join(folder.path, "pipe.npz");
    assertEquals((await new Deno.Command("mkfifo", { args: [pipe] }).output()).success, true);
    for (const path of ["/dev/zero", pipe]) {
      await assertRefusedLater(() => loadDataSet(path), `cannot read ${path}: it is a device or a`);
    }
    const large = join(folder.path, "large.npy");
    await Deno.writeFile(large, new Uint8Array(0));
    await Deno.truncate(large, 2 ** 32 + 1);
    await assertRefusedLater(() => loadDataSet(large), "4294967297 bytes", "at most 4294967296");
  },
});

Deno.test("mat: columns of chardata.mat's order become upright images", async () => {
  const path = fileURLToPath(new URL("../../golden/files/zipped.mat", import.meta.url));
  const { training, test, side } = readChardata(await Deno.readFile(path), path);
  assertEquals([side, training.count, test?.count], [2, 5, 3]);
  assertEquals([training.labels, test?.labels], [Uint8Array.of(0, 1, 2, 3, 4), undefined]);
  // Pixel (x, y) of image i is stored as (4i + 2x + y) / 32.
  assertEquals([...training.data.subarray(4, 8)], [4, 6, 5, 7].map((level) => level / 32));
  await assertRefusedLater(() => readOwn(path), "zipped.mat has 5 images", "12 are needed");
});

Deno.test("omniglot is mixed before its last images are taken for validation", async () => {
  // Sorted 1 × 1 images: image i has the grey level i / 1500.
  const values = Array.from({ length: 1500 }, (_, i) => i / 1500);
  const style = { type: TYPES[7], arrayClass: CLASSES[0], little: true, zip: true };
  const arrays = {
    data: { shape: [1, 1500], values },
    testdata: { shape: [1, 3], values: [0, 0.5, 1] },
  };
  const { training, validation, test } = await readOmniglot([writeMat(arrays, style)]);
  assertEquals([training.count, validation, test.count], [1500, 1345, 3]);
  assertEachOnce([training], 1500);
  assertAlmostEquals(firstPixels(training).slice(0, 155).reduce((a, b) => a + b) / 155, 0.5, 0.12);

  const wrong = async (arrays: Parameters<typeof writeMat>[0], ...says: string[]) =>
    await assertRefusedLater(async () => await readOmniglot([writeMat(arrays, style)]), ...says);
  await wrong({ data: arrays.data }, "chardata.mat has no array testdata");
  await wrong({ testdata: arrays.testdata }, `no array of numbers "data"`, `: "testdata"`);
  await wrong(
    { ...arrays, target: { shape: [2, 3], values: [1, 0, 1, 0, 1, 0] } },
    "classes",
    "[2,3]",
  );
  await wrong({ data: { shape: [2, 3], values: values.slice(0, 6) } }, "[2,3]", "square image");
});

Deno.test("a file without images is refused in one sentence", async () => {
  const cases: [name: string, bytes: Uint8Array, ...says: string[]][] = [
    ["x.npz", npz({}), "x.npz has no arrays of numbers"],
    [
      "x.npz",
      npz({ a: npy([9, 4], () => 0), b: npy([9, 4], () => 0) }),
      `arrays "a", "b", but`,
      "train",
    ],
    ["x.npz", npz({ train: npy([9, 4], () => 0), valid: npy([9, 4], () => 0) }), "needs train"],
    ["x.npz", npz({ "not.an": new TextEncoder().encode("array") }), `"not.an" is not an .npy file`],
    ["x.npy", npy([50], () => 0), "x.npy", "shape [50]", "[images, pixels]"],
    ["x.npy", npy([50, 2, 2, 3], () => 0), "shape [50,2,2,3]", "with a single channel"],
    ["x.npy", npy([50, 2, 2, 1, 1], () => 0), "shape [50,2,2,1,1]"],
    ["x.npy", npy([50, 1, 0, 2], () => 0), "shape [50,1,0,2]"],
    ["x.npz", npz({ train: GREY, val: GREY, valid: GREY, test: GREY }), "both valid and val"],
    ["x.npz", npz({ train: GREY, test: BINARY }), "up to 255 in the training images"],
    ["x.npz", npz({ train: BINARY, test: BINARY, val: GREY }), "up to 255 in the valid images"],
    ["x.npz", npz({ a: WORDS, b: WORDS }), "no arrays of numbers", `"a", "b" are left out`],
    ["x.npz", npz({ a: GREY, b: GREY, c: WORDS }), `needs train`, `"c" is left out`],
    ["x.npz", npz({ "\x1b[31m\n": BINARY, b: BINARY }), String.raw`"\u001b[31m\n", "b"`],
    ["x.npz", npz({ ["long".repeat(99)]: BINARY, b: BINARY }), `longlon…", "b"`],
    ["x.mat", MAT4, "MATLAB file of version 4", "-v7"],
    ["x.npy", npy([50, 0], () => 0), "shape [50,0]"],
    ["x.npy", npy([0, 4], () => 0), "x.npy has 0 training images", "at least 2"],
    ["x.npy", npy([19, 4], () => 0), "19 images to split", "20 are needed"],
    ["x.npy", npy([20, 4], (i) => i, "f4"), "image 0, pixel 2 is 2", "[0, 1]"],
    ["x.npy", npy([20, 4], () => NaN, "f4"), "is NaN"],
    ["x.npy", npy([20, 4], () => 0).subarray(0, -1), "79 bytes", "[20,4]"],
    ["x.npy.gz", gzipSync(npy([20, 4], () => 0)).subarray(0, -9), "x.npy.gz is damaged"],
    ["x.npz", npz({ train: npy([20, 4], () => 0) }).subarray(0, -9), "x.npz is damaged"],
    ["x.html", new TextEncoder().encode("<html>"), "x.html is not an npz, npy, idx or MATLAB file"],
    ["empty", new Uint8Array(0), "empty is not an npz"],
    [
      "x.npz",
      npz({ train: npy([20, 4], () => 0), test: npy([20, 5], () => 0) }),
      "different sizes",
      "[20,4] and [20,5]",
    ],
    [
      "x.npz",
      npz({ train: npy([20, 4], () => 0), test: npy([20, 4], () => 0, "f4") }),
      "bytes in one array and other numbers",
    ],
    [
      "x.npz",
      npz({ train: npy([20, 4], () => 0), test: npy([1, 4], () => 0) }),
      "1 test images",
      "at least 2",
    ],
    [
      "x.npz",
      npz({ train: npy([11, 4], () => 0), test: npy([2, 4], () => 0) }),
      "11 images to split",
      "12 are needed",
    ],
  ];
  for (const [name, bytes, ...says] of cases) {
    await assertRefusedLater(() => load(name, bytes), ...says);
  }
  await assertRefusedLater(() => loadDataSet("./none.npz"), "cannot read ./none.npz");
});

Deno.test("a path needs no --data-dir", async () => {
  await assertRefusedLater(
    () => loadDataSet("./x.npz", { dataDir: "folder" }),
    "--data-dir",
    "./x.npz is a path",
  );
});
