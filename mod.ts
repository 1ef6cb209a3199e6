/**
 * A functional tensor library for Deno with its own autodiff and kernel compiler, on which Echo
 * noise and its exact mutual information are built.
 *
 * Tensors are immutable expressions; gradients are expressions; running is compiling.
 *
 * @example Fit a line
 * ```ts
 * import { adam, add, grad, jit, mean, mul, sub, tensor, zeros } from "@echograd/echograd";
 *
 * const x = tensor([0, 1, 2, 3]), y = tensor([1, 3, 5, 7]);
 * const loss = (p: { w: typeof x; b: typeof x }) => {
 *   const error = sub(add(mul(x, p.w), p.b), y);
 *   return mean(mul(error, error));
 * };
 * let params = { w: zeros([]), b: zeros([]) };
 * const optimizer = adam({ learningRate: 0.1 });
 * let state = optimizer.init(params);
 * const step = jit((p: typeof params, s: typeof state) => optimizer.update(grad(loss)(p), s, p), {
 *   donate: [0, 1],
 * });
 * for (let i = 0; i < 500; i++) [params, state] = step(params, state);
 * console.log(await params.w.item(), await params.b.item()); // 2 and 1
 * ```
 *
 * @module
 */
import { openCpu } from "./kernels/cpu/device.ts";
import { setDefaultDevice } from "./lib/evaluate.ts";
import { showTensors } from "./lib/seeing/show.ts";

// lib/ knows devices by their interface alone, so the one that computes with host data is chosen
// here.
setDefaultDevice(openCpu);
showTensors();

export {
  broadcastShapes,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  sameShape,
  type Shape,
  ShapeError,
  shapeText,
  sizeOf,
} from "./lib/shape.ts";
export {
  type Data,
  type DataOf,
  type Device,
  type DType,
  type NestedNumbers,
  Tensor,
  type TensorLike,
} from "./lib/tensor.ts";
export {
  full,
  type Nested,
  ones,
  type ShortData,
  tensor,
  type TensorOptions,
  zeros,
} from "./lib/create.ts";
export {
  abs,
  add,
  and,
  atan,
  type Binary,
  cast,
  cos,
  div,
  type Elementwise,
  equal,
  erf,
  exp,
  expm1,
  floor,
  greater,
  greaterEqual,
  isNaN,
  less,
  lessEqual,
  log,
  log1p,
  max,
  min,
  mul,
  neg,
  not,
  notEqual,
  or,
  round,
  shiftLeft,
  shiftRight,
  sigmoid,
  sin,
  softplus,
  sqrt,
  stopGradient,
  sub,
  tanh,
  type Unary,
  where,
  xor,
} from "./lib/ops/elementwise.ts";
export { acos, asin, atan2, cosh, sinh, tan } from "./lib/ops/angles.ts";
export { pow, reciprocal, rsqrt, square } from "./lib/ops/powers.ts";
export { ceil, clip, mod, sign, trunc } from "./lib/ops/rounding.ts";
export {
  all,
  any,
  argmax,
  argmin,
  type ArgOptions,
  cumsum,
  type CumsumOptions,
  logSumExp,
  mean,
  prod,
  reduceMax,
  reduceMin,
} from "./lib/ops/reduce.ts";
export * from "./lib/ops/moments.ts";
export {
  broadcastTo,
  expandDims,
  flip,
  type ReduceOptions,
  type Reduction,
  reshape,
  sum,
  transpose,
} from "./lib/ops/linear.ts";
export { pad, type Padding, slice } from "./lib/ops/slicing.ts";
export { windows, type WindowsOptions } from "./lib/ops/windows.ts";
export { iota, scatterAdd, take, takeAlongAxis } from "./lib/ops/indexing.ts";
export { concat, stack } from "./lib/ops/joining.ts";
export { matmul } from "./lib/ops/matmul.ts";
export { argsort, sort, type SortOptions, topK } from "./lib/ops/sorting.ts";
export * from "./lib/ops/algebra.ts";
export * from "./lib/ops/arrangement.ts";
export * from "./lib/ops/patterns.ts";
export {
  type ArgumentsAt,
  grad,
  type GradOptions,
  valueAndGrad,
  valueAuxAndGrad,
  vjp,
  withGradient,
} from "./lib/grad.ts";
export * from "./lib/derivatives.ts";
export * from "./lib/scan.ts";
export {
  type AsTensors,
  jit,
  type JitOptions,
  type Jitted,
  type OrNumbers,
  type Result,
  run,
  type Traceable,
} from "./lib/jit.ts";
export type { Compilation } from "./lib/compilations.ts";
export { batches } from "./lib/batches.ts";
export { explain, type ExplainOptions, type View } from "./lib/seeing/explain.ts";
export { type Image, image, type ImageOptions } from "./lib/seeing/image.ts";
export {
  type KernelTime,
  type Profile,
  profile,
  type ProfileOptions,
} from "./lib/seeing/profile.ts";
export * from "./lib/tree.ts";
export { loadTensors, type Read, readTree, saveTensors, toDevice } from "./lib/moving.ts";
export { SafetensorsError } from "./lib/safetensors.ts";
export {
  bernoulli,
  foldIn,
  type Key,
  key,
  normal,
  randomBits,
  randomInts,
  split,
  threefry,
  uniform,
} from "./lib/random.ts";
export * from "./lib/permutation.ts";
export * from "./lib/distributions.ts";
export * from "./lib/nn/activations.ts";
export * from "./lib/nn/attention.ts";
export * from "./lib/nn/dense.ts";
export * from "./lib/nn/dropout.ts";
export * from "./lib/nn/embedding.ts";
export * from "./lib/nn/initialisers.ts";
export * from "./lib/nn/layer_norm.ts";
export * from "./lib/nn/losses.ts";
export * from "./lib/nn/recurrent.ts";
export { conv2d, convTranspose2d, type TransposedOptions } from "./lib/convolution.ts";
export { averagePool, maxPool } from "./lib/pooling.ts";
export type { ConvolutionOptions, PerAxis, Sides, WindowOptions } from "./lib/placement.ts";
export {
  type Adam,
  adam,
  type AdamOptions,
  type AdamState,
  adamw,
  type AdamwOptions,
  clipByGlobalNorm,
  type Optimizer,
  type Sgd,
  sgd,
  type SgdOptions,
  type SgdState,
} from "./lib/optim.ts";
export * from "./lib/rmsprop.ts";
export * from "./lib/schedules.ts";
export {
  type EchoChannel,
  echoChannel,
  type EchoOptions,
  solveClip,
  solveClipByBias,
  truncationBias,
} from "./lib/echo/channel.ts";
export * from "./lib/echo/sample.ts";
export { echoLoss, echoRate, type EchoRateOptions } from "./lib/echo/rate.ts";
export * from "./lib/echo/likelihood.ts";
export * from "./lib/echo/matrix.ts";
export * from "./lib/echo/staleness.ts";
export { type DeviceName, type DeviceOptions, openDevice } from "./kernels/open.ts";
export { DeviceLostError } from "./kernels/webgpu/errors.ts";
