/**
 * Initial weights, made of a key. They keep the variance of activations, or of gradients, from
 * layer to layer.
 *
 * @module
 */
import { mul, sub } from "../ops/elementwise.ts";
import { transpose } from "../ops/linear.ts";
import { matmul } from "../ops/matmul.ts";
import { type Key, normal, uniform } from "../random.ts";
import { type Shape, shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Makes initial weights [inputs, outputs], or a kernel [height, width, inputs, outputs], of a key. */
export type Initialiser = (key: Key, shape: Shape) => Tensor;

/**
 * Uniform on ±limit, which depends on the numbers of inputs of an output and of outputs of an input:
 * in a convolution there is one for each place of the kernel.
 */
const uniformWithin =
  (limit: (inputs: number, outputs: number) => number): Initialiser => (key, shape) => {
    const signed = sub(mul(uniform(key, shape), 2), 1);
    const places = shape.slice(0, -2).reduce((product, d) => product * d, 1);
    return mul(signed, limit(places * (shape.at(-2) ?? 1), places * (shape.at(-1) ?? 1)));
  };

/**
 * A weight matrix [inputs, outputs], uniform on ±√(6 / (inputs + outputs)) (Glorot and Bengio,
 * AISTATS 2010). For a kernel the numbers of channels are multiplied by height · width.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { glorotUniform, key } from "@echograd/echograd";
 * assert((await glorotUniform(key(1), [2, 4]).read()).every((w) => Math.abs(w) <= 1));
 * ```
 */
export const glorotUniform: Initialiser = /* @__PURE__ */ uniformWithin((inputs, outputs) =>
  Math.sqrt(6 / (inputs + outputs))
);

/**
 * A weight matrix [inputs, outputs], uniform on ±√(6 / inputs), for relu (He, Zhang, Ren and Sun,
 * ICCV 2015).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { heUniform, key } from "@echograd/echograd";
 * assert((await heUniform(key(1), [6, 5]).read()).every((w) => Math.abs(w) <= 1));
 * ```
 */
export const heUniform: Initialiser = /* @__PURE__ */ uniformWithin((inputs) =>
  Math.sqrt(6 / inputs)
);

/**
 * A weight matrix [inputs, outputs], uniform on ±√(3 / inputs), for selu and linear layers (LeCun,
 * Bottou, Orr and Müller, "Efficient backprop", 1998).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { key, lecunUniform } from "@echograd/echograd";
 * assert((await lecunUniform(key(1), [3, 5]).read()).every((w) => Math.abs(w) <= 1));
 * ```
 */
export const lecunUniform: Initialiser = /* @__PURE__ */ uniformWithin((inputs) =>
  Math.sqrt(3 / inputs)
);

/** Normal with a variance of gain / inputs, not cut off. */
const normalOf = (gain: number): Initialiser => (key, shape) =>
  mul(normal(key, shape), Math.sqrt(gain / (shape.at(-2) ?? 1)));

/**
 * A weight matrix [inputs, outputs], normal with variance 2 / inputs, for relu (He, Zhang, Ren and
 * Sun, ICCV 2015).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { heNormal, key, std } from "@echograd/echograd";
 * assertAlmostEquals(await std(heNormal(key(1), [50, 1000])).item(), 0.2, 5e-3);
 * ```
 */
export const heNormal: Initialiser = /* @__PURE__ */ normalOf(2);

/**
 * A weight matrix [inputs, outputs], normal with variance 1 / inputs (LeCun, Bottou, Orr and
 * Müller, "Efficient backprop", 1998).
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { key, lecunNormal, std } from "@echograd/echograd";
 * assertAlmostEquals(await std(lecunNormal(key(1), [25, 1000])).item(), 0.2, 5e-3);
 * ```
 */
export const lecunNormal: Initialiser = /* @__PURE__ */ normalOf(1);

/**
 * The steps of {@linkcode orthogonal}. A singular value σ of at most about 1 becomes 1.5·σ where it
 * is small: 40 steps and the quadratic end bring those from 10⁻⁶ on to 1.
 */
const POLAR_STEPS = 40;

/**
 * A random matrix with orthonormal columns, or rows where they are fewer; uniform over all of them
 * (Saxe, McClelland and Ganguli, ICLR 2014). It is the polar factor of a normal matrix, by Newton
 * and Schulz's iteration X ← 1.5·X − 0.5·X·Xᵀ·X (Higham, "Functions of matrices", 2008, ch. 8), to
 * about 1e-6.
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { key, matmul, orthogonal, transpose } from "@echograd/echograd";
 * const w = orthogonal(key(1), [5, 2]);
 * const [a, b] = await matmul(transpose(w), w).read();
 * assertAlmostEquals(a, 1, 1e-5);
 * assertAlmostEquals(b, 0, 1e-5);
 * ```
 * @throws {ShapeError} where the shape is not that of a matrix.
 */
export const orthogonal: Initialiser = (key: Key, shape: Shape): Tensor => {
  if (shape.length !== 2) throw shapeError`Cannot make an orthogonal ${shape}: it is a matrix`;
  const [rows, columns] = shape;
  if (rows < columns) return transpose(orthogonal(key, [columns, rows]));
  // Singular values of a normal matrix are about √rows ± √columns; the iteration allows up to √3.
  let x = mul(normal(key, shape), 1 / (Math.sqrt(rows) + Math.sqrt(columns)));
  for (let i = 0; i < POLAR_STEPS; i++) {
    x = sub(mul(x, 1.5), mul(matmul(x, matmul(transpose(x), x)), 0.5));
  }
  return x;
};
