/**
 * What training needs of the library, for a bundler. It finds no reason to leave out what `mod.ts`
 * does when it is imported, such as showing tensors in consoles: with `mod.ts` the page would load
 * 8 kB more before it trains.
 *
 * @module
 */

import { openCpu } from "../../kernels/cpu/device.ts";
import { setDefaultDevice } from "../../lib/evaluate.ts";

setDefaultDevice(openCpu);

export type { Device } from "../../kernels/device.ts";
export { DeviceLostError } from "../../kernels/webgpu/errors.ts";
export { tensor } from "../../lib/create.ts";
export { echoChannel } from "../../lib/echo/channel.ts";
export { echoRate } from "../../lib/echo/rate.ts";
export { echoNoise, echoSample } from "../../lib/echo/sample.ts";
export { valueAuxAndGrad } from "../../lib/grad.ts";
export { jit, run } from "../../lib/jit.ts";
export { softplus } from "../../lib/ops/elementwise.ts";
export { logSigmoid } from "../../lib/nn/activations.ts";
export { type Dense, dense, initDense } from "../../lib/nn/dense.ts";
export { bernoulliCrossEntropy } from "../../lib/nn/losses.ts";
export { add, div, equal, exp, mul, sigmoid, sqrt, sub, where } from "../../lib/ops/elementwise.ts";
export { iota, take } from "../../lib/ops/indexing.ts";
export { concat, stack } from "../../lib/ops/joining.ts";
export { reshape, sum } from "../../lib/ops/linear.ts";
export { square } from "../../lib/ops/powers.ts";
export { mean } from "../../lib/ops/reduce.ts";
export { slice } from "../../lib/ops/slicing.ts";
export { adam, type AdamState } from "../../lib/optim.ts";
export { permutation } from "../../lib/permutation.ts";
export { foldIn, type Key, key, normal, split } from "../../lib/random.ts";
export type { Tensor } from "../../lib/tensor.ts";
