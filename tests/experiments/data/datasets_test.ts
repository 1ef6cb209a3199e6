import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { binarise } from "../../../experiments/data/binarise.ts";
import { type Collection, splitCollection } from "../../../experiments/data/collection.ts";
import {
  DATA_SETS,
  loadDataSet,
  resolveDataSet,
  shortName,
} from "../../../experiments/data/datasets.ts";
import {
  packImages,
  readBinaryCache,
  unpackImages,
} from "../../../experiments/data/binary_cache.ts";
import {
  type DataSet,
  gatherImages,
  type Images,
  makeImages,
  sliceImages,
  type StoredImages,
} from "../../../experiments/data/images.ts";
import { findFile, foldersOf } from "../../../experiments/data/source.ts";
import { dataDifference, dataDigest } from "../../../experiments/data/digest.ts";
import { foldIn, key, uniform } from "../../../mod.ts";
import fc from "../../fixtures/property.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import {
  assertHolds,
  assertRefused,
  assertRefusedLater,
  sha256,
  temporaryFolder,
} from "../../fixtures/helpers.ts";

const SPLITS = ["train", "valid", "test"] as const;

/** The images, which must be in memory. */
function storedOf(images: Images): StoredImages {
  assert("data" in images);
  return images;
}

/** The fraction of pixels that are 1, if all others are 0. */
function inkOf(images: Images): number {
  const { data } = storedOf(images);
  let ones = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i] === 1) ones++;
    else if (data[i] !== 0) return NaN;
  }
  return ones / data.length;
}

/** The average pixel, in [0, 1]. */
function meanOf(images: Images): number {
  const { data, white } = storedOf(images);
  let total = 0;
  for (let i = 0; i < data.length; i++) total += data[i];
  return total / white / data.length;
}

/** The SHA-256 of the bytes of each split. */
function checksumsOf(data: DataSet): Promise<string[]> {
  return Promise.all(SPLITS.map((split) => sha256(Uint8Array.from(storedOf(data[split]).data))));
}

Deno.test("an unknown data set is answered with the nearest", async () => {
  await assertRefusedLater(
    () => loadDataSet("binary_mnst"),
    `"binary_mnst"`,
    "did you mean binary_mnist?",
  );
  await assertRefusedLater(() => loadDataSet("toString"), "mnist_binarized, binary_mnist");
  assertRefused(() => resolveDataSet("omniglott"), "did you mean omniglot?");
  assertEquals(resolveDataSet("omniglot"), "omniglot");
  assertEquals(resolveDataSet("./x.npz"), join(Deno.cwd(), "x.npz"));
  assertEquals(["/my data/x.y.npz", "fmnist"].map(shortName), ["x.y", "fmnist"]);
});

/**
 * The first class of each split, and the checksums of the sets that are drawn here: the same draw
 * everywhere.
 */
const KNOWN: Record<string, { classes?: number[]; checksums?: string[] }> = {
  mnist: { classes: [5, 3, 7] },
  mnist_binarized: {
    classes: [5, 3, 7],
    checksums: [
      "8c3613e314b8e120e0046d71e3e2479026564d84c69221acecb5c851d6a553bc",
      "33d13d1b24f27a4e88968f1808ad6c7ad90c86c278ff5630b82d8bde6bcc30b5",
      "a28782f79edabaad5b3a8787dc47d437e26435469657b65463be22ad9a4688ed",
    ],
  },
  fmnist: { classes: [9, 9, 9] },
  binary_fmnist: {
    classes: [9, 9, 9],
    checksums: [
      "0151654d8462d3c37bebbb661255cca134bf1bf213f262823a2043aa0776d6c2",
      "45aefdabb246eff51e0cbc05195edbcabe47ecb37a0a14f19badfc9fb517e300",
      "c8a5f1465ea2293a0571ccc790a9ba2d9177115f18efed9be5f78e2da1de736e",
    ],
  },
};

for (const [name, { source, sizes, binarize }] of Object.entries(DATA_SETS)) {
  const folders = foldersOf(source);
  const paths = await Promise.all(source.files.map((file) => findFile(file, folders)));
  const ignore = paths.some((path) => path === undefined);
  Deno.test({
    name: `${name} is what it says${ignore ? ` (skipped: not in ${folders.join(" or ")})` : ""}`,
    ignore,
    async fn() {
      const data = await loadDataSet(name);
      assertEquals(SPLITS.map((split) => data[split].count), [...sizes]);
      const { train, width, height } = data;
      const isRendered = "renderer" in train;
      assertEquals([width, height], isRendered ? [64, 64] : [28, 28]);
      // tests/experiments/data/sprites_test.ts looks at rendered images.
      if (isRendered) return;
      const isBinary = binarize === "fixed" || name.startsWith("binary_");
      for (const split of SPLITS) assertEquals(!Number.isNaN(inkOf(data[split])), isBinary);
      const { classes, checksums } = KNOWN[name] ?? {};
      if (classes) assertEquals(SPLITS.map((split) => data[split].labels![0]), classes);
      if (checksums === undefined) return;
      assertEquals(await checksumsOf(data), checksums);
      // Those were perhaps kept from an earlier run; these are drawn now.
      const drawn = await loadDataSet(name, { dataDir: dirname(paths[0]!) });
      assertEquals(await checksumsOf(drawn), checksums);
      for (const split of SPLITS) assertEquals(data[split].labels, drawn[split].labels);
      const grey = await loadDataSet(name, { binarize: "none" });
      for (const split of SPLITS) assertAlmostEquals(inkOf(data[split]), meanOf(grey[split]), 2e-4);
    },
  });
}

