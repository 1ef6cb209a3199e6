/**
 * Recurrences: a function that is applied again and again to a state and the next row of a series.
 *
 * The body is compiled once for each length, and the host calls it for every row; so compiling takes
 * the same time for 5 rows and for 5000. The gradient is a scan, too: backwards, with the states
 * that the forward one stored, and one compiled pullback of the body. As it is a scan, it has a
 * gradient itself.
 *
 * Worked example: from state c₀, rows x₀ and x₁ give (c₁, y₀) = f(c₀, x₀) and (c₂, y₁) = f(c₁, x₁).
 * Given the gradients of c₂, y₀ and y₁, the pullback of f at (c₁, x₁) gives those of c₁ and x₁; and
 * the pullback at (c₀, x₀) those of c₀ and x₀.
 *
 * @module
 */
import { checkFlag, checkFunction, checkOptions, describe } from "./checks.ts";
import { Loop } from "./loop.ts";
import { requireTensor, treeFlatten, treeUnflatten } from "./tree.ts";

/** Settings of {@linkcode scan}. */
export interface ScanOptions {
  /**
   * Whether to go from the last row to the first; false unless given. The outputs keep the places
   * of their rows.
   */
  readonly reverse?: boolean;
}

/**
 * The function that carries a state along the rows of a series: (init, xs, ...rest) ↦ [carry, ys],
 * as in JAX's scan. f takes the state, a row of xs, and the `rest`, say parameters, and returns the
 * next state and an output. All are trees of tensors; those of xs and ys have the rows along axis
 * 0.
 *
 * The compiled body belongs to the function that is returned: make it once, outside the loss. What
 * f needs from outside comes by `rest`, which has gradients, too. Where f closes over a tensor that
 * is being differentiated, and within `jit`, where no data are there yet, the rows are written out
 * one after the other, and compiling takes longer for more of them.
 *
 * @example The running product of 1, 2, 3 and 4
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { grad, mul, scan, type Tensor, tensor } from "@echograd/echograd";
 * const product = scan((c: Tensor, x: Tensor) => [mul(c, x), mul(c, x)] as const);
 * const [last, all] = product(tensor(1), tensor([1, 2, 3, 4]));
 * assertEquals([...await all.read()], [1, 2, 6, 24]);
 * const slope = grad((c: Tensor) => product(c, tensor([1, 2, 3, 4]))[0]);
 * assertEquals(await slope(last).item(), 24);
 * ```
 * @throws {ShapeError} where the series have different lengths, or f changes the shape of the
 * state; {TypeError} where f changes its form or dtype, or an argument is not a tree of tensors.
 */
export function scan<C, X, Y, R extends readonly unknown[]>(
  f: (carry: C, x: X, ...rest: R) => readonly [carry: C, y: Y],
  options: ScanOptions = {},
): (init: C, xs: X, ...rest: R) => [carry: C, ys: Y] {
  checkFunction("scan by", f);
  checkOptions("scan", options, "reverse");
  const { reverse = false } = options;
  checkFlag("scan", "reverse", reverse);
  const loops = new Map<string, { loop: Loop; form: { y: unknown } }>();
  return (init, xs, ...rest) => {
    const flat = [init, xs, rest].map((tree) => treeFlatten(tree));
    const [carry, series, others] = flat.map(({ leaves, paths }) =>
      leaves.map((leaf, i) => requireTensor(leaf, paths[i]))
    );
    const key = flat.map(({ form }) => form).join(" ");
    let known = loops.get(key);
    if (known === undefined) {
      const form: { y: unknown } = { y: undefined };
      const loop = new Loop((c, x, r) => {
        const pair: unknown = f(
          treeUnflatten(init, c),
          treeUnflatten(xs, x),
          ...treeUnflatten(rest, r) as unknown as R,
        );
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw new TypeError(`Cannot scan by ${describe(pair)}: f returns [state, output]`);
        }
        const [next, y] = pair as [C, Y];
        const [after, out] = [treeFlatten(next), treeFlatten(y)];
        if (after.form !== flat[0].form) {
          throw new TypeError(
            `Cannot scan a state of the form ${flat[0].form} that becomes ${after.form}`,
          );
        }
        form.y = treeUnflatten(y, out.leaves.map(() => 0));
        const tensors = ({ leaves, paths }: typeof after) =>
          leaves.map((leaf, i) => requireTensor(leaf, paths[i]));
        return { carry: tensors(after), ys: tensors(out) };
      }, reverse);
      loops.set(key, known = { loop, form });
    }
    const out = known.loop.run(carry, series, others);
    return [treeUnflatten(init, out.carry), treeUnflatten(known.form.y, out.ys) as Y];
  };
}
