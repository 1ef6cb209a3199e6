import { assert, assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { join } from "node:path";
import { type Data, key, openDevice, permutation, run, tensor } from "../../../mod.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { paintTraversals } from "../../../experiments/outcome/traversals.ts";
import { DATA, like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

/** Asserts that a picture shows images in rows of ten, of pixels in [0, 1]. */
async function assertShows(path: string, levels: Data, rows: number): Promise<void> {
  const png = decode(await Deno.readFile(path));
  const cell = 2 * SIDE + 4;
  assertEquals([png.width, png.height], [10 * cell + 4, rows * cell + 4]);
  for (let n = 0; n < 10 * rows; n++) {
    const [left, top] = [4 + (n % 10) * cell, 4 + Math.floor(n / 10) * cell];
    for (let p = 0; p < SIDE * SIDE; p++) {
      const at = (top + 2 * Math.floor(p / SIDE)) * png.width + left + 2 * (p % SIDE);
      const wanted = 255 * levels[n * SIDE * SIDE + p];
      assert(
        Math.abs(png.data[at] - wanted) <= 1,
        `image ${n}, pixel ${p}: ${png.data[at]} is not ${wanted}`,
      );
    }
  }
}

const { count } = DATA.test;
/** An array of codes, from the image and the dimension of each. */
const codesOf = (size: number, of: (i: number, j: number) => number) => ({
  shape: [count, size],
  data: Float32Array.from({ length: count * size }, (_, k) => of(Math.floor(k / size), k % size)),
});

/**
 * Paints, and asserts that these dimensions are shown, whose z is j / 2 + i / 30 of image i and
 * dimension j.
 */
async function assertPaints(
  config: Config,
  weigh: (dimension: number) => number,
  logScale: (dimension: number) => number,
  shown: readonly number[],
): Promise<void> {
  await using folder = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const { size } = config.latent;
  const model = makeModel(config, SIDE * SIDE);
  const { pixels, ...rest } = run(model.init(key(1), NO_EXAMPLES));
  const { w, b } = pixels!;
  const weights = (await w.read()).map((x, i) => x * weigh(Math.floor(i / SIDE ** 2)));
  const params = { ...rest, pixels: { w: tensor(weights, { shape: w.shape }), b } };

  // The 1st percentile of a dimension is that of image 1, its 99th that of 105, of 0 … 106.
  const z = codesOf(size, (i, j) => j / 2 + i / 30);
  const codes = new Map([["z", z], ["logScale", codesOf(size, (_, j) => logScale(j))]]);
  const path = join(folder.path, "traversals.png");
  await paintTraversals(path, { config, model, params, data: DATA, codes, device, key: key(2) });

  const [image] = await permutation(key(2), count).read();
  const base = [...z.data.subarray(size * image, size * (image + 1))];
  const expected = shown.flatMap((j) =>
    Array.from({ length: 10 }, (_, i) => {
      const rank = Math.round(106 * (0.01 + 0.98 * i / 9));
      return base.with(j, j / 2 + rank / 30);
    })
  );
  const decoded = model.decode(params, tensor(expected.flat(), { shape: [expected.length, size] }));
  run([decoded], device);
  await assertShows(path, await decoded.read(), shown.length);
  device.close();
}

const THREE = like({ decoder: [] });

Deno.test("each row of traversals changes one number of a code, in the order of falling changes of the image", async () => {
  // The second number of the code weighs most, then the third.
  await assertPaints(THREE, (j) => [1, 9, 3][j], () => -1, [1, 2, 0]);
});

Deno.test("of 4000 dimensions, the 100 with the highest rates are tried and ten are shown", async () => {
  const config = like({ decoder: [], latent: { type: "echo", size: 4000, dMax: 10 } });
  // Of the hundred from 1000 on the last ten weigh most; those of no rate would change the image
  // more.
  const tried = (j: number) => j >= 1000 && j < 1100;
  await assertPaints(
    config,
    (j) => tried(j) ? j < 1090 ? 0.001 : (j - 1089) / 100 : j >= 3990 ? 0.5 : 1e-6,
    (j) => tried(j) ? -2 : -1,
    Array.from({ length: 10 }, (_, i) => 1099 - i),
  );
});
