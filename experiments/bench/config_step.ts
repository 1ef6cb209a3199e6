/**
 * A contestant: the training step of a config, exactly as `deno task train` runs it.
 *
 * @module
 */

import { type DeviceName, key, openDevice, tensor } from "../../mod.ts";
import { findConfig } from "../config/source.ts";
import { makeLearner } from "../training/learner.ts";
import { makeModel } from "../models/model.ts";
import { emptyTrace, readTrace } from "../outcome/trace.ts";
import { makeFixture } from "./fixture.ts";
import { type ConfigOrder, serve } from "./protocol.ts";
import { PIXELS, SIZE } from "./task.ts";

const order: ConfigOrder = JSON.parse(Deno.args[0]);
const { batch } = order;
const config = { ...(await findConfig(order.config)).config, batch };
const device = await openDevice(order.device as DeviceName, { threads: order.threads });
const model = makeModel(config, SIZE);
// A number of steps so large that a learning-rate schedule does not matter.
const learner = makeLearner(config, model, 1_000_000, device);

const { examples } = learner;
const fixture = makeFixture({ batch: Math.max(batch, examples), hidden: 1 });
const rows = (count: number) =>
  tensor(fixture.images.subarray(0, count * PIXELS), { shape: [count, PIXELS] });
const [images, index, noise] = [rows(batch), tensor(0, { dtype: "int32" }), key(1)];

let state = learner.init(key(0), rows(examples));
let trace = emptyTrace(1, learner.names);
await serve(device.description, async () => {
  [state, trace] = learner.step(state, trace, images, index, noise);
  const [{ loss }] = await readTrace(trace, 1, learner.names);
  return loss;
});
device.close();