/**
 * Twelve images of four pixels, of which the last four are for validation; image i has grey level i
 * / 15.
 */
function collection(): Collection<StoredImages> {
  const images = (levels: number[]) =>
    makeImages(Uint8Array.from(levels.flatMap((level) => Array(4).fill(17 * level))), 4, "x", 255);
  return {
    width: 2,
    height: 2,
    training: images(Array.from({ length: 12 }, (_, i) => i)),
    validation: 4,
    test: images([13, 14, 15]),
  };
}

/** The grey levels of images, of each its first pixel. */
function levelsOf(images: Images): number[] {
  const rows = gatherImages(images, Array.from({ length: images.count }, (_, i) => i));
  return Array.from({ length: images.count }, (_, i) => Math.round(15 * rows[4 * i]));
}

Deno.test("a training size takes the first images, and in the end those for validation too", async () => {
  const split = (trainSize?: number) => splitCollection("x", collection(), { trainSize });
  for (const size of [undefined, 3, 8, 9, 12]) {
    const { train, valid, test } = await split(size);
    assertEquals(levelsOf(train), Array.from({ length: size ?? 8 }, (_, i) => i));
    assertEquals([levelsOf(valid), levelsOf(test)], [[8, 9, 10, 11], [13, 14, 15]]);
  }
  await assertRefusedLater(() => split(13), "the training size is 13", "x has 12", "the 4 for");
});

Deno.test("data sets differ in sizes or pixels, but not in names or labels", async () => {
  const differs = async (change: (data: DataSet<StoredImages>) => object, says?: string) => {
    const data = await splitCollection("x", collection(), {});
    const now = dataDigest({ ...data, ...change(data) });
    assertEquals(dataDifference(dataDigest(data), now), says);
  };
  await differs(() => ({ name: "y" }));
  await differs(({ train }) => ({ train: { ...train, labels: train.data } }));
  const names = { train: "training", valid: "validation", test: "test" };
  for (const split of SPLITS) {
    const changed = `the pixels of the ${names[split]} images differ in value or type`;
    await differs((data) => {
      const pixels = data[split].data.slice();
      pixels[pixels.length - 1] ^= 1;
      return { [split]: { ...data[split], data: pixels } };
    }, changed);
    await differs((data) => {
      const { data: bytes } = data[split];
      return { [split]: makeImages(Float32Array.from(bytes), 4, "x", 255) };
    }, changed);
  }
  await differs(() => ({ width: 1, height: 4 }), "the images had 2×2 pixels, and now have 1×4");
  await differs(
    ({ valid }) => ({ valid: sliceImages(valid, 0, 1) }),
    "there were 4 validation images, and now are 1",
  );
});

Deno.test("validation and test images are drawn once, even if each training batch is drawn anew", async () => {
  const [none, fixed, batch] = await Promise.all(
    (["none", "fixed", "batch"] as const).map((binarize) =>
      splitCollection("x", collection(), { binarize })
    ),
  );
  assertEquals([none.redraw, fixed.redraw, batch.redraw], [false, false, true]);
  assertEquals(batch.train, none.train);
  assertEquals([batch.valid, batch.test], [fixed.valid, fixed.test]);
  for (const split of SPLITS) assert(!Number.isNaN(inkOf(fixed[split])));
});

Deno.test("a pixel is drawn with its grey level's probability, black and white ones stay", async () => {
  const levels = [0, 51, 204, 255];
  const bytes = Uint8Array.from({ length: 40_000 }, (_, i) => levels[i % 4]);
  const drawn = await binarise(makeImages(bytes, 4, "x", 255), "training");
  assertEquals([drawn.white, drawn.count], [1, 10_000]);
  const ink = levels.map((_, pixel) => drawn.data.filter((_, i) => i % 4 === pixel));
  const frequencies = ink.map((values) => meanOf({ ...drawn, data: values }));
  assertEquals([frequencies[0], frequencies[3]], [0, 1]);
  // Five standard deviations of the mean of 10,000 draws.
  assertAlmostEquals(frequencies[1], 0.2, 0.02);
  assertAlmostEquals(frequencies[2], 0.8, 0.02);
  // The same image as numbers in [0, 1] is drawn alike; the test images are another draw.
  const unit = makeImages(Float32Array.from(bytes, (level) => level / 255), 4, "x");
  assertEquals(await binarise(unit, "training"), drawn);
  assert(String((await binarise(unit, "test")).data) !== String(drawn.data));
});

