/**
 * Reverse-mode automatic differentiation, as a transformation of graphs.
 *
 * A gradient is an expression like any other: {@linkcode vjp} walks the graph back from the value
 * and asks every op for the gradients of its inputs, which its rule writes with the public ops. So
 * gradients differentiate again, and nothing else in the library knows that they are gradients.
 *
 * Each argument is wrapped in a fresh identity node, a root, and the walk covers only nodes that
 * depend on a root. That makes nested gradients right: in d/dx [x · d/dy (x·y)] the inner walk
 * stops at the root of y and takes x for a constant.
 *
 * @module
 */
import { topologicalOrder } from "../kernels/graph.ts";
import { add, identity, identityPrimitive, stopGradient } from "./ops/elementwise.ts";
import { apply } from "./ops/primitive.ts";
import { sameShape, shapeError } from "./shape.ts";
import { Tensor } from "./tensor.ts";
import { withTrace } from "./trace.ts";
import { ones, zeros } from "./create.ts";
import { checkFunction, checkOptions, describe, ignore } from "./checks.ts";
import { requireTensor, treeFlatten, treeUnflatten } from "./tree.ts";

/**
 * Evaluates f and prepares its vector-Jacobian product.
 *
 * @returns the value y = f(...args), and the function from dy, of y's shape, to the list of
 * dyᵀ·∂y/∂arg. Each is a tree of the form of its argument, with zeros where y does not depend on a
 * leaf.
 * @throws {TypeError} with the path where an argument is not a tree of float32 tensors.
 */
export function vjp<A extends readonly unknown[]>(
  f: (...args: A) => Tensor,
  ...args: A
): [value: Tensor, pullback: (dy: Tensor) => A] {
  checkFunction("differentiate", f);
  const { leaves: given, paths } = treeFlatten(args);
  const leaves = given.map((leaf, i) => differentiable(leaf, paths[i]));
  const { roots, y, path } = withTrace((trace) => {
    const roots = leaves.map((leaf) => identity(leaf, trace));
    const y = f(...treeUnflatten(args, roots));
    if (!(y instanceof Tensor)) {
      ignore(y);
      throw new TypeError("Cannot differentiate a function that does not return one tensor");
    }
    if (y.dtype !== "float32") {
      throw new TypeError(`Cannot differentiate a value of ${y.dtype}: only float32 has gradients`);
    }
    return { roots, y, path: pathBetween(roots, y) };
  });
  const pullback = (dy: Tensor): A => {
    if (!sameShape(dy.shape, y.shape)) {
      throw shapeError`Cannot pull back ${dy.shape} through a value of ${y.shape}`;
    }
    return treeUnflatten(args, cotangents(path, y, dy, roots));
  };
  return [y, pullback];
}

function differentiable(leaf: Tensor | number, path: string): Tensor {
  const x = requireTensor(leaf, path);
  if (x.dtype === "float32") return x;
  throw new TypeError(
    `Cannot differentiate with respect to ${x.dtype} at argument ${path}: only float32 has gradients`,
  );
}

/**
 * The nodes between the roots and y, each after its inputs; the roots come first. The inputs are
 * kept here, as a tensor forgets them once it is computed.
 */
type Path = ReadonlyMap<Tensor, readonly Tensor[]>;

function pathBetween(roots: readonly Tensor[], y: Tensor): Path {
  const path = new Map<Tensor, readonly Tensor[]>(roots.map((root) => [root, []]));
  for (const node of topologicalOrder([y])) {
    if (node.backward === undefined || path.has(node)) continue;
    if (node.inputs.some((input) => path.has(input))) path.set(node, node.inputs);
  }
  return path;
}

/** The gradients of y with respect to the roots, weighted by dy. */
function cotangents(path: Path, y: Tensor, dy: Tensor, roots: readonly Tensor[]): Tensor[] {
  const gradients = new Map<Tensor, Tensor>([[y, dy]]);
  for (const [node, inputs] of [...path].slice(roots.length).reverse()) {
    const gradient = gradients.get(node);
    if (gradient === undefined) continue;
    gradients.delete(node);
    node.backward!(gradient, node, inputs).forEach((part, k) => {
      if (part === undefined || !path.has(inputs[k])) return;
      const sofar = gradients.get(inputs[k]);
      gradients.set(inputs[k], sofar === undefined ? part : add(sofar, part));
    });
  }
  return roots.map((root) => gradients.get(root) ?? zeros(root.shape));
}

/** Settings of {@linkcode grad} and {@linkcode valueAndGrad}. */
export interface GradOptions<N extends number | readonly number[]> {
  /** The number of the argument to differentiate with respect to, from 0, or a list of them. */
  readonly argument: N;
}

/** The argument of number N, or the list of those that N names. */
export type ArgumentsAt<A extends readonly unknown[], N> = N extends readonly number[]
  ? { -readonly [K in keyof N]: N[K] extends number ? A[N[K]] : never }
  : N extends number ? A[N]
  : never;

/**
 * The function that evaluates f and its gradient with respect to the first argument, a tree of
 * float32 tensors, or to those that `argument` names.
 *
 * @returns (params, ...rest) ↦ [f(params, ...rest), tree of gradients of params' form].
 * @throws {ShapeError} where the value of f is not a scalar; {RangeError} where there is no such
 * argument.
 */
