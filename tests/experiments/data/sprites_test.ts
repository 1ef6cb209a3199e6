import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  correlatedNumbers,
  REMOVAL,
  totalCorrelation,
} from "../../../experiments/data/correlated.ts";
import { loadDataSet } from "../../../experiments/data/datasets.ts";
import { dataDifference, dataDigest } from "../../../experiments/data/digest.ts";
import { readDsprites } from "../../../experiments/data/dsprites.ts";
import {
  factorClasses,
  imagesOfClasses,
  rendererOf,
} from "../../../experiments/data/factor_images.ts";
import { classesOf, countCombinations, numberOf } from "../../../experiments/data/factors.ts";
import { gatherImages, type RenderedImages } from "../../../experiments/data/images.ts";
import { mersenneTwister } from "../../../experiments/data/mersenne_twister.ts";
import { SPRITE_FACTORS, SPRITES } from "../../../experiments/data/sprites.ts";
import { assertRefused } from "../../fixtures/helpers.ts";
import fc from "../../fixtures/property.ts";
import { npy, npz } from "../../fixtures/writers.ts";

const SIDE = 64;
const anyClasses = fc.tuple(...SPRITE_FACTORS.sizes.map((size) => fc.nat(size - 1)));

/** The image with these classes as rows of pixels. */
function picture(...classes: number[]): number[][] {
  const pixels = [...gatherImages(imagesOfClasses(SPRITES, classes), [0])];
  return Array.from({ length: SIDE }, (_, y) => pixels.slice(y * SIDE, (y + 1) * SIDE));
}

const areaOf = (rows: number[][]) => rows.flat().reduce((sum, pixel) => sum + pixel, 0);

/** The first and the last place with a white pixel. */
const extent = (lines: number[][]) => {
  const white = (line: number[]) => line.includes(1);
  return [lines.findIndex(white), lines.findLastIndex(white)];
};
const transposed = (rows: number[][]) => rows[0].map((_, x) => rows.map((row) => row[x]));

Deno.test("numbers and classes of images are inverse, and the last factor changes fastest", () => {
  assertEquals(countCombinations(SPRITE_FACTORS), 737_280);
  assertEquals(numberOf(SPRITE_FACTORS, [0, 0, 0, 0, 1]), 1);
  assertEquals(numberOf(SPRITE_FACTORS, [2, 5, 39, 31, 31]), 737_279);
  fc.assert(fc.property(anyClasses, (classes) => {
    assertEquals(classesOf(SPRITE_FACTORS, numberOf(SPRITE_FACTORS, classes)), classes);
  }));
});

Deno.test("sprites have the areas of their shapes, and their middle is where the factors say", () => {
  // The heart's area: ∮ x dy = 180 π for the curve of its formula.
  const areas = [19.2 ** 2, Math.PI * 12.8 * 7.2, 180 * Math.PI * 0.642 ** 2 * 0.97];
  fc.assert(
    fc.property(anyClasses, ([shape, scale, orientation, x, y]) => {
      const rows = picture(shape, scale, orientation, x, y);
      const size = 0.5 + 0.1 * scale;
      // An upright square of side a may have a + 1 pixels in a row and in a column.
      assertAlmostEquals(areaOf(rows), areas[shape] * size ** 2, 2 * 19.2 * size + 1);
      if (shape === 2) return; // only the squares and ellipses are as wide on each side
      const [left, right] = extent(transposed(rows)), [top, bottom] = extent(rows);
      assertAlmostEquals((left + right + 1) / 2, 16 + 32 * x / 31, 1);
      assertAlmostEquals((top + bottom + 1) / 2, 16 + 32 * y / 31, 1);
    }),
    { numRuns: 200 },
  );
});

Deno.test("sprites: a square, a flat ellipse and an upright heart that turn against the clock", () => {
  // Centre (16, 16), half a side 4.8: pixels whose centres 11.5 … 20.5 are inside.
  const square = picture(0, 0, 0, 0, 0);
  assertEquals([extent(square), extent(transposed(square)), areaOf(square)], [
    [11, 20],
    [11, 20],
    100,
  ]);
  const [top, bottom] = extent(picture(1, 5, 0, 0, 0)),
    [left, right] = extent(
      transposed(picture(1, 5, 0, 0, 0)),
    );
  assertEquals([bottom - top, right - left], [13, 25]);
  // The heart is widest above its middle, and its tip is below.
  const heart = picture(2, 5, 0, 0, 0);
  const widths = heart.map(areaOfRow);
  const widest = widths.indexOf(Math.max(...widths));
  const [first, last] = extent(heart);
  assertEquals([first, last], [7, 23]);
  assert(widest < 16 && widths[last] <= 2 && widths[first] > 2, `${widths}`);
  // A tenth of a turn brings the right end of the ellipse up.
  const turned = picture(1, 5, 4, 0, 0);
  const upper = extent(transposed(turned.slice(0, 16)))[1];
  const lower = extent(transposed(turned.slice(16)))[1];
  assert(upper > lower);
  // The last orientation is a whole turn.
  for (const shape of [0, 1, 2]) {
    assertEquals(picture(shape, 3, 39, 7, 9), picture(shape, 3, 0, 7, 9));
  }

  function areaOfRow(row: number[]): number {
    return row.reduce((sum, pixel) => sum + pixel, 0);
  }
});

