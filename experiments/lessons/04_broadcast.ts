/**
 * Lesson 4: What happens to a gradient where an array was repeated?
 *
 * Arrays of different shapes can be added: an axis of size 1 is repeated until it fits. This is
 * called *broadcasting*. An element that was used four times gets the slopes of all four uses, so
 * the gradient of a broadcast is a sum. In general the gradient of a *linear* op, one that only
 * moves, repeats or adds up elements, is another linear op: its *adjoint*.
 *
 * Open beside it: lib/ops/linear.ts, where each linear op stands beside its adjoint.
 *
 * @module
 */
import { add, broadcastTo, explain, foldIn, grad, key, mean, mul, normal, sum } from "../../mod.ts";
import { pad, scatterAdd, slice, take, type Tensor, tensor, vjp } from "../../mod.ts";
import answers from "./answers/04_broadcast.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% A column of [3, 1] beside a row of [4]: the sum has shape [3, 4].
const column = tensor([[10], [20], [30]]);
const row = tensor([1, 2, 3, 4]);
const table = add(column, row);
await table.read();
console.log(table, "\n");

// %% Back again: dy has the shape [3, 4] of the table, and each argument gets its own shape. The
// column is used in four columns, so its gradient sums over them; that of the row sums over rows.
const back = (dy: Tensor) => vjp((a: Tensor, b: Tensor) => add(a, b), column, row)[1](dy);
console.log(explain(back, { as: "formula" })(table), "\n");

// %% What makes two ops A and B adjoint: ⟨A x, y⟩ = ⟨x, B y⟩ for all x and y, where ⟨a, b⟩ is the
// sum of a·b. If A is a matrix, B is its transpose. Random numbers would show a mistake.
const ids = tensor([2, 0, 2], { dtype: "int32" });
const random = (n: number, shape: number[]) => normal(foldIn(key(0), n), shape);
const dot = async (a: Tensor, b: Tensor) => (await sum(mul(a, b)).item()).toFixed(4);
type Linear = (x: Tensor) => Tensor;
const pairs: [name: string, A: Linear, from: number[], B: Linear, to: number[]][] = [
  ["broadcastTo, sum", (x) => broadcastTo(x, [3, 4]), [4], (y) => sum(y, { axis: 0 }), [3, 4]],
  ["slice, pad", (x) => slice(x, [1], [2]), [4], (y) => pad(y, { low: [1], high: [1] }), [2]],
  ["take, scatterAdd", (x) => take(x, ids), [4, 2], (y) => scatterAdd(4, ids, y), [3, 2]],
];
console.log("A and B".padEnd(18), "⟨A x, y⟩".padStart(9), "⟨x, B y⟩".padStart(9));
for (const [name, A, from, B, to] of pairs) {
  const x = random(1, from), y = random(2, to);
  console.log(name.padEnd(18), (await dot(A(x), y)).padStart(9), (await dot(x, B(y))).padStart(9));
}

// %% Exercise: the first element of the gradient of six sums, by hand. How often is it used, and
// what is it multiplied by each time?
const weights = tensor([[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]);
const first = async (f: Linear, ...shape: number[]) =>
  Number((await grad(f)(random(3, shape)).read())[0].toFixed(6));
type Yours = Question<number>["yours"];
async function ask(yours: Yours, sum: string, f: Linear, ...shape: number[]) {
  const question = `x of [${shape.join(", ")}]: ${sum}`;
  return { question, yours, truth: await first(f, ...shape) } satisfies Question<number>;
}
console.log();
await exercise<number>([
  await ask(hole, "sum(add(x, table))", (x) => sum(add(x, table))),
  await ask(hole, "sum(add(x, table))", (x) => sum(add(x, table)), 3, 1),
  await ask(hole, "sum(mul(x, weights))", (x) => sum(mul(x, weights)), 4),
  await ask(hole, "mean(x)", (x) => mean(x), 2, 5),
  await ask(hole, "sum(take(x, ids))", (x) => sum(take(x, ids)), 4),
  await ask(hole, "sum(slice(x, [1], [2]))", (x) => sum(slice(x, [1], [2])), 4),
], answers);
