/**
 * A recurrent cell: the next state of a sequence model. `scan` carries it along a series.
 *
 * @module
 */
import { add, mul, sigmoid, sub, tanh } from "../ops/elementwise.ts";
import { splitAxis } from "../ops/arrangement.ts";
import { type Key, split } from "../random.ts";
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { type Dense, dense, initDense } from "./dense.ts";
import { glorotUniform, orthogonal } from "./initialisers.ts";

/** Parameters of {@linkcode gruCell}; columns are those of the gates r, z and of n, in turn. */
export interface Gru {
  /** Of the input: weights [inputs, 3·units] and biases. */
  readonly input: Dense;
  /** Of the state: weights [units, 3·units] and biases. */
  readonly state: Dense;
}

/**
 * Initial parameters of a {@linkcode gruCell}: Glorot's for the input, orthogonal for the state.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { initGru, key } from "@echograd/echograd";
 * assertEquals(initGru(key(1), 3, 16).state.w.shape, [16, 48]);
 * ```
 */
export function initGru(key: Key, inputs: number, units: number): Gru {
  const [ofInput, ofState] = split(key);
  return {
    input: initDense(ofInput, inputs, 3 * units, glorotUniform),
    state: initDense(ofState, units, 3 * units, orthogonal),
  };
}

/**
 * The next state of a gated recurrent unit (Cho et al., EMNLP 2014), with the reset gate behind the
 * product, as in PyTorch and cuDNN. From states h [batch, units] and inputs x [batch, inputs]:
 *
 *     r, z = σ(x·W + h·U + biases),   n = tanh(x·W + b + r·(h·U + c)),   h ← (1 − z)·n + z·h
 *
 * @example A sequence of 7 inputs
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Gru, gruCell, initGru, key, scan, type Tensor, zeros } from "@echograd/echograd";
 * const rnn = scan((h: Tensor, x: Tensor, p: Gru) => {
 *   const next = gruCell(p, h, x);
 *   return [next, next] as const;
 * });
 * const [last, all] = rnn(zeros([4, 16]), zeros([7, 4, 3]), initGru(key(1), 3, 16));
 * assertEquals([last.shape, all.shape], [[4, 16], [7, 4, 16]]);
 * ```
 * @throws {ShapeError} where the parameters do not fit the state.
 */
export function gruCell({ input, state }: Gru, h: Tensor, x: Tensor): Tensor {
  const [a, b] = [dense(input, x), dense(state, h)];
  if (a.shape.at(-1) !== 3 * h.shape.at(-1)! || b.shape.at(-1) !== a.shape.at(-1)) {
    throw shapeError`Cannot gruCell a state of ${h.shape} with parameters ${input.w.shape} and ${state.w.shape}: they have 3 columns for each unit`;
  }
  const [[ar, az, an], [br, bz, bn]] = [a, b].map((y) => splitAxis(y, 3, -1));
  const reset = sigmoid(add(ar, br)), keep = sigmoid(add(az, bz));
  const next = tanh(add(an, mul(reset, bn)));
  return add(mul(sub(1, keep), next), mul(keep, h));
}
