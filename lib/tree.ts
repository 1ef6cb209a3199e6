/**
 * Trees: tensors and numbers in nested arrays and plain objects. Parameters, gradients and
 * optimizer states are trees.
 *
 * @module
 */
import { ignore, isPlain, kindOf } from "./checks.ts";
import { ShapeError } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/**
 * A tensor, a number, or an array or plain object of trees. Functions take object types, too, whose
 * properties are trees.
 */
export type Tree = Tensor | number | readonly Tree[] | { readonly [name: string]: Tree };

/** The place of a leaf in a tree, such as `.encoder[0].weights`; empty for the root. */
export type Path = string;

const place = (path: Path): string => path === "" ? "the root" : path;

/**
 * The leaves in a fixed order (in objects, that of the sorted names), the path of each, and the
 * rest of the tree as text.
 *
 * @throws {TypeError} with the path of a part that is no tree.
 */
export function treeFlatten(
  tree: unknown,
): { leaves: (Tensor | number)[]; paths: Path[]; form: string } {
  const leaves: (Tensor | number)[] = [], paths: Path[] = [];
  const formOf = (tree: unknown, path: Path): string => {
    if (tree instanceof Tensor || typeof tree === "number") {
      leaves.push(tree);
      paths.push(path);
      return "*";
    }
    if (Array.isArray(tree)) return `[${tree.map((part, i) => formOf(part, `${path}[${i}]`))}]`;
    if (isPlain(tree)) {
      const part = (name: string) => JSON.stringify(name) + formOf(tree[name], `${path}.${name}`);
      return `{${Object.keys(tree).sort().map(part)}}`;
    }
    ignore(tree);
    const remedy = tree instanceof Promise
      ? "await it, or within a function being traced return the tensor and read the result"
      : "trees are made of tensors, numbers, arrays and plain objects";
    throw new TypeError(`Cannot use ${kindOf(tree)} at ${place(path)}: ${remedy}`);
  };
  const form = formOf(tree, "");
  return { leaves, paths, form };
}

/** The leaves, in a fixed order. */
export const treeLeaves = (tree: unknown): (Tensor | number)[] => treeFlatten(tree).leaves;

/** The path of every leaf, in the order of {@linkcode treeLeaves}. */
export const treePaths = (tree: unknown): Path[] => treeFlatten(tree).paths;

/** The tree with other leaves, in the order of {@linkcode treeLeaves}. */
export function treeUnflatten<T>(like: T, leaves: readonly (Tensor | number)[]): T {
  let next = 0;
  const build = (tree: unknown): unknown => {
    if (tree instanceof Tensor || typeof tree === "number") return leaves[next++];
    if (Array.isArray(tree)) return tree.map(build);
    const object = tree as Record<string, unknown>;
    const built = new Map(Object.keys(object).sort().map((name) => [name, build(object[name])]));
    return Object.fromEntries(Object.keys(object).map((name) => [name, built.get(name)]));
  };
  const built = build(like);
  if (next !== leaves.length) {
    throw new RangeError(`Cannot put ${leaves.length} leaves into a tree of ${next}`);
  }
  return built as T;
}

/**
 * The tree of the results of f, which is called with the leaves at the same place of one or
 * several trees.
 *
 * @throws {TypeError} with the path where the trees differ in form; {ShapeError} with the path
 * where f throws one.
 */
export function treeMap<T>(
  f: (leaf: Tensor, ...others: Tensor[]) => Tensor,
  tree: T,
  ...others: readonly unknown[]
): T {
  const flat = [tree, ...others].map(treeFlatten);
  flat.forEach((other, n) => checkSameForm(flat[0], other, n + 1));
  return treeUnflatten(
    tree,
    flat[0].paths.map((path, i) => {
      const [first, ...rest] = flat.map(({ leaves }) => requireTensor(leaves[i], path));
      try {
        return f(first, ...rest);
      } catch (error) {
        if (!(error instanceof ShapeError) || path === "") throw error;
        throw new ShapeError(`${error.message}, at ${path}`, { cause: error });
      }
    }),
  );
}

type FlatTree = ReturnType<typeof treeFlatten>;

function checkSameForm(a: FlatTree, b: FlatTree, which: number): void {
  if (a.form === b.form) return;
  const i = a.paths.findIndex((path, i) => path !== b.paths[i]);
  const k = i >= 0 ? i : a.paths.length;
  const at = ({ paths }: FlatTree) => k in paths ? place(paths[k]) : "nothing";
  throw new TypeError(
    `Cannot match trees: the first has ${at(a)} where tree ${which} has ${at(b)}`,
  );
}

/** The leaf as a tensor. Throws TypeError with the path of a number. */
export function requireTensor(leaf: Tensor | number, path: Path): Tensor {
  if (leaf instanceof Tensor) return leaf;
  throw new TypeError(`Cannot use the number ${leaf} at ${place(path)}: a tensor is needed there`);
}
