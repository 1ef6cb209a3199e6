import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { full, key, mean, mul, openDevice, run, tensor } from "../../../mod.ts";
import type { DataSet } from "../../../experiments/data/images.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { makeModel, type Model } from "../../../experiments/models/model.ts";
import { redrawn } from "../../../experiments/training/redraw.ts";
import { type RunFolder, runFolder } from "../../../experiments/runs/run_folder.ts";
import { emptyTrace } from "../../../experiments/outcome/trace.ts";
import { train } from "../../../experiments/training/trainer.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { DATA, ECHO_FRESH, NO_EXAMPLES, SIDE, VAE } from "../../fixtures/bars.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

/** A model whose losses are averages of the pixels, and of their squares. */
const model: Model = {
  ...makeModel(VAE, SIDE * SIDE),
  losses(_, images) {
    const distortion = mean(mul(images, images));
    return { rate: mean(images), distortion, loss: distortion };
  },
};

onEveryDevice("a pixel is drawn with its grey level's probability, by the key", async (device) => {
  const losses = async (seed: number) => {
    const params = model.init(key(0), NO_EXAMPLES);
    const grey = full([200, SIDE * SIDE], 0.3);
    const { rate, distortion } = run(model.losses(params, ...redrawn(grey, key(seed))), device);
    return [await rate.item(), await distortion.item()];
  };
  const [average, squares] = await losses(1);
  // Five standard deviations of the mean of 3200 draws.
  assertAlmostEquals(average, 0.3, 0.04);
  assertEquals(average, squares); // all of them are 0 or 1
  assertEquals(await losses(1), [average, squares]);
  assert((await losses(2))[0] !== average);
});

/** Trains on bars whose training images are grey, until this many epochs are finished. */
async function trainUntil(
  epochs: number,
  folder: RunFolder,
  { redraw, resume = false }: { redraw: boolean; resume?: boolean },
): Promise<Uint8Array> {
  const grey = Uint8Array.from(DATA.train.data, (value) => value === 1 ? 200 : 50);
  const data: DataSet = { ...DATA, train: { ...DATA.train, data: grey, white: 255 }, redraw };
  const controller = new AbortController();
  let lines = 0;
  const write = () => void (++lines === epochs && controller.abort());
  const terminal = { interactive: false, color: false, columns: 80, write };
  const device = await openDevice("cpu", { threads: 1 });
  const { signal } = controller;
  await train({ config: VAE, data, device, folder, resume, terminal, signal });
  device.close();
  return await Deno.readFile(folder.checkpoint);
}

Deno.test("the pool of echoes encodes the redrawn images", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const grey = (count: number) => full([count, SIDE * SIDE], 0.3);
  const images = async (redraw: boolean) => {
    const ofPool = makeModel(ECHO_FRESH, SIDE * SIDE);
    const learner = makeLearner(ECHO_FRESH, ofPool, 10, device, { redraw });
    let state = learner.init(key(0), grey(learner.examples));
    const trace = emptyTrace(1, learner.names), index = tensor(0, { dtype: "int32" });
    [state] = learner.step(state, trace, grey(ECHO_FRESH.batch), index, key(1));
    return new Set(await state.pool!.images.read());
  };
  assertEquals([...await images(true)].sort(), [0, 1]);
  assertEquals([...await images(false)], [Math.fround(0.3)]);
  device.close();
});

Deno.test("training with redrawn images resumes bit for bit", async () => {
  await using runs = await temporaryFolder();
  const [whole, parts, grey] = ["whole", "parts", "grey"].map((name) => runFolder(runs.path, name));
  const undisturbed = await trainUntil(Infinity, whole, { redraw: true });
  await trainUntil(2, parts, { redraw: true });
  assertEquals(await trainUntil(Infinity, parts, { redraw: true, resume: true }), undisturbed);
  assert(String(await trainUntil(Infinity, grey, { redraw: false })) !== String(undisturbed));
});
