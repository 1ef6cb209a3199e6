import { argmin, expandDims, key, openDevice, slice, square, sub, sum } from "@echograd/echograd";
import { loadRun } from "@echograd/echograd/runs";
import { assert, assertEquals } from "@std/assert";
import { DATA, VAE } from "../fixtures/bars.ts";
import { temporaryFolder } from "../fixtures/helpers.ts";
import { trainUntil } from "../fixtures/training.ts";
import { folderAt } from "../../experiments/runs/run_folder.ts";

Deno.test("example: search among images by the codes of a trained run", async () => {
  // What `deno task train` leaves: here of images of bars, each at one of four places.
  await using folder = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  await trainUntil(Infinity, folderAt(folder.path), device, { config: { ...VAE, epochs: 8 } });

  const run = await loadRun(folder.path, { device });
  const images = DATA.test.data; // 107 images of 4×4 bytes, one after another
  const { z } = run.encode(images); // codes without noise, [107, latent]
  const count = z.shape[0], latent = run.config.latent.size;

  // The image whose code is nearest, of each of the first ten images among the others.
  const first = expandDims(slice(z, [0, 0], [10, latent]), 1);
  const others = expandDims(slice(z, [10, 0], [count - 10, latent]), 0);
  const distances = sum(square(sub(first, others)), { axis: 2 });
  const nearest = await argmin(distances, { axis: 1 }).read();
  const same = [...nearest].filter((found, i) => (found + 10) % 4 === i % 4);
  assert(same.length >= 8, `${same.length} of 10 have their bar at the same place`);

  const line = run.interpolate(slice(z, [0, 0], [1, latent]), slice(z, [1, 0], [1, latent]), 5);
  assertEquals(line.shape, [1, 5, 4, 4]);
  assertEquals(run.sample(key(0), 9).shape, [9, 4, 4]);
  device.close();
});
