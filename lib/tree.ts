/**
 * Trees: tensors and numbers in nested arrays and plain objects. Parameters, gradients and optimizer states are trees.
 *
 * @module
 */
import { Tensor } from "./tensor.ts";

/** A tensor, a number, or an array or plain object of trees. Functions take object types, too, whose properties are trees. */
export type Tree = Tensor | number | readonly Tree[] | { readonly [name: string]: Tree };

/** Where a leaf of a tree is, such as `.encoder[0].weights`; empty for the root. */
export type Path = string;

/** Calls `visit` on every leaf, objects in the order of their sorted names. Throws TypeError on what is no tree. */
function walk(tree: unknown, path: Path, visit: (leaf: Tensor | number, path: Path) => void): void {
  if (tree instanceof Tensor || typeof tree === "number") visit(tree, path);
  else if (Array.isArray(tree)) tree.forEach((part, i) => walk(part, `${path}[${i}]`, visit));
  else if (isPlain(tree)) {
    for (const name of Object.keys(tree).sort()) walk(tree[name], `${path}.${name}`, visit);
  } else {
    throw notATree(tree, path);
  }
}

const notATree = (x: unknown, path: Path): TypeError =>
  new TypeError(
    `Cannot use ${describe(x)} at ${
      place(path)
    }: trees are made of tensors, numbers, arrays and plain objects`,
  );

function isPlain(x: unknown): x is Record<string, unknown> {
  if (typeof x !== "object" || x === null) return false;
  const prototype = Object.getPrototypeOf(x);
  return prototype === Object.prototype || prototype === null;
}

const place = (path: Path): string => path === "" ? "the root" : path;
const describe = (x: unknown): string =>
  x === null || x === undefined
    ? String(x)
    : typeof x === "object"
    ? `a ${x.constructor?.name ?? "object"}`
    : `a ${typeof x}`;

/** The leaves in a fixed order, and all else that there is to a tree, as text. */
export function treeFlatten(tree: unknown): { leaves: (Tensor | number)[]; form: string } {
  const leaves: (Tensor | number)[] = [];
  const formOf = (tree: unknown, path: Path): string => {
    if (tree instanceof Tensor || typeof tree === "number") {
      leaves.push(tree);
      return "*";
    }
    if (Array.isArray(tree)) return `[${tree.map((part, i) => formOf(part, `${path}[${i}]`))}]`;
    if (isPlain(tree)) {
      const part = (name: string) => JSON.stringify(name) + formOf(tree[name], `${path}.${name}`);
      return `{${Object.keys(tree).sort().map(part)}}`;
    }
    throw notATree(tree, path);
  };
  return { leaves, form: formOf(tree, "") };
}

/** The leaves, in a fixed order. */
export function treeLeaves(tree: unknown): (Tensor | number)[] {
  const leaves: (Tensor | number)[] = [];
  walk(tree, "", (leaf) => leaves.push(leaf));
  return leaves;
}

/** The path of every leaf, in the order of {@linkcode treeLeaves}. */
export function treePaths(tree: unknown): Path[] {
  const paths: Path[] = [];
  walk(tree, "", (_, path) => paths.push(path));
  return paths;
}

/** The tree with its leaves replaced, one after the other in the order of {@linkcode treeLeaves}. */
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
 * The tree of f applied to the leaves, at the same place, of one or several trees.
 *
 * @throws {TypeError} with the path where the trees are built differently.
 */
export function treeMap<T>(
  f: (leaf: Tensor, ...others: Tensor[]) => Tensor,
  tree: T,
  ...others: readonly unknown[]
): T {
  const paths = treePaths(tree);
  const columns = [tree, ...others].map(treeLeaves);
  others.forEach((other, n) => checkSameTree(tree, other, n + 2));
  return treeUnflatten(
    tree,
    paths.map((path, i) => {
      const [first, ...rest] = columns.map((column) => requireTensor(column[i], path));
      return f(first, ...rest);
    }),
  );
}

function checkSameTree(a: unknown, b: unknown, which: number): void {
  if (treeFlatten(a).form === treeFlatten(b).form) return;
  const [ofA, ofB] = [treePaths(a), treePaths(b)];
  const i = ofA.findIndex((path, i) => path !== ofB[i]);
  const at = (paths: readonly Path[], i: number) => i in paths ? place(paths[i]) : "nothing";
  const k = i >= 0 ? i : ofA.length;
  throw new TypeError(
    `Cannot match trees: the first has ${at(ofA, k)} where tree ${which} has ${at(ofB, k)}`,
  );
}

/** The leaf as a tensor; TypeError with its path where it is a number. */
export function requireTensor(leaf: Tensor | number, path: Path): Tensor {
  if (leaf instanceof Tensor) return leaf;
  throw new TypeError(`Cannot use the number ${leaf} at ${place(path)}: a tensor is needed there`);
}
