/**
 * Lesson 6: What does the compiler do?
 *
 * A device does not run your ops one by one. The *compiler* turns the graph into a few *kernels*: a
 * kernel is one loop over the elements of its outputs, with one formula for each of them. Ops that
 * work element by element, and views, are written into the formula of whoever reads them. This is
 * called *fusion*: what lies between them never goes to memory and back.
 *
 * Open beside it: kernels/compiler/compile.ts, whose function `compile` is the list of its steps.
 *
 * @module
 */
import { abs, add, div, exp, explain, key, matmul, mul, normal, sigmoid, sin } from "../../mod.ts";
import { reduceMax, softmax, sub, sum, type Tensor, transpose, zeros } from "../../mod.ts";
import * as answers from "./answers/06_compiler.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% Five ops, one kernel. The graph has a line for each op; the formula has them all.
const x = zeros([4, 5]), w = zeros([5, 3]);
const five = (x: Tensor) => sin(add(mul(x, x), exp(transpose(transpose(x)))));
console.log(explain(five, { as: "graph" })(x), "\n");
console.log(explain(five, { as: "formula" })(x), "\n");

// %% A sum needs all elements of a row before anything can be done with it. So it ends a kernel,
// and what follows is another one. The name v1 stands for what kernel 1 leaves in memory.
const share = (x: Tensor) => div(x, sum(x, { axis: 1, keepDims: true }));
console.log(explain(share, { as: "formula" })(x), "\n");

// %% A product is a sum, too; but what is done to its elements one by one moves into its kernel.
const layer = (x: Tensor, w: Tensor) => sigmoid(add(matmul(x, w), 1));
console.log(explain(layer, { as: "formula" })(x, w), "\n");

// %% The same kernel as a loop of JavaScript, the way the reference device runs it.
console.log(explain(share, { as: "js" })(x), "\n");

// %% softmax is e^x / Σ e^x along rows. It first subtracts the greatest element of the row, as e^x
// overflows from x = 89 on. This is why the library's takes three kernels. (A row whose greatest
// element is infinite would give ∞ − ∞, so there 0 is subtracted.)
console.log(explain((x: Tensor) => softmax(x), { as: "formula" })(x), "\n");

// %% Exercise: how many kernels?
type Program = (x: Tensor, w: Tensor) => Tensor;
const kernelsOf = (f: Program) => parseInt(explain((x: Tensor, w: Tensor) => f(x, w))(x, w));
const ask = (yours: Question<number>["yours"], question: string, f: Program): Question<number> => (
  { question, yours, truth: kernelsOf(f) }
);
await exercise<number>([
  ask(hole, "sin(add(x, 1))", (x) => sin(add(x, 1))),
  ask(hole, "sum(mul(x, x))", (x) => sum(mul(x, x))),
  ask(hole, "add(sum(x), 1)", (x) => add(sum(x), 1)),
  ask(hole, "mul(x, sum(x))", (x) => mul(x, sum(x))),
  ask(hole, "matmul(x, w)", (x, w) => matmul(x, w)),
  ask(hole, "matmul(exp(x), w)", (x, w) => matmul(exp(x), w)),
  ask(hole, "exp(matmul(x, w))", (x, w) => exp(matmul(x, w))),
  ask(hole, "sum(sum(x, { axis: 0 }))", (x) => sum(sum(x, { axis: 0 }))),
], answers.kernels);

// %% Exercise: a softmax of your own, (x: Tensor) => …, along the rows of [4, 5]: equal to the
// library's, in three kernels. Use reduceMax, sub, exp, sum, div and { axis: 1, keepDims: true }.
type Softmax = (x: Tensor) => Tensor;
const points = normal(key(0), [4, 5]);
async function judge(f: Softmax): Promise<string> {
  const error = await reduceMax(abs(sub(f(points), softmax(points)))).item();
  return `${error < 1e-6 ? "equal" : "not equal"}, ${kernelsOf(f)} kernels`;
}
console.log();
await exercise<Softmax>([
  { question: "softmax", yours: hole, shown: judge, truth: "equal, 3 kernels" },
], [answers.softmax]);
