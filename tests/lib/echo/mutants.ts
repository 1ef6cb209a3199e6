/**
 * Samplers with the mistakes that one makes.
 *
 * @module
 */
import {
  add,
  concat,
  cumsum,
  type EchoChannel,
  echoMatrixNoise,
  exp,
  expandDims,
  foldIn,
  matmul,
  matrixScale,
  mul,
  reshape,
  slice,
  sum,
  take,
  type Tensor,
  transpose,
} from "../../../mod.ts";
import type { Sampler } from "../../../experiments/laboratory/channels/draws.ts";
import type { MatrixSampler } from "../../../experiments/laboratory/channels/matrix.ts";
import {
  noiseOf,
  orders,
  perHalf,
  plainEcho,
  scaled,
} from "../../../experiments/laboratory/channels/samplers.ts";

/** Mistakes in a sampler of diagonal scales. */
export type Mutation =
  /** The weight of an echo has its own scale in it: Π over l' ≤ l. */
  | "inclusive product"
  /** The mean of each echo comes with the scale of the echo before it. */
  | "f and S misaligned"
  /** z = f + ε. */
  | "S not applied"
  /** z = f + S²·ε. */
  | "S applied twice"
  /** An example may be its own echo. */
  | "self included"
  /** Others may be an echo more than once. */
  | "with replacement, self excluded"
  /** Each half of the latent dimensions has an order of the echoes of its own. */
  | "orders not shared"
  /** The sampler has another clip than the rate. */
  | "clip mismatch"
  /** The echoes' means are those of an encoder that has moved on since. */
  | "stale echoes"
  /** The series is cut off after a few echoes. */
  | "cut off";

/** Mistakes in a sampler of matrices. */
export type MatrixMutation =
  /** P ← S(x⁽ˡ⁾)·P: the newest factor on the left. */
  | "product reversed"
  /** z = f + Sᵀ·ε. */
  | "S transposed";

const order = orders["without replacement"];
/** The sampler as it should be, another way. */
export const rightEcho: Sampler = plainEcho(order);

/** The samplers that make them. */
export const mutants: Record<Mutation, Sampler> = {
  "inclusive product": plainEcho(order, (echoes, mean, logS) => {
    const weights = exp(cumsum(take(logS, echoes), { axis: 1 }));
    return sum(mul(take(mean, echoes), weights), { axis: 1 });
  }),
  "f and S misaligned": plainEcho(order, (echoes, mean, logS) => {
    const weights = exp(cumsum(take(logS, delayed(echoes)), { axis: 1, exclusive: true }));
    return sum(mul(take(mean, echoes), weights), { axis: 1 });
  }),
  "S not applied": (key, mean, logScale, channel) => {
    const { noise } = rightEcho(key, mean, logScale, channel);
    return { noise, z: add(mean, noise) };
  },
  "S applied twice": (key, mean, logScale, channel) => {
    const { noise } = rightEcho(key, mean, logScale, channel);
    const s = exp(scaled(logScale, channel));
    return { noise, z: add(mean, mul(mul(s, s), noise)) };
  },
  "self included": plainEcho(orders["self included"]),
  "with replacement, self excluded": plainEcho(orders["with replacement, self excluded"]),
  "orders not shared": perHalf(
    rightEcho,
    (key, ...rest) => rightEcho(foldIn(key, 1), ...rest),
  ),
  "clip mismatch": (key, mean, logScale, channel) =>
    rightEcho(key, mean, logScale, { ...channel, clip: 1.02 * channel.clip }),
  "stale echoes": plainEcho(order, (echoes, mean, logS) => noiseOf(echoes, mul(mean, 0.9), logS)),
  "cut off": plainEcho((key, batch) => order(key, batch, 3)),
};

/** The samplers that make them. */
export const matrixMutants: Record<MatrixMutation, MatrixSampler> = {
  "product reversed": (key, encodings, channel) => {
    const { mean, scale, column, echoes } = prepare(key, encodings, channel);
    let noise = take(mean, column(0)), product = take(scale, column(0));
    for (let l = 1; l < echoes; l++) {
      noise = add(noise, times(product, take(mean, column(l))));
      product = matmul(take(scale, column(l)), product);
    }
    return { noise, z: add(mean, times(scale, noise)) };
  },
  "S transposed": (key, { mean, left, logScale, right }, channel) => {
    const scale = matrixScale(left, logScale, right, channel);
    const noise = echoMatrixNoise(key, mean, scale, channel);
    return { noise, z: add(mean, times(transpose(scale, [0, 2, 1]), noise)) };
  },
};

function prepare(
  key: Tensor,
  { mean, left, logScale, right }: Parameters<MatrixSampler>[1],
  channel: EchoChannel,
) {
  const [batch] = mean.shape;
  const all = order(key, batch, channel.dMax);
  return {
    mean,
    scale: matrixScale(left, logScale, right, channel),
    echoes: all.shape[1],
    column: (l: number) => reshape(slice(all, [0, l], [batch, 1]), [batch]),
  };
}

/** Matrices times vectors. */
const times = (matrices: Tensor, vectors: Tensor): Tensor =>
  sum(mul(matrices, expandDims(vectors, 1)), { axis: 2 });

/** Each row moved on by one place, the last element to the front. */
function delayed(order: Tensor): Tensor {
  const [rows, n] = order.shape;
  return concat([slice(order, [0, n - 1], [rows, 1]), slice(order, [0, 0], [rows, n - 1])], 1);
}
