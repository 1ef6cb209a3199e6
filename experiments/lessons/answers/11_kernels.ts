/**
 * The answers of lesson 11.
 *
 * @module
 */
import {
  type Index,
  indexing,
  intrinsics,
  type Kernel,
  scalar as s,
} from "../../../kernels/mod.ts";
import { map, matmul, read, reduce, scan } from "../puzzles.ts";

const { add, constantIndex, scale } = indexing;
const exp = s.intrinsic(intrinsics.exp);
const x = (i: Index) => read(0, [6], i), y = (i: Index) => read(1, [6], i);

const table = [3, 4];
/** Buffer 1: the largest element of each row. */
const largest = reduce([3], [4], "max", (i, k) => read(0, table, i, k));
/** e^(x[i, j] − the largest of row i), which is at most 1. */
const power = (i: Index, j: Index) => exp(s.sub(read(0, table, i, j), read(1, [3], i)));

const answers: readonly (readonly Kernel[])[] = [
  [map([6], (i) => s.add(s.mul(s.constant(2), x(i)), s.constant(1)))],
  [map([6], (i) => s.mul(x(i), y(i)))],
  [map([6], (i) => x(add(constantIndex(5), scale(i, -1))))], // 5 − i
  [map([3], (i) => {
    const [first, second] = [0, 1].map((k) => x(add(scale(i, 2), constantIndex(k))));
    return s.mul(s.add(first, second), s.constant(0.5));
  })],
  [map(table, (i, j) => s.mul(read(0, [3], i), read(1, [4], j)))],
  [reduce([3], [4], "add", (i, k) => read(0, table, i, k))],
  [
    largest,
    reduce([3], [4], "add", power), // buffer 2
    map(table, (i, j) => s.div(power(i, j), read(2, [3], i))),
  ],
  [
    largest,
    // Each element adds up its row again: more operations, and fewer bytes. One kernel would do, and
    // take still less: the softmax is 1 / Σₖ e^(x[i, k] − x[i, j]).
    reduce(table, [4], "add", (i, _, k) => power(i, k), (sum, i, j) => s.div(power(i, j), sum)),
  ],
  [matmul([4, 3], 5, (i, k) => read(0, [4, 5], i, k), (k, j) => read(1, [5, 3], k, j))],
  [scan(6, x)],
];
export default answers;
