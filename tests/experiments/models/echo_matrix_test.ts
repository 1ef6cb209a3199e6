/**
 * The latent layer of matrices: the wiring of its heads, and its limit without reflections.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import {
  type Device,
  grad,
  key,
  run,
  solveClipByBias,
  type Tensor,
  treeLeaves,
  uniform,
} from "../../../mod.ts";
import { makeModel, type Params } from "../../../experiments/models/model.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";

const PIXELS = SIDE * SIDE, BATCH = 12;

function open(latent: object, device: Device = reference) {
  const model = makeModel(like({ latent: { size: 3, dMax: 5, ...latent } }), PIXELS);
  const params = run(model.init(key(1), NO_EXAMPLES), device);
  const images = run(uniform(key(2), [BATCH, PIXELS]), device);
  return { model, params, images };
}
const matrix = (reflections: number, more: object = {}) => ({
  type: "echo_matrix",
  reflections,
  ...more,
});

async function read(tree: unknown, device: Device): Promise<number[]> {
  const leaves = treeLeaves(run(tree, device)) as Tensor[];
  return (await Promise.all(leaves.map((x) => x.read()))).flatMap((values) => [...values]);
}

/** The largest difference of numbers, relative to the largest number. */
function difference(a: number[], b: number[]): number {
  assertEquals(a.length, b.length);
  const size = Math.max(...b.map(Math.abs));
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]))) / size;
}

onEveryDevice(
  "without reflections it equals Echo with one scale for each dimension",
  async (device) => {
    for (const more of [{}, { bias: 1e-3 }, { mean: "linear", multiplicative: true }]) {
      const results = [{ type: "echo", ...more }, matrix(0, more)].map((latent) => {
        const { model, params, images } = open(latent, device);
        return read({
          losses: model.losses(params, images, key(3)),
          codes: model.encode(params, images, key(3)),
          samples: model.sample(params, images, key(3)),
        }, device);
      });
      const [diagonal, none] = await Promise.all(results);
      assertLess(difference(none, diagonal), 1e-5);
    }
  },
);

onEveryDevice("losses and all their gradients agree with the reference device", async (device) => {
  const of = async (device: Device) => {
    const { model, params, images } = open(matrix(2), device);
    const losses = model.losses(params, images, key(3));
    const gradient = grad((params: Params) => model.losses(params, images, key(3)).loss)(params);
    const directions = await read(gradient.latent, device);
    assertEquals(directions.length, 2 * (16 + 1) * 2 * 3);
    return {
      losses: await read(losses, device),
      gradient: await read(gradient, device),
      directions,
    };
  };
  const [found, expected] = [await of(device), await of(reference)];
  assertLess(difference(found.losses, expected.losses), 1e-5);
  assertLess(difference(found.gradient, expected.gradient), 1e-4);
  assertLess(difference(found.directions, expected.directions), 1e-3);
});

Deno.test("the rate depends on the scales only, and reconstructions on the codes", async () => {
  const { model, params, images } = open(matrix(3));
  const { logScale, z } = model.encode(params, images, key(4));
  const { rate } = model.losses(params, images, key(3));
  const [scales, pixels, again, found] = await Promise.all(
    [logScale, model.decode(params, z), model.reconstruct(params, images, key(4)), rate].map((x) =>
      read(x, reference)
    ),
  );
  const total = -scales.reduce((sum, value) => sum + value, 0) / BATCH;
  assertAlmostEquals(found[0] - total, -3 * Math.log(solveClipByBias(5, 3e-5)), 1e-6);
  assertLess(difference(pixels, again), 1e-9);
  assertEquals(Object.keys(model.encode(params, images, key(4))), ["mean", "logScale", "z"]);
});
