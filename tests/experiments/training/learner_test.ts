/**
 * One training step: what the settings of a config do to the parameters.
 *
 * @module
 */
import { assert, assertAlmostEquals } from "@std/assert";
import { key, openDevice, run, tensor } from "../../../mod.ts";
import { gatherTensor } from "../../../experiments/outcome/evaluate.ts";
import { emptyTrace, readTrace } from "../../../experiments/outcome/trace.ts";
import type { Metrics } from "../../../experiments/runs/history.ts";
import { arraysOf } from "../../../experiments/runs/checkpoint.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { DATA, like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";

const RATE = 0.125;

/** All parameters before and after the first step of a config. */
async function firstStep(keys: object): Promise<
  { before: number[]; after: number[]; losses: Metrics }
> {
  const device = await openDevice("cpu", { threads: 1 });
  const config = like({ learningRate: { type: "constant", rate: RATE }, ...keys });
  const learner = makeLearner(config, makeModel(config, SIDE * SIDE), 10, device);
  const start = learner.init(run(key(0), device), NO_EXAMPLES);
  const read = async (state: typeof start) =>
    [...await arraysOf({ state, key: key(0) })].flatMap(([name, { data }]) =>
      name.startsWith("state.params.") ? [...data] : []
    );
  const before = await read(start);
  const images = gatherTensor(DATA.train, Array.from({ length: config.batch }, (_, i) => i));
  const index = tensor(0, { dtype: "int32" });
  const [next, trace] = learner.step(start, emptyTrace(1, learner.names), images, index, key(1));
  const after = await read(next);
  const [losses] = await readTrace(trace, 1, learner.names);
  device.close();
  return { before, after, losses };
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

Deno.test("betaSchedule: β rises from 0 in each cycle, then stays at its value", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const config = like({
    loss: [{ type: "reconstruction", weight: 1 }, { type: "rate", weight: 3 }],
    betaSchedule: { cycles: 2, fraction: 0.5 },
    epochs: 2,
  });
  const learner = makeLearner(config, makeModel(config, SIDE * SIDE), 8, device);
  const start = learner.init(run(key(0), device), NO_EXAMPLES);
  for (
    const [step, beta] of [[0, 0], [1, 0.75], [3, 2.25], [4, 3], [7, 3], [8, 0], [10, 1.5]]
  ) {
    const optimizer = { ...start.optimizer, step: tensor(step + 1, { dtype: "int32" }) };
    assertAlmostEquals((await learner.beta({ ...start, optimizer }))!, beta, 1e-5);
  }
  device.close();
  // At β = 0 the first step is that of a loss without a rate.
  const { after } = await firstStep({ betaSchedule: {} });
  const rateless = await firstStep({ loss: [{ type: "reconstruction", weight: 1 }] });
  after.forEach((p, i) => assertAlmostEquals(p, rateless.after[i], 1e-6));
});

Deno.test("freeBits: rates below the floor have no gradient, and the true rate is reported", async () => {
  const term = (more = {}) => [
    { type: "reconstruction", weight: 1 },
    { type: "rate", weight: 1, ...more },
  ];
  const vae = { latent: { type: "gaussian", size: 3 } };
  for (const latent of [{}, vae]) {
    const free = await firstStep({ ...latent, loss: term({ freeBits: 1e4 }) });
    const without = await firstStep({ ...latent, loss: [term()[0]] });
    free.after.forEach((p, i) => assertAlmostEquals(p, without.after[i], 1e-6));
    const low = await firstStep({ ...latent, loss: term({ freeBits: 1e-6 }) });
    const plain = await firstStep({ ...latent, loss: term() });
    low.after.forEach((p, i) => assertAlmostEquals(p, plain.after[i], 1e-6));
    assertAlmostEquals(free.losses.rate, plain.losses.rate, 1e-5);
    assertAlmostEquals(free.losses.loss, free.losses.distortion + 3e4, 0.1);
  }
});

Deno.test("adamw: a step of adam, and a share of each parameter less", async () => {
  const { before, after: plain } = await firstStep({ optimizer: { type: "adam" } });
  const { after } = await firstStep({ optimizer: { type: "adamw", weightDecay: 0.5 } });
  before.forEach((p, i) => assertAlmostEquals(after[i], plain[i] - RATE * 0.5 * p, 1e-6));
});
