/**
 * One training step: what the settings of a config do to the parameters.
 *
 * @module
 */
import { assert, assertAlmostEquals } from "@std/assert";
import { key, openDevice, run, tensor } from "../../../mod.ts";
import { gatherTensor } from "../../../experiments/outcome/evaluate.ts";
import { emptyTrace } from "../../../experiments/outcome/trace.ts";
import { readArrays } from "../../../experiments/runs/checkpoint.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { DATA, like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";

const RATE = 0.125;

/** All parameters before and after the first step of a config. */
async function firstStep(keys: object): Promise<{ before: number[]; after: number[] }> {
  const device = await openDevice("cpu");
  const config = like({ learningRate: { type: "constant", rate: RATE }, ...keys });
  const learner = makeLearner(config, makeModel(config, SIDE * SIDE), 10, device);
  const start = learner.init(run(key(0), device), NO_EXAMPLES);
  const read = async (state: typeof start) =>
    [...await readArrays({ state, key: key(0) })].flatMap(([name, { data }]) =>
      name.startsWith("state.params.") ? [...data] : []
    );
  const before = await read(start);
  const images = gatherTensor(DATA.train, Array.from({ length: config.batch }, (_, i) => i));
  const index = tensor(0, { dtype: "int32" });
  const [next] = learner.step(start, emptyTrace(1, learner.names), images, index, key(1));
  const after = await read(next);
  device.close();
  return { before, after };
}

Deno.test("gradientClipping: a step of sgd is as long as the limit, or as the gradient below it", async () => {
  const length = async (gradientClipping?: number) => {
    const { before, after } = await firstStep({ optimizer: { type: "sgd" }, gradientClipping });
    return Math.hypot(...before.map((p, i) => p - after[i])) / RATE;
  };
  const whole = await length();
  assert(whole > 1, `the gradient is too short to be clipped: ${whole}`);
  assertAlmostEquals(await length(0.5), 0.5, 1e-5);
  assertAlmostEquals(await length(2 * whole), whole, 1e-5 * whole);
});

Deno.test("adamw: a step of adam, and a share of each parameter less", async () => {
  const { before, after: plain } = await firstStep({ optimizer: { type: "adam" } });
  const { after } = await firstStep({ optimizer: { type: "adamw", weightDecay: 0.5 } });
  before.forEach((p, i) => assertAlmostEquals(after[i], plain[i] - RATE * 0.5 * p, 1e-6));
});
