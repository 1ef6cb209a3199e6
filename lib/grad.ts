/**
 * Reverse-mode automatic differentiation, as a transformation of graphs.
 *
 * A gradient is an expression like any other: {@linkcode vjp} walks the graph back from the value and asks every op for the
 * gradients of its inputs, which its rule writes with the public ops. So gradients differentiate again, and nothing else
 * in the library knows that they are gradients.
 *
 * The arguments are rooted in fresh identity nodes, and only what was computed from those is walked. That is why nested
 * gradients come out right: in d/dx [x · d/dy (x·y)] the inner walk stops at the inner y and takes x for a constant.
 *
 * @module
 */
import { topologicalOrder } from "../kernels/graph.ts";
import { add, identity } from "./ops/elementwise.ts";
import { sameShape, ShapeError, shapeText } from "./shape.ts";
import { ones, Tensor, Trace, zeros } from "./tensor.ts";
import { requireTensor, treeLeaves, treePaths, treeUnflatten } from "./tree.ts";

export { stopGradient } from "./ops/elementwise.ts";

/**
 * Evaluates f and prepares its vector-Jacobian product.
 *
 * @returns the value y = f(...args), and the function that takes dy, of y's shape, to the list of dyᵀ·∂y/∂arg, one tree of
 * the argument's form each; zeros where y does not depend on it.
 * @throws {TypeError} with the path where an argument is not a tree of float32 tensors.
 */
export function vjp<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  ...args: A
): [value: Tensor, pullback: (dy: Tensor) => A] {
  return traceBack(new Trace(false), f, args);
}

function traceBack<A extends readonly unknown[]>(
  trace: Trace,
  f: (...args: A) => Tensor,
  args: A,
): [value: Tensor, pullback: (dy: Tensor) => A] {
  const roots = treeLeaves(args).map((leaf, i) => {
    const { label, shape, dtype, lowering, inputs, backward } = identity(
      differentiable(leaf, () => treePaths(args)[i]),
    );
    return new Tensor({ label, shape, dtype, lowering, inputs, backward, trace });
  });
  const y = f(...treeUnflatten(args, roots));
  if (!(y instanceof Tensor)) {
    throw new TypeError("Cannot differentiate a function that does not return one tensor");
  }
  const pullback = (dy: Tensor): A => {
    if (!sameShape(dy.shape, y.shape)) {
      throw new ShapeError(
        `Cannot pull back ${shapeText(dy.shape)} through a value of ${shapeText(y.shape)}`,
      );
    }
    return treeUnflatten(args, cotangents(y, dy, roots));
  };
  return [y, pullback];
}

function differentiable(leaf: Tensor | number, path: () => string): Tensor {
  const x = requireTensor(leaf, leaf instanceof Tensor ? "" : path());
  if (x.dtype === "float32") return x;
  throw new TypeError(
    `Cannot differentiate with respect to ${x.dtype} at argument ${path()}: only float32 has gradients`,
  );
}

/** The gradients of y with respect to the roots, weighted by dy. */
function cotangents(y: Tensor, dy: Tensor, roots: readonly Tensor[]): Tensor[] {
  const wanted = new Set(roots);
  const order = topologicalOrder([y]);
  const depends = new Set<Tensor>();
  for (const node of order) {
    if (wanted.has(node) || node.inputs.some((input) => depends.has(input))) depends.add(node);
  }
  const gradients = new Map<Tensor, Tensor>([[y, dy]]);
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    const gradient = gradients.get(node);
    if (gradient === undefined || !depends.has(node) || wanted.has(node)) continue;
    gradients.delete(node);
    node.backward?.(gradient, node, node.inputs).forEach((part, k) => {
      const input = node.inputs[k];
      if (part === undefined || !depends.has(input)) return;
      const sofar = gradients.get(input);
      gradients.set(input, sofar === undefined ? part : add(sofar, part));
    });
  }
  return roots.map((root) => gradients.get(root) ?? zeros(root.shape));
}

/**
 * The function that evaluates f and its gradient with respect to the first argument, a tree of float32 tensors.
 *
 * @returns (params, ...rest) ↦ [f(params, ...rest), tree of gradients of params' form].
 * @throws {ShapeError} where the value of f is not a scalar.
 */
export function valueAndGrad<P, R extends readonly unknown[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => [value: Tensor, gradient: P] {
  return (params, ...rest) => {
    const trace = new Trace(false);
    const [y, pullback] = traceBack(trace, (p: P) => f(p, ...rest), [params]);
    if (y.rank !== 0) {
      throw new ShapeError(
        `Cannot take the gradient of a value of ${shapeText(y.shape)}: a scalar is needed`,
      );
    }
    const [gradient] = pullback(ones([]));
    trace.open = false;
    return [y, gradient];
  };
}

/**
 * Like {@linkcode valueAndGrad} for an f that returns [value, aux], where aux is a tree of whatever else is wanted of the
 * same evaluation.
 */
export function valueAuxAndGrad<P, R extends readonly unknown[], X>(
  f: (params: P, ...rest: R) => [value: Tensor, aux: X],
): (params: P, ...rest: R) => [value: Tensor, aux: X, gradient: P] {
  return (params, ...rest) => {
    let aux: X;
    const [y, gradient] = valueAndGrad((p: P) => {
      const [value, others] = f(p, ...rest);
      aux = others;
      return value;
    })(params);
    return [y, aux!, gradient];
  };
}

/** The function that evaluates the gradient of f with respect to the first argument. */
export function grad<P, R extends readonly unknown[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => P {
  return (params, ...rest) => valueAndGrad(f)(params, ...rest)[1];
}
