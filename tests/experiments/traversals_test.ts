import { assert, assertEquals } from "@std/assert";
import { decode } from "fast-png";
import { join } from "node:path";
import { key, openDevice, permutation, run, tensor } from "../../mod.ts";
import { makeModel } from "../../experiments/model.ts";
import { paintTraversals } from "../../experiments/traversals.ts";
import { DATA, like, NO_EXAMPLES, SIDE } from "./bars.ts";
import { temporaryFolder } from "./helpers.ts";

Deno.test("a row of traversals is a test image's code with one number changed, the greatest change first", async () => {
  await using folder = await temporaryFolder();
  const device = await openDevice("cpu");
  const model = makeModel(like({ decoder: [] }), SIDE * SIDE);
  const { pixels: { w, b }, ...rest } = run(model.init(key(1), NO_EXAMPLES));
  // The second number of the code weighs most, then the third.
  const weights = (await w.read()).map((x, i) => x * [1, 9, 3][Math.floor(i / SIDE ** 2)]);
  const params = { ...rest, pixels: { w: tensor(weights, { shape: w.shape }), b } };

  // z_j = j / 2 + i / 30 of image i: its 1st percentile is that of image 1, its 99th that of 105, of 0 … 106.
  const count = DATA.test.count;
  const columns = (of: (i: number, j: number) => number) => ({
    shape: [count, 3],
    data: Float32Array.from({ length: 3 * count }, (_, k) => of(Math.floor(k / 3), k % 3)),
  });
  const z = columns((i, j) => j / 2 + i / 30);
  const codes = new Map([["z", z]]);
  const path = join(folder.path, "traversals.png");
  await paintTraversals(path, { model, params, data: DATA, codes, device, key: key(2) });

  const [image] = await permutation(key(2), count).read();
  const base = [...z.data.subarray(3 * image, 3 * image + 3)];
  const rows = [1, 2, 0];
  const expected = rows.flatMap((j) =>
    Array.from({ length: 10 }, (_, i) => {
      const rank = Math.round(106 * (0.01 + 0.98 * i / 9));
      return base.with(j, j / 2 + rank / 30);
    })
  );
  const decoded = model.decode(params, tensor(expected.flat(), { shape: [30, 3] }));
  run([decoded], device);
  const levels = await decoded.read();

  const png = decode(await Deno.readFile(path));
  const cell = 2 * SIDE + 4;
  assertEquals([png.width, png.height], [10 * cell + 4, 3 * cell + 4]);
  for (const n of expected.keys()) {
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
  device.close();
});
