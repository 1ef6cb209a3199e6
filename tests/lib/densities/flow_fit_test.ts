/**
 * What a masked autoregressive flow learns: the density of a correlated Gaussian, and to sample it.
 *
 * @module
 */
import { assert, assertLess } from "@std/assert";
import type { Device } from "../../../kernels/device.ts";
import {
  adam,
  type AdamState,
  add,
  constantThenLinear,
  jit,
  type Key,
  key,
  matmul,
  mean,
  mul,
  normal,
  run,
  split,
  sub,
  sum,
  type Tensor,
  tensor,
  valueAndGrad,
} from "../../../mod.ts";
import { autoregressiveFlow, type Flow, type FlowParams } from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

/** Gaussian data x = A·n of standard normal n, by a lower triangular A. */
type Factor = readonly (readonly number[])[];
const apply = (factor: Factor, n: Tensor): Tensor =>
  matmul(n, tensor(factor[0].map((_, j) => factor.map((row) => row[j]))));

/** −log p(x) of each example in nats, [batch]. */
function surprise(flow: Flow, params: FlowParams, x: Tensor): Tensor {
  const { y, logDeterminant } = flow.forward(params, x);
  return sub(ofNormal(y), logDeterminant);
}
const ofNormal = (y: Tensor): Tensor =>
  mul(add(sum(mul(y, y), { axis: 1 }), y.shape[1] * Math.log(2 * Math.PI)), 0.5);

/** Fits a flow by Adam to fresh draws. */
function fit(flow: Flow, factor: Factor, device: Device): FlowParams {
  const learningRate = constantThenLinear({ rate: 0.01, steps: STEPS, constantFraction: 0.3 });
  const optimizer = adam({ learningRate });
  const loss = valueAndGrad((p: FlowParams, x: Tensor) => mean(surprise(flow, p, x)));
  const step = jit((params: FlowParams, state: AdamState<FlowParams>, key: Key) => {
    const [use, next] = split(key);
    const [, gradient] = loss(params, apply(factor, normal(use, [BATCH, factor.length])));
    return [...optimizer.update(gradient, state, params), next] as const;
  }, { device, donate: [0, 1, 2] });
  let params = flow.init(key(1)), state = optimizer.init(params), random = key(2);
  for (let i = 0; i < STEPS; i++) [params, state, random] = step(params, state, random);
  return params;
}

const CORRELATED: Factor = [[2, 0, 0], [1.2, 0.6, 0], [-1, 0.5, 0.3]];
const OF_UNIT_VOLUME: Factor = [[1, 0, 0], [1.5, 1, 0], [-1, 2, 1]];
const BATCH = 200, STEPS = 400, EXAMPLES = 20_000, SAMPLES = 2000;

for (const shiftOnly of [false, true]) {
  const factor = shiftOnly ? OF_UNIT_VOLUME : CORRELATED;
  const name = shiftOnly ? "a volume-preserving MAF" : "a MAF";
  onEveryDevice(`${name} reaches the entropy of a correlated Gaussian`, async (device) => {
    const flow = autoregressiveFlow({ dimensions: 3, hidden: [16], steps: 2, shiftOnly });
    const params = fit(flow, factor, device);
    // What is left is the divergence of the flow's density from the data's, each −log p(x) being
    // −log N(n; 0, I) + log |det A|.
    const n = normal(key(9), [EXAMPLES, 3]);
    const logVolume = factor.reduce((sum, row, i) => sum + Math.log(row[i]), 0);
    const excess = sub(surprise(flow, params, apply(factor, n)), add(ofNormal(n), logVolume));
    const nats = await run(excess, device).read();
    const divergence = meanOf(nats), noise = SIGMAS * standardError(nats);
    assert(divergence > -noise && divergence < 0.01 + noise, `${divergence} ± ${noise} nats`);

    const samples = await run(flow.inverse(params, normal(key(5), [SAMPLES, 3])), device).read();
    for (const [i, row] of factor.entries()) {
      for (const [j, other] of factor.entries()) {
        const products = Array.from(
          { length: SAMPLES },
          (_, n) => samples[3 * n + i] * samples[3 * n + j],
        );
        const expected = row.reduce((c, a, k) => c + a * other[k], 0);
        const error = Math.abs(meanOf(products) - expected);
        const scale = Math.hypot(...row) * Math.hypot(...other);
        assertLess(error, SIGMAS * standardError(products) + 0.05 * scale, `covariance ${i}, ${j}`);
      }
    }
  }, { only: shiftOnly ? ["cpu"] : ["cpu", "webgpu"] });
}
