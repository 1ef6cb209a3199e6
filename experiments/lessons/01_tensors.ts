/**
 * Lesson 1: What is a tensor?
 *
 * A tensor is an array of numbers with a *shape*, the list of the sizes of its axes, and a *dtype*,
 * the type of its numbers. [2, 3] is the shape of a table of 2 rows and 3 columns; [] is the shape
 * of a single number. In this library a tensor is also an *expression*: it knows how its numbers
 * will be computed, and computes them when you read them.
 *
 * Open beside it: lib/tensor.ts, whose first comment follows four numbers from `tensor` to `read`.
 *
 * @module
 */
import { add, argmax, explain, less, matmul, mul, ones, sin, sum } from "../../mod.ts";
import { type Tensor, tensor, where } from "../../mod.ts";
import answers from "./answers/01_tensors.ts";
import { exercise, hole } from "./exercise.ts";

// %% Calling ops computes nothing. A *leaf* is a tensor whose numbers are given: here x and y.
const x = tensor([1, 2, 3]);
const y = tensor([10, 20, 30]);
const z = add(mul(x, y), sin(x));
console.log("Before read():", z, "\n");

// %% The calls leave a *graph* behind: nodes, and for each the nodes that it reads.
const f = (x: Tensor, y: Tensor) => add(mul(x, y), sin(x));
console.log(explain(f, { as: "graph" })(x, y), "\n");

// %% Reading computes. It waits for the device that computes, hence `await`.
console.log(await z.read());

// %% After that z is a leaf: it has its numbers, and has forgotten how they came about.
console.log("After read():", z, "\n");

// %% First trap: JavaScript's operators know no tensors. TypeScript refuses x * 2, and so does x.
try {
  console.log(x as unknown as number * 2);
} catch (error) {
  console.log(error instanceof Error && error.message, "\n");
}

// %% Second trap: a condition is a tensor, an object, and every object counts as true in `if`.
const isNegative = less(tensor(5), 0);
if (isNegative) console.log("5 < 0? JavaScript takes this branch.");
console.log("Read it:", await isNegative.item(), "or choose by an op:");
console.log(await where(isNegative, -1, 1).item(), "\n");

// %% Third trap: a read in the middle computes in pieces. One read of the end is one program.
const half = mul(x, 0.5);
await half.read();
console.log("half was read, so what follows starts from its numbers:", sin(half), "\n");

// %% Exercise: dtype and shape of six expressions. Write texts such as "float32 [3]" for the holes.
const textOf = (x: Tensor) => `${x}`.replace("Tensor ", "");
await exercise([
  { question: "add(x, 1)", yours: hole, truth: textOf(add(x, 1)) },
  { question: "less(x, y)", yours: hole, truth: textOf(less(x, y)) },
  {
    question: "matmul(ones([2, 3]), ones([3, 4]))",
    yours: hole,
    truth: textOf(matmul(ones([2, 3]), ones([3, 4]))),
  },
  {
    question: "sum(ones([2, 3]), { axis: 0 })",
    yours: hole,
    truth: textOf(sum(ones([2, 3]), { axis: 0 })),
  },
  {
    question: "add(ones([3, 1]), ones([4]))",
    yours: hole,
    truth: textOf(add(ones([3, 1]), ones([4]))),
  },
  {
    question: "argmax(ones([2, 5]), { axis: 1 })",
    yours: hole,
    truth: textOf(argmax(ones([2, 5]), { axis: 1 })),
  },
], answers);
