/**
 * The programs that the READMEs show: real ones, caught on their way to a device.
 *
 * @module
 */
import type { Device, Program } from "../../kernels/device.ts";
import {
  adam,
  type Dense,
  dense,
  div,
  exp,
  explain,
  full,
  jit,
  mean,
  mul,
  type OrNumbers,
  type Result,
  slice,
  softplus,
  sub,
  sum,
  type Tensor,
  tensor,
  type Traceable,
  transpose,
  valueAndGrad,
  type View,
} from "../../mod.ts";

/** The program that `jit` makes of f. No device computes it: what f gives has no contents. */
export function programOf<A extends readonly unknown[]>(
  f: Traceable<A, Result>,
  args: OrNumbers<A>,
  donate: readonly number[] = [],
): Program {
  let program: Program | undefined;
  const device: Device = {
    name: "cpu",
    description: "catches programs",
    traits: { fuses: true, maxBuffers: 64 },
    capacity: { total: Infinity, buffer: Infinity },
    allocate: (size) => ({ device, size, free() {} }),
    write() {},
    read: () => Promise.reject(new Error("Nothing was computed")),
    compile(compiled) {
      program = compiled;
      return { run() {}, free() {} };
    },
    bytesInUse: () => 0,
    close() {},
  };
  jit(f, { device, donate })(...args);
  return program!;
}

/** The names of the example's inputs, in the order of its program. */
export const NAMES: readonly string[] = ["x", "w", "b"];

const exampleInputs = (): [x: Tensor, w: Tensor, b: Tensor] => [
  tensor([[1, 2, 3], [4, 5, 6]]),
  tensor([[1, 2], [3, 4], [5, 6]]),
  tensor([1, 2]),
];

/** The running example: a dense layer and softplus. */
export const example = (x: Tensor, w: Tensor, b: Tensor): Tensor => softplus(dense({ w, b }, x));

/** The running example as an expression. */
export const exampleExpression = (): Tensor => example(...exampleInputs());

/** The running example as a program. */
export const exampleProgram = (): Program => programOf(example, exampleInputs());

/** What `explain` shows of the function in the section "Seeing" of lib/README.md. */
export const seen = (as: View): string =>
  explain((x: Tensor, y: Tensor) => div(x, sum(mul(x, exp(y)))), { as })(
    tensor([1, 2, 3]),
    tensor([4, 5, 6]),
  );

/**
 * Two rows of a [4, 6] tensor, transposed and multiplied by ten: a kernel that reads by strides.
 */
export const stridedProgram = (): Program =>
  programOf((x: Tensor) => mul(transpose(slice(x, [1, 2], [2, 4])), 10), [full([4, 6], 1)]);

/** A product of whole tiles. */
export const tiledProgram = (): Program =>
  programOf((x: Tensor, w: Tensor) => dense({ w, b: full([16], 0) }, x), [
    full([12, 12], 1),
    full([12, 16], 1),
  ]);

/** A training step of a network of four layers, 784–64–64–64–10, with batches of 100, by Adam. */
export function trainingProgram(): Program {
  const sizes = [784, 64, 64, 64, 10];
  const params = sizes.slice(1).map((outputs, i): Dense => ({
    w: full([sizes[i], outputs], 0.1),
    b: full([outputs], 0),
  }));
  const network = ([first, ...rest]: readonly Dense[], x: Tensor) =>
    rest.reduce((x, layer) => dense(layer, softplus(x)), dense(first, x));
  const optimizer = adam({ learningRate: 1e-3 });
  const state = optimizer.init(params);
  const step = (p: Dense[], s: typeof state, x: Tensor, y: Tensor) => {
    const [loss, gradient] = valueAndGrad((p: Dense[]) => {
      const error = sub(network(p, x), y);
      return mean(mul(error, error));
    })(p);
    return [...optimizer.update(gradient, s, p), loss];
  };
  return programOf(step, [params, state, full([100, 784], 1), full([100, 10], 1)], [0, 1]);
}
