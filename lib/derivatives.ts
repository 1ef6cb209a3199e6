/**
 * Derivatives beyond the gradient, all by {@linkcode vjp}: products of vectors and Jacobians.
 *
 * There is no `vmap`. Ops take leading batch axes already: elementwise ops broadcast, `matmul`,
 * `softmax` and the layers work on the last axes. For the gradients of single examples, pull back
 * rows of an identity matrix, as `jacobian` does.
 *
 * @module
 */
import { at } from "./ops/arrangement.ts";
import { eye } from "./ops/patterns.ts";
import { zeros } from "./create.ts";
import { grad, vjp } from "./grad.ts";
import { add, mul } from "./ops/elementwise.ts";
import { stack } from "./ops/joining.ts";
import { reshape, sum } from "./ops/linear.ts";
import type { Tensor } from "./tensor.ts";
import { treeLeaves, treeMap } from "./tree.ts";

/** Σ over all leaves of the products of two trees. */
function dot<P>(a: P, b: P): Tensor {
  const products = treeMap((x, y) => sum(mul(x, y)), a, b);
  return (treeLeaves(products) as Tensor[]).reduce((x, y) => add(x, y));
}

/**
 * The value of f at x, and its derivative along v, a tree of the form of x: J·v, of the shape of
 * the value. The pullback dy ↦ dyᵀ·J is linear, and its own pullback is v ↦ J·v.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jvp, mul, type Tensor, tensor } from "@echograd/echograd";
 * const [y, slope] = jvp((x: Tensor) => mul(x, x), tensor([1, 3]), tensor([1, 10]));
 * assertEquals([...await y.read()], [1, 9]);
 * assertEquals([...await slope.read()], [2, 60]);
 * ```
 * @throws {TypeError} where v has another form than x, or they are not float32.
 */
export function jvp<P>(f: (x: P) => Tensor, x: P, v: P): [value: Tensor, derivative: Tensor] {
  const [y, pullback] = vjp(f, x);
  return [y, grad((dy: Tensor) => dot(pullback(dy)[0], v))(zeros(y.shape))];
}

/**
 * The product of the Hessian of f, a scalar function, at x with v: a tree of their form. It takes a
 * few times the work of a gradient, and never makes the Hessian.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hvp, pow, sum, type Tensor, tensor } from "@echograd/echograd";
 * const f = (x: Tensor) => sum(pow(x, 3));
 * assertEquals([...await hvp(f, tensor([1, 2]), tensor([1, 10])).read()], [6, 120]);
 * ```
 * @throws {ShapeError} where the value of f is not a scalar.
 */
export const hvp = <P>(f: (x: P) => Tensor, x: P, v: P): P => grad((x: P) => dot(grad(f)(x), v))(x);

/**
 * The function that evaluates the Jacobian of f, ∂y/∂x of shape [...y, ...x]. Each element of y
 * takes a pullback, all in one graph: it is meant for values of at most some hundred elements.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { jacobian, mul, type Tensor, tensor } from "@echograd/echograd";
 * const J = jacobian((x: Tensor) => mul(x, x))(tensor([1, 3]));
 * assertEquals([...await J.read()], [2, 0, 0, 6]);
 * ```
 */
export function jacobian(f: (x: Tensor) => Tensor): (x: Tensor) => Tensor {
  return (x) => {
    const [y, pullback] = vjp(f, x);
    if (y.size === 0) return zeros([...y.shape, ...x.shape]);
    const units = reshape(eye(y.size), [y.size, ...y.shape]);
    const rows = Array.from({ length: y.size }, (_, i) => pullback(at(units, i))[0]);
    return reshape(stack(rows), [...y.shape, ...x.shape]);
  };
}

/**
 * The function that evaluates the Hessian of f, a scalar function: ∂²f/∂x∂x of shape [...x, ...x].
 * It is the Jacobian of the gradient, for x of at most some hundred elements.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { hessian, prod, type Tensor, tensor } from "@echograd/echograd";
 * const H = hessian((x: Tensor) => prod(x))(tensor([2, 3]));
 * assertEquals([...await H.read()], [0, 1, 1, 0]);
 * ```
 * @throws {ShapeError} where the value of f is not a scalar.
 */
export const hessian = (f: (x: Tensor) => Tensor): (x: Tensor) => Tensor => jacobian(grad(f));
