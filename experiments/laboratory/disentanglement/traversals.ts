/**
 * A picture of how a model sees each factor: images in which one factor changes, each above its
 * reconstruction.
 *
 * @module
 */
import { jit, key, tensor, zeros } from "../../../mod.ts";
import { factorClasses, imagesOfClasses, rendererOf } from "../../data/factor_images.ts";
import { gatherImages, sizeOf } from "../../data/images.ts";
import { makeModel } from "../../models/model.ts";
import { gridPng, interleave } from "../../outcome/image_grid.ts";
import { loadParams } from "../../runs/trained_params.ts";
import type { JudgedRun } from "./judged_run.ts";

/** The number of images in a row. */
const COLUMNS = 10;
/** Test images that are encoded with those of the picture, so that Echo's noise is made of them. */
const OTHERS = 100;

/**
 * The picture as PNG. Two rows for each factor: the first test image, with COLUMNS values of the
 * factor from the first to the last, and below them their reconstructions from noisy codes. A factor
 * with fewer values shows some of them several times.
 *
 * @throws {UserError} if the checkpoint is missing or damaged
 */
export async function factorTraversals({ folder, config, data }: JudgedRun): Promise<Uint8Array> {
  const { test, width, height } = data;
  const renderer = rendererOf(data)!;
  const { sizes } = renderer.factors;
  const first = [...factorClasses(test)!.subarray(0, sizes.length)];
  const classes = sizes.flatMap((size, factor) =>
    Array.from(
      { length: COLUMNS },
      (_, i) => first.with(factor, Math.round((size - 1) * i / (COLUMNS - 1))),
    )
  );
  const images = imagesOfClasses(renderer, classes.flat());
  const shown = gatherImages(images, Array.from(classes.keys()));
  const others = gatherImages(
    test,
    Array.from({ length: Math.min(OTHERS, test.count) }, (_, i) => i),
  );

  const model = makeModel(config, sizeOf(data));
  const like = model.init(key(0), zeros([model.prior.examples, test.pixels]));
  const params = await loadParams(folder.checkpoint, like);
  using batch = tensor(Float32Array.of(...shown, ...others), {
    shape: [(shown.length + others.length) / test.pixels, test.pixels],
  });
  using reconstructed = jit(model.reconstruct)(params, batch, key(config.seed));
  const rows = [shown, (await reconstructed.read()).subarray(0, shown.length)];
  const both = interleave(rows, COLUMNS * test.pixels, sizes.length);
  return gridPng({ width, height, data: both }, { columns: COLUMNS, zoom: 1, gap: 2, group: 2 });
}
