/**
 * Lesson 5: What is an index?
 *
 * The numbers of a tensor lie in memory in one long row, row after row of the table. An *index*
 * says which of them is read. Ops that only move elements (transpose, slice, flip, reshape, …)
 * copy nothing: they are *views*, which read their input at another index.
 *
 * Open beside it: kernels/indexing.ts. Its `Index` is a sum of loop variables, each times a
 * *stride*, the number of elements from one value of the variable to the next.
 *
 * @module
 */
import { broadcastTo, expandDims, explain, flip, iota, mul, reshape, slice } from "../../mod.ts";
import { type Tensor, transpose } from "../../mod.ts";
import answers from "./answers/05_indices.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% A tensor of [4, 6] whose numbers are their own places in memory: row i begins at 6·i.
const x = iota([24]);
const table = reshape(x, [4, 6]);
await table.read();
console.log(table, "\n");

// %% A view shows where it reads. Element [i, j] of a transpose is element [j, i] of x: in memory
// 6·j + i, so a step of i is one element and a step of j is six. The strides were swapped.
const turned = transpose(table);
await turned.read();
console.log(turned, "\n");

// %% The formula that a function of x becomes. Letters from i on run over the axes of the output.
type View = (x: Tensor) => Tensor;
function formulaOf(f: View): string {
  const text = explain((x: Tensor) => f(x), { as: "formula" })(table);
  return text.split("\n").find((line) => line.includes(" = "))!.replace(/.* = /, "");
}
const ask = (yours: Question<string>["yours"], question: string, view: View): Question<string> => (
  { question, yours, shown: (text: string) => text.replace("-", "−"), truth: formulaOf(view) }
);
console.log("transpose(x):", formulaOf((x) => transpose(x)));

// %% A chain of three views is still a single index: nothing lies between them in memory.
const chain: View = (x) => flip(transpose(slice(x, [0, 1], [4, 2])), 0);
console.log("slice(x, [0, 1], [4, 2]):", formulaOf((x) => slice(x, [0, 1], [4, 2])));
console.log("then transpose, then flip axis 0:", formulaOf(chain));
console.log("then times 10:", formulaOf((x) => mul(chain(x), 10)));

// %% A reshape that cuts rows in two has no index for each axis of x. It counts in memory, where
// flat(x) is the long row; after a slice even that has gaps, and quotients and remainders remain.
console.log("reshape(x, [8, 3]):", formulaOf((x) => reshape(x, [8, 3])));
const gaps: View = (x) => reshape(slice(x, [0, 0], [4, 3]), [2, 6]);
console.log("reshape(slice(x, [0, 0], [4, 3]), [2, 6]):", formulaOf(gaps), "\n");

// %% Exercise: eight views as formulas. Write what element [i, j, …] of the view is, such as
// "x[j, i]". Constants stand before letters: "x[1 + i, j]", "x[3 - i, j]".
await exercise<string>([
  ask(hole, "slice(x, [1, 0], [3, 6])", (x) => slice(x, [1, 0], [3, 6])),
  ask(hole, "slice(x, [1, 2], [2, 3])", (x) => slice(x, [1, 2], [2, 3])),
  ask(hole, "flip(x, 1)", (x) => flip(x, 1)),
  ask(hole, "transpose(flip(x, 0))", (x) => transpose(flip(x, 0))),
  ask(hole, "broadcastTo(x, [2, 4, 6])", (x) => broadcastTo(x, [2, 4, 6])),
  ask(hole, "expandDims(transpose(x), 0)", (x) => expandDims(transpose(x), 0)),
  ask(hole, "reshape(x, [2, 2, 6])", (x) => reshape(x, [2, 2, 6])),
  ask(hole, "slice(transpose(x), [1, 2], [3, 2])", (x) => slice(transpose(x), [1, 2], [3, 2])),
], answers);