Deno.test("the heart is what its curve encloses", () => {
  // An independent test: the winding number of 2,000 points of the curve around a pixel.
  const curve = Array.from({ length: 2000 }, (_, i) => {
    const t = 2 * Math.PI * i / 2000;
    const up = 13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
    return [16 * Math.sin(t) ** 3 * 0.642 * 0.97, -up * 0.642 - 1.6];
  });
  const turns = (x: number, y: number) => {
    const angles = curve.map(([u, v]) => Math.atan2(v - y, u - x));
    const total = angles.reduce((sum, angle, i) => {
      const step = angle - angles.at(i - 1)!;
      return sum + step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
    }, 0);
    return Math.abs(Math.round(total / (2 * Math.PI)));
  };
  const rows = picture(2, 5, 0, 0, 0);
  for (let y = 5; y < 27; y++) {
    for (let x = 5; x < 27; x++) {
      assertEquals(rows[y][x], turns(x + 0.5 - 16, y + 0.5 - 16), `${x}, ${y}`);
    }
  }
});

Deno.test("NumPy's draws for two seeds", () => {
  // numpy.random.seed(42); r = numpy.random.rand(1000): r[0], r[1], r[2] and r[999]
  const draw = mersenneTwister(42);
  assertEquals([draw(), draw(), draw()], [
    0.3745401188473625,
    0.9507143064099162,
    0.7319939418114051,
  ]);
  for (let i = 4; i < 1000; i++) draw();
  assertEquals(draw(), 0.44600577295795574);
  assertEquals(mersenneTwister(2 ** 32 - 1)(), 0.0976320289940138);
});

Deno.test("ds_corr: the images and the total correlation of the original", () => {
  const all = Uint32Array.from({ length: 737_280 }, (_, i) => i);
  assertAlmostEquals(totalCorrelation(SPRITE_FACTORS, all), 0, 1e-9);
  const kept = correlatedNumbers(SPRITE_FACTORS, REMOVAL);
  assertEquals(kept.length, 124_800);
  assertAlmostEquals(totalCorrelation(SPRITE_FACTORS, kept), 1.440, 5e-4);
  const fewer = correlatedNumbers(SPRITE_FACTORS, { blocks: 8, probability: 0.2, seed: 42 });
  assertEquals(fewer.length, 41_040);
  assertAlmostEquals(totalCorrelation(SPRITE_FACTORS, fewer), 2.183, 5e-4);
});

Deno.test("sprites with dependent factors are split, labelled and told apart by their numbers", async () => {
  const data = await loadDataSet("sprites_corr", { trainSize: 300 });
  const again = await loadDataSet("sprites_corr", { trainSize: 300 });
  const { train, valid, test, width, height } = data;
  assertEquals([train.count, valid.count, test.count, width, height], [
    300,
    10_000,
    10_000,
    64,
    64,
  ]);
  assertEquals(dataDifference(dataDigest(data), dataDigest(again)), undefined);
  const other = await loadDataSet("sprites_corr", { perLabel: 100 });
  assertEquals(other.train.count, 300);
  assert(dataDifference(dataDigest(data), dataDigest(other))?.includes("training images differ"));

  const renderer = rendererOf(data)!;
  const kept = new Set(correlatedNumbers(SPRITE_FACTORS, REMOVAL));
  const numbersOf = (images: object) => (images as RenderedImages).numbers;
  const seen = new Set([train, valid, test].flatMap((images) => [...numbersOf(images)]));
  assertEquals(seen.size, 20_300);
  assert([...seen].every((number) => kept.has(number)));

  const classes = factorClasses(test)!;
  assertEquals([...test.labels!], [...classes.filter((_, i) => i % 5 === 0)]);
  const places = [0, 17, 9999];
  const rows = places.flatMap((i) => [...classes.subarray(5 * i, 5 * i + 5)]);
  assertEquals(
    gatherImages(imagesOfClasses(renderer, rows), [0, 1, 2]),
    gatherImages(test, places),
  );
});

Deno.test("images of classes that no factor has are refused", () => {
  const fail = (classes: number[], says: string) =>
    assertThrows(() => imagesOfClasses(SPRITES, classes), RangeError, says);
  fail(
    [0, 0, 0, 0, 0, 0, 6, 0, 0, 0],
    "an image of scale 6: it must be a whole number from 0 to 5",
  );
  fail([0, 0, 0, 0], "4 classes: they must be a multiple of the 5 factors");
});

Deno.test("dSprites are read from arrays in the order of their factors", () => {
  const factors = { names: ["shape", "x"], sizes: [3, 2] };
  const pixel = (i: number) => Number((i * 7919) % 13 < 3);
  const arrays = {
    imgs: npy([6, SIDE, SIDE], pixel),
    latents_values: npy([6, 3], (i) => i, "f4"),
    latents_classes: npy([6, 3], (i) => [0, Math.floor(i / 6), Math.floor(i / 3) % 2][i % 3], "f4"),
  };
  const read = (more: object) => readDsprites([npz({ ...arrays, ...more })], factors);
  const images = imagesOfClasses(read({}), [2, 1, 0, 1]);
  const rows = gatherImages(images, [0, 1]);
  assertEquals([...images.labels!], [2, 0]);
  assertEquals(
    rows,
    Float32Array.from(rows, (_, i) => pixel((i < 4096 ? 5 : 1) * 4096 + i % 4096)),
  );

  assertRefused(() => read({ imgs: npy([6, 8], pixel) }), `an array [6,8] "imgs"`, "[6,64,64]");
  assertRefused(
    () => read({ imgs: npy([6, SIDE, SIDE], (i) => i === 4100 ? 2 : 0) }),
    "pixel 4 of image 1 is 2",
  );
  assertRefused(() => read({ latents_classes: npy([6, 3], () => 0) }), "image 1", "classes");
});
