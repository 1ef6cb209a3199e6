/**
 * Autoregressive flows: a chain of transforms y = x · e^s + m. The shift m and the log-scale s of a
 * dimension depend on the dimensions before it, by a MADE.
 *
 * One direction is parallel: one network pass for each step. The other finds one dimension after
 * another. A masked autoregressive flow (Papamakarios, Pavlakou and Murray, NeurIPS 2017) takes
 * data to noise by the parallel direction: its density is log p(z) = log N(y; 0, I) +
 * logDeterminant, and it samples by the sequential direction. An inverse autoregressive flow
 * (Kingma et al., NeurIPS 2016) takes noise to a sample z = y by the parallel direction, with log
 * q(z) = log N(x; 0, I) − logDeterminant.
 *
 * @module
 */
import { add, div, equal, exp, mul, neg, sub, tanh, where } from "../ops/elementwise.ts";
import { iota } from "../ops/indexing.ts";
import { flip, sum } from "../ops/linear.ts";
import { checkOptions } from "../checks.ts";
import { zeros } from "../create.ts";
import { made, type MadeOptions, type MadeParams } from "./made.ts";
import { type Key, split } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/** Settings of {@linkcode autoregressiveFlow}, and those of the MADE of each step. */
export interface FlowOptions extends Omit<MadeOptions, "parts"> {
  /** The number of transforms, one after another; 4 unless given. */
  readonly steps?: number;
  /** Whether s is 0, so that volumes are preserved; true unless given. */
  readonly shiftOnly?: boolean;
  /** Whether the order of the dimensions is reversed between two steps; true unless given. */
  readonly reverse?: boolean;
}

/** Parameters of a flow: the MADE of each step. */
export type FlowParams = readonly MadeParams[];

/** The result of the parallel direction. */
export interface FlowOutput {
  /** The transformed batch, [batch, dimensions]. */
  readonly y: Tensor;
  /** log |det ∂y/∂x|, [batch]. */
  readonly logDeterminant: Tensor;
}

/** A bijection, as pure functions of its parameters. A context is [batch, context]. */
export interface Flow {
  /**
   * Initial parameters, with which the flow is close to the identity, up to the order of the
   * dimensions.
   */
  init(key: Key): FlowParams;
  /**
   * The parallel direction, of x [batch, dimensions].
   *
   * @throws {ShapeError} where x or the context has another shape, or the context is missing.
   */
  forward(params: FlowParams, x: Tensor, context?: Tensor): FlowOutput;
  /**
   * The sequential direction: the x of a y, both [batch, dimensions]. Each step takes one network
   * pass for each dimension.
   *
   * @throws {ShapeError} where y or the context has another shape, or the context is missing.
   */
  inverse(params: FlowParams, y: Tensor, context?: Tensor): Tensor;
  /** The number of parameters that the flow would have without masks. */
  readonly denseParameters: number;
}

/**
 * The log-scale is bounded softly, s = 5 · tanh(a / 5), which is about a for small a. For an
 * example far out, where a relu network grows without bound, e^s then neither overflows nor loses
 * its gradient. 17 steps stay within float32, as e^(5 · 17) < 2¹²⁸.
 */
const BOUND = 5;

/**
 * A chain of autoregressive transforms.
 *
 * @example The density and the samples of a masked autoregressive flow
 * ```ts
 * import { add, key, mul, normal, sum } from "@echograd/echograd";
 * import { autoregressiveFlow } from "@echograd/echograd/densities";
 * const maf = autoregressiveFlow({ dimensions: 4, hidden: [64, 64], shiftOnly: false });
 * const params = maf.init(key(0));
 * const samples = maf.inverse(params, normal(key(1), [10, 4]));
 * const { y, logDeterminant } = maf.forward(params, samples);
 * const logNormal = mul(add(sum(mul(y, y), { axis: 1 }), 4 * Math.log(2 * Math.PI)), -0.5);
 * console.log(await add(logNormal, logDeterminant).read()); // nats, [10]
 * ```
 * @throws {RangeError} unless dimensions, hidden units and steps are positive integers, and context
 * an integer from 0.
 */
export function autoregressiveFlow(options: FlowOptions): Flow {
  const names = ["dimensions", "hidden", "steps", "shiftOnly", "context", "reverse", "activation"];
  checkOptions("make a flow", options, ...names);
  const { dimensions, hidden, steps = 4, shiftOnly = true, context = 0, reverse = true } = options;
  const { activation } = options;
  if (!(Number.isInteger(steps) && steps >= 1)) {
    throw new RangeError(`Cannot make a flow of ${steps} steps: it takes a positive integer`);
  }
  const network = made({ dimensions, hidden, parts: shiftOnly ? 1 : 2, context, activation });
  const turn = (x: Tensor, step: number) => reverse && step > 0 ? flip(x, 1) : x;

  /**
   * The shift and the log-scale of each dimension, [batch, dimensions]; no log-scale where it is 0.
   */
  function transform(params: MadeParams, x: Tensor, context?: Tensor): [Tensor, Tensor?] {
    const [shift, a] = network.apply(params, x, context);
    return shiftOnly ? [shift] : [shift, mul(tanh(div(a, BOUND)), BOUND)];
  }

  return {
    denseParameters: steps * network.denseParameters,
    init: (key) => split(key, steps).map(network.init),
    forward(params, x, context) {
      let y = x, logDeterminant = zeros(x.shape.slice(0, 1));
      params.forEach((step, i) => {
        const input = turn(y, i);
        const [shift, logScale] = transform(step, input, context);
        if (logScale === undefined) y = add(input, shift);
        else {
          y = add(mul(input, exp(logScale)), shift);
          logDeterminant = add(logDeterminant, sum(logScale, { axis: 1 }));
        }
      });
      return { y, logDeterminant };
    },
    inverse(params, y, context) {
      return params.reduceRight((y, step, i) => {
        let x = zeros(y.shape);
        for (let d = 0; d < dimensions; d++) {
          const [shift, logScale] = transform(step, x, context);
          const moved = sub(y, shift);
          const found = logScale === undefined ? moved : mul(moved, exp(neg(logScale)));
          // The dimensions after d are still unknown, and what was computed for them may be
          // anything: they stay 0.
          x = where(equal(iota([dimensions]), d), found, x);
        }
        return turn(x, i);
      }, y);
    },
  };
}
