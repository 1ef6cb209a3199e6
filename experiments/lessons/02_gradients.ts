/**
 * Lesson 2: Where do gradients come from?
 *
 * The *gradient* of a number f with respect to x, df/dx, says how much f changes if x changes a
 * little. A program computes f in steps, and each step knows its own derivative. *Reverse mode*
 * walks the steps back from f and multiplies those derivatives by the chain rule. Here is one in 30
 * lines.
 *
 * Open beside it: lib/grad.ts, whose function `vjp` is the same walk over tensors.
 *
 * @module
 */
import { add, div, exp, grad, mul, openDevice, tanh, toDevice } from "../../mod.ts";
import { type Tensor, tensor } from "../../mod.ts";
import answers from "./answers/02_gradients.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% A node: a number, how it was computed, and df/dnode, which the walk fills in.
interface Node {
  readonly op: string;
  readonly value: number;
  readonly inputs: readonly Node[];
  slope: number;
}
const node = (op: string, value: number, ...inputs: Node[]): Node => ({
  op,
  value,
  inputs,
  slope: 0,
});
const plus = (a: Node, b: Node) => node("add", a.value + b.value, a, b);
const times = (a: Node, b: Node) => node("mul", a.value * b.value, a, b);

// %% A rule for each op: from dy = df/dy, the output y and the inputs, to df/dinput of each input.
type Rule = (dy: number, y: number, ...inputs: number[]) => number[];
const RULES: Record<string, Rule> = {
  add: (dy) => [dy, dy], //                       y = a + b moves as much as a does, and as b does
  mul: (dy, _y, a, b) => [dy * b, dy * a], //     y = a·b moves b times as much as a does
};

// %% The walk: each node before its inputs. A node that is read twice collects the slopes of both.
function backward(f: Node): Node[] {
  const order: Node[] = [];
  const visit = (node: Node) => {
    if (order.includes(node)) return;
    node.inputs.forEach(visit);
    order.push(node);
  };
  visit(f);
  f.slope = 1;
  for (const { op, value, inputs, slope } of order.toReversed()) {
    const slopes = RULES[op]?.(slope, value, ...inputs.map((input) => input.value)) ?? [];
    inputs.forEach((input, i) => input.slope += slopes[i]);
  }
  return order;
}

// %% f = (x + y)·x at x = 2, y = 3. By hand: f = x² + x·y, df/dx = 2x + y = 7, df/dy = x = 2.
const x = node("x", 2), y = node("y", 3);
console.log("node  value  df/dnode");
for (const { op, value, slope } of backward(times(plus(x, y), x))) {
  console.log(op.padEnd(4), `${value}`.padStart(6), `${slope}`.padStart(9));
}

// %% The same by differences, (f(x + h) − f(x − h)) / 2h, and by the library, in float64.
const reference = await openDevice("reference");
const exact = (value: number) => toDevice(tensor(value), reference);
const f = (x: Tensor, y: Tensor) => mul(add(x, y), x);
const at = async (x: number, y: number) => await f(await exact(x), await exact(y)).item();
const h = 2 ** -10; // float32 holds 2 + h exactly
const differences = [
  (await at(2 + h, 3) - await at(2 - h, 3)) / (2 * h),
  (await at(2, 3 + h) - await at(2, 3 - h)) / (2 * h),
];
const library = grad(f, { argument: [0, 1] })(await exact(2), await exact(3));
console.log("\n       yours  differences  library");
for (const [i, name] of ["df/dx", "df/dy"].entries()) {
  const numbers = [[x, y][i].slope, differences[i].toFixed(6), await library[i].item()];
  console.log(name, ...numbers.map((number, k) => `${number}`.padStart([6, 12, 8][k])));
}

// %% Exercise: the rules of exp, tanh and div. Write functions such as (dy, y, x) => [dy * …].
const yours: Question<Rule>["yours"][] = [hole, hole, hole];
const half = await exact(0.5);
const slopeOf = async (f: (x: Tensor) => Tensor) => await grad(f)(half).item();
const [ofExp, ofTanh, ofDiv] = [
  await slopeOf((x) => exp(x)),
  await slopeOf((x) => tanh(x)),
  await slopeOf((b) => div(3, b)),
];
type Shown = (rule: Rule) => number;
const ask = (i: number, question: string, shown: Shown, truth: number): Question<Rule> => (
  { question, yours: yours[i], shown, truth }
);
console.log();
await exercise<Rule>([
  ask(0, "d exp(x) / dx at 0.5", (rule) => rule(1, Math.exp(0.5), 0.5)[0], ofExp),
  ask(1, "d tanh(x) / dx at 0.5", (rule) => rule(1, Math.tanh(0.5), 0.5)[0], ofTanh),
  ask(2, "d (3 / b) / db at 0.5", (rule) => rule(1, 3 / 0.5, 3, 0.5)[1], ofDiv),
], answers);
