/**
 * Products of vectors and tensors, through matmul where something is summed.
 *
 * @module
 */
import { shapeError } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { mul } from "./elementwise.ts";
import { expandDims, reshape, sum, transpose } from "./linear.ts";
import { matmul } from "./matmul.ts";
import { NUMBERS, requireDType, requireSameDType } from "./primitive.ts";
import { slice } from "./slicing.ts";

/**
 * The inner product Σ a·b of two vectors [n], a scalar. For matrices use `matmul` or
 * {@linkcode einsum}.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dot, tensor } from "@echograd/echograd";
 * assertEquals(await dot(tensor([1, 2]), tensor([3, 4])).item(), 11);
 * ```
 * @throws {ShapeError} where they are not two vectors of one size.
 */
export function dot(a: Tensor, b: Tensor): Tensor {
  for (const x of [a, b]) requireDType("dot", x, "float32");
  if (a.rank !== 1 || b.rank !== 1 || a.size !== b.size) {
    throw shapeError`Cannot dot ${a.shape} and ${b.shape}: it takes two vectors of one size`;
  }
  return matmul(a, b);
}

/**
 * All products of an element of a and one of b, vectors [n] and [m]: [n, m].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { outer, tensor } from "@echograd/echograd";
 * assertEquals([...await outer(tensor([1, 2]), tensor([3, 4])).read()], [3, 4, 6, 8]);
 * ```
 * @throws {ShapeError} where they are not two vectors.
 */
export function outer(a: Tensor, b: Tensor): Tensor {
  for (const x of [a, b]) requireDType("outer", x, ...NUMBERS);
  requireSameDType("outer", [a, b]);
  if (a.rank !== 1 || b.rank !== 1) {
    throw shapeError`Cannot outer ${a.shape} and ${b.shape}: it takes two vectors`;
  }
  return mul(expandDims(a, 1), b);
}

/** A tensor whose axes have the names of the letters, each once. */
interface Named {
  readonly x: Tensor;
  readonly names: string;
}

/**
 * Einstein's sum: letters name axes, and what the output does not name is summed. `"ij,jk->ik"` is
 * a product of matrices, `"bhqd,bhkd->bhqk"` the scores of attention, `"ii->"` a trace. Without an
 * arrow, the output has the letters that occur once, in alphabetical order, as in NumPy. There is no
 * ellipsis.
 *
 * Two tensors at a time, from the left, become a matmul over the letters that end with them, or an
 * elementwise product where none does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { einsum, tensor } from "@echograd/echograd";
 * const a = tensor([[1, 2], [3, 4]]), v = tensor([10, 100]);
 * assertEquals([...await einsum("ij,j->i", a, v).read()], [210, 430]);
 * assertEquals(await einsum("ii->", a).item(), 5);
 * ```
 * @throws {ShapeError} where the formula does not fit the shapes; {TypeError} where it is none.
 */
export function einsum(formula: string, ...tensors: readonly Tensor[]): Tensor {
  for (const x of tensors) requireDType("einsum", x, ...NUMBERS);
  requireSameDType("einsum", tensors);
  const refuse = (why: string) => `Cannot einsum "${formula}": ${why}`;
  const parsed = /^([a-zA-Z]*(?:,[a-zA-Z]*)*)(?:->([a-zA-Z]*))?$/.exec(
    String(formula).replaceAll(" ", ""),
  );
  if (parsed === null) throw new TypeError(refuse('it takes letters, such as "ij,jk->ik"'));
  const terms = parsed[1].split(",");
  if (terms.length !== tensors.length) {
    throw new TypeError(refuse(`${terms.length} terms for ${tensors.length} tensors`));
  }
  const once = [...parsed[1].replaceAll(",", "")].sort().filter((c, _, all) =>
    all.indexOf(c) === all.lastIndexOf(c)
  );
  const output = parsed[2] ?? once.join("");
  const sizes = new Map<string, number>();
  terms.forEach((names, i) => {
    const { shape } = tensors[i];
    if (names.length !== shape.length) {
      throw shapeError`${refuse(`${names || "a term of no letters"} does not fit`)} ${shape}`;
    }
    [...names].forEach((name, axis) => {
      const known = sizes.get(name) ?? shape[axis];
      if (known !== shape[axis]) {
        throw shapeError`${refuse(`${name} is ${known} and ${shape[axis]}`)}`;
      }
      sizes.set(name, known);
    });
  });
  const odd = [...output].find((name, i) => !sizes.has(name) || output.indexOf(name) !== i);
  if (odd !== undefined) {
    throw new TypeError(refuse(`${odd} of the output must be named once before`));
  }
  const sizeOf = (names: string) => [...names].map((name) => sizes.get(name)!);
  const operands = terms.map((names, i): Named => diagonals({ x: tensors[i], names }));
  const total = operands.reduce((a, b, i) => {
    const later = operands.slice(i + 1).map(({ names }) => names).join("") + output;
    return contract(a, b, later, sizeOf);
  });
  const { x, names } = summed(total, output);
  return transpose(x, [...output].map((name) => names.indexOf(name)));
}

/** The diagonals of axes of one name, so that each name is there once. */
function diagonals({ x, names }: Named): Named {
  const second = [...names].findIndex((name, i) => names.indexOf(name) < i);
  if (second < 0) return { x, names };
  const first = names.indexOf(names[second]), n = x.shape[first];
  const others = [...x.shape.keys()].filter((axis) => axis !== first && axis !== second);
  const front = transpose(x, [first, second, ...others]);
  const rest = front.shape.slice(2);
  const flat = reshape(front, [n * n, ...rest]);
  const diagonal = slice(flat, flat.shape.map(() => 0), [n, ...rest], [
    n + 1,
    ...rest.map(() => 1),
  ]);
  return diagonals({ x: diagonal, names: names[first] + others.map((a) => names[a]).join("") });
}

/** Sums over the axes that are not among the names to keep. */
function summed({ x, names }: Named, kept: string): Named {
  const axis = [...names].flatMap((name, i) => kept.includes(name) ? [] : [i]);
  return { x: sum(x, { axis }), names: [...names].filter((name) => kept.includes(name)).join("") };
}

/** The product of two tensors, summed over the names that nothing later has. */
function contract(
  a: Named,
  b: Named,
  later: string,
  sizesOf: (names: string) => number[],
): Named {
  const left = summed(a, b.names + later), right = summed(b, a.names + later);
  const pick = (names: string, test: (name: string) => boolean) => [...names].filter(test).join("");
  const shared = pick(left.names, (name) => right.names.includes(name));
  const batch = pick(shared, (name) => later.includes(name));
  const inner = pick(shared, (name) => !later.includes(name));
  const [rows, columns] = [left, right].map(({ names }) =>
    pick(names, (name) => !shared.includes(name))
  );
  const product = (names: string) => sizesOf(names).reduce((n, d) => n * d, 1);
  const matrix = ({ x, names }: Named, first: string, second: string) =>
    reshape(
      transpose(x, [...batch, ...first, ...second].map((name) => names.indexOf(name))),
      [...sizesOf(batch), product(first), product(second)],
    );
  const [l, r] = [matrix(left, rows, inner), matrix(right, inner, columns)];
  if (inner !== "") requireDType("einsum", l, "float32");
  const y = inner === "" ? mul(l, r) : matmul(l, r); // [..., rows, 1] · [..., 1, columns]
  const names = batch + rows + columns;
  return { x: reshape(y, sizesOf(names)), names };
}