export function valueAndGrad<P, R extends readonly unknown[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => [value: Tensor, gradient: P];
/** The same, with respect to other arguments. */
export function valueAndGrad<
  A extends readonly unknown[],
  const N extends number | readonly number[],
>(
  f: (...args: A) => Tensor,
  options: GradOptions<N>,
): (...args: A) => [value: Tensor, gradient: ArgumentsAt<A, N>];
export function valueAndGrad(
  f: (...args: unknown[]) => Tensor,
  options: GradOptions<number | readonly number[]> = { argument: 0 },
): (...args: unknown[]) => [value: Tensor, gradient: unknown] {
  checkFunction("differentiate", f);
  checkOptions("differentiate", options, "argument");
  const { argument } = options;
  const numbers = [argument].flat();
  return (...args) => {
    const odd = numbers.find((n) => !(n in args));
    if (odd !== undefined) {
      throw new RangeError(
        `Cannot differentiate with respect to argument ${describe(odd)}: ` +
          `there ${args.length === 1 ? "is 1" : `are ${args.length}`}, counted from 0`,
      );
    }
    const at = (chosen: readonly unknown[]) =>
      f(...args.map((arg, i) => numbers.includes(i) ? chosen[numbers.indexOf(i)] : arg));
    const [y, pullback] = vjp((...chosen: unknown[]) => at(chosen), ...numbers.map((n) => args[n]));
    if (y.rank !== 0) {
      throw shapeError`Cannot take the gradient of a value of ${y.shape}: a scalar is needed`;
    }
    const gradients = pullback(ones([]));
    return [y, typeof argument === "number" ? gradients[0] : gradients];
  };
}

/**
 * Like {@linkcode valueAndGrad}, for an f that returns [value, aux]. aux is a tree of other results
 * of the same evaluation.
 */
export function valueAuxAndGrad<P, R extends readonly unknown[], X>(
  f: (params: P, ...rest: R) => [value: Tensor, aux: X],
): (params: P, ...rest: R) => [value: Tensor, aux: X, gradient: P] {
  checkFunction("differentiate", f);
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

/**
 * The function that evaluates the gradient of f with respect to the first argument, or to those
 * that `argument` names.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { grad, mul, type Tensor, tensor } from "@echograd/echograd";
 * const f = (x: Tensor, y: Tensor) => mul(mul(x, x), y);
 * assertEquals(await grad(f)(tensor(3), tensor(5)).item(), 30);
 * assertEquals(await grad(f, { argument: 1 })(tensor(3), tensor(5)).item(), 9);
 * const [dx, dy] = grad(f, { argument: [0, 1] })(tensor(3), tensor(5));
 * assertEquals([await dx.item(), await dy.item()], [30, 9]);
 * ```
 */
export function grad<P, R extends readonly unknown[]>(
  f: (params: P, ...rest: R) => Tensor,
): (params: P, ...rest: R) => P;
/** The same, with respect to other arguments. */
export function grad<A extends readonly unknown[], const N extends number | readonly number[]>(
  f: (...args: A) => Tensor,
  options: GradOptions<N>,
): (...args: A) => ArgumentsAt<A, N>;
export function grad(
  f: (...args: unknown[]) => Tensor,
  options?: GradOptions<number | readonly number[]>,
): (...args: unknown[]) => unknown {
  const both = valueAndGrad(f, options ?? { argument: 0 });
  return (...args) => both(...args)[1];
}

/**
 * f with a gradient rule of its own, where the rules of its ops are slower or less exact.
 *
 * The rule is written with ops, so gradients of every order follow from it. Tensors that f closes
 * over get the gradients of f's ops.
 *
 * @param rule the gradients with respect to the inputs, given dy, that with respect to the value y;
 * undefined where zero
 * @example Rounding, with the gradient of the identity
 * ```ts
 * import { add, floor, grad, tensor, withGradient } from "@echograd/echograd";
 * const round = withGradient((x) => floor(add(x, 0.5)), (dy) => [dy]);
 * console.log(await grad(round)(tensor(2.7)).item()); // 1
 * ```
 */
export function withGradient<A extends readonly Tensor[]>(
  f: (...inputs: A) => Tensor,
  rule: (dy: Tensor, y: Tensor, ...inputs: A) => readonly (Tensor | undefined)[],
): (...inputs: A) => Tensor {
  for (const part of [f, rule]) checkFunction("give a gradient to", part);
  // An identity view of f's value, with the inputs of f as extra inputs so that the gradient can
  // reach them: only input 0 is read. f itself gets the inputs as constants, so the gradient
  // through input 0 reaches only what f closes over.
  const primitive = {
    ...identityPrimitive,
    gradient: (dy: Tensor, y: Tensor, [, ...inputs]: readonly Tensor[]) => [
      dy,
      ...rule(dy, y, ...inputs as readonly Tensor[] as A),
    ],
  };
  return (...inputs) =>
    apply(primitive, [
      f(...inputs.map(stopGradient) as readonly Tensor[] as A),
      ...inputs,
    ], undefined);
}