Deno.test("the draws are those of the pixels between black and white, in reading order", async () => {
  const bytes = Uint8Array.from(
    { length: 6000 },
    (_, i) => [0, 3, 0, 128, 255, 254][(i + (i >> 3)) % 6],
  );
  const grey = [...bytes].filter((level) => level > 0 && level < 255);
  for (const [i, part] of (["training", "test"] as const).entries()) {
    const uniforms = await uniform(foldIn(key(0), i), [grey.length]).read();
    let next = 0;
    const slow = Uint8Array.from(bytes, (level) => {
      if (level === 0 || level === 255) return level / 255;
      return Number(uniforms[next++] < Math.fround(level / 255));
    });
    assertEquals((await binarise(makeImages(bytes, 4, "x", 255), part)).data, slow);
  }
});

Deno.test("bits: packed pixels are unpacked, for any number of pixels", () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), fc.integer({ min: 1, max: 11 }), (train, test, width) => {
      const images = (count: number) => ({
        ...makeImages(
          Uint8Array.from({ length: count * width }, (_, i) => i * i % 5 % 2),
          width,
          "x",
        ),
        labels: Uint8Array.from({ length: count }, (_, i) => 200 + i),
      });
      const drawn = {
        width,
        height: 1,
        validation: 0,
        training: images(train),
        test: images(test),
      };
      const layout = { width, height: 1, training: train, validation: 0, test };
      assertEquals(unpackImages(packImages(drawn), layout), drawn);
    }),
  );
});

Deno.test("a draw is cached and checked, and drawn again if its file is missing or damaged", async () => {
  await using folder = await temporaryFolder();
  const labels = (count: number) => Uint8Array.from({ length: count }, (_, i) => i);
  const { training, test, ...grey } = collection();
  const layout = { width: 2, height: 2, training: 12, validation: 4, test: 3 };
  let times = 0;
  const read = () => {
    times++;
    const labelled = {
      training: { ...training, labels: labels(12) },
      test: { ...test, labels: labels(3) },
    };
    return Promise.resolve({ ...grey, ...labelled });
  };
  const drawn = {
    ...grey,
    training: { ...await binarise(training, "training"), labels: labels(12) },
    test: { ...await binarise(test, "test"), labels: labels(3) },
  };
  const bytes = packImages(drawn);
  const wanted = { layout, sha256: await sha256(bytes) };
  const path = join(folder.path, "new", "drawn.bits");
  const load = () => readBinaryCache(path, wanted, read);
  assertEquals([await load(), times], [drawn, 1]);
  assertEquals(await Deno.readFile(path), bytes);
  assertEquals([await load(), times], [drawn, 1]);
  for (
    const damaged of [
      bytes.slice(1),
      bytes.map((byte, i) => byte ^ Number(i === 3)),
      bytes.slice(0, 0),
    ]
  ) {
    await Deno.writeFile(path, damaged);
    times = 0;
    assertEquals([await load(), times], [drawn, 1]);
    assertEquals(await Deno.readFile(path), bytes);
  }
  await Deno.remove(path);
  assertEquals(await Promise.all([load(), load(), load()]), [drawn, drawn, drawn]);
  assertEquals(await Deno.readFile(path), bytes);
  await assertHolds(dirname(path), "drawn.bits");
  // A file in place of the cache folder: nothing can be cached, but the images are drawn.
  assertEquals(await readBinaryCache(join(path, "below", "drawn.bits"), wanted, read), drawn);
  const other = { layout, sha256: "0".repeat(64) };
  await assertRefusedLater(
    () => readBinaryCache(`${path}_2`, other, read),
    "drawn.bits_2",
    "SHA-256",
  );
});

Deno.test("a config has the treatment of its data set, checked", () => {
  const parse = (more: object) =>
    parseConfig({ latent: { type: "gaussian", size: 8 }, ...more }, "my.json");
  assertEquals("binarize" in parse({}), false);
  const { binarize, trainSize } = parse({ binarize: "batch", trainSize: 60_000 });
  assertEquals([binarize, trainSize], ["batch", 60_000]);
  assertRefused(() => parse({ binarize: "batches" }), "my.json, binarize", `"fixed" or "batch"`);
  assertRefused(() => parse({ trainSize: 0 }), "my.json, trainSize", "at least 1");
});

Deno.test("the tasks may reach the hosts of the data sets, and no others", async () => {
  const { tasks } = JSON.parse(
    await Deno.readTextFile(new URL("../../../deno.json", import.meta.url)),
  );
  const mirrors = Object.values(DATA_SETS).flatMap(({ source }) => source.mirrors);
  // GitHub sends raw files from another host.
  const hosts = new Set([
    ...mirrors.map((mirror) => new URL(mirror).host),
    "raw.githubusercontent.com",
  ]);
  for (const task of ["train", "data", "verify"]) {
    const allowed = tasks[task].command.match(/--allow-net=(\S+)/)[1].split(",");
    assertEquals(new Set(allowed), hosts);
  }
});
