/**
 * Lesson 3: Why may gradients be differentiated?
 *
 * The walk of lesson 2 made numbers. The library's walk makes tensors: every rule is written with
 * the ops that you use yourself. So a gradient is an expression like any other, and has a gradient.
 *
 * Open beside it: lib/ops/elementwise.ts, where the gradient of each op stands beside its formula,
 * and lib/grad.ts, whose first comment says why each argument is wrapped in a node of its own.
 *
 * @module
 */
import { add, floor, grad, mul, sqrt, sum, tanh, type Tensor, tensor } from "../../mod.ts";
import { withGradient } from "../../mod.ts";
import { numbers, rules } from "./answers/03_gradients_of_gradients.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% The derivative of a function of a vector, element by element: the gradient of its sum.
type Curve = (x: Tensor) => Tensor;
const derivative = (f: Curve): Curve => grad((x: Tensor) => sum(f(x)));

// %% tanh and its first four derivatives, from x = −3 to 3. Each is the derivative of the line
// above it.
const x = tensor(Array.from({ length: 49 }, (_, i) => (i - 24) / 8));
let curve: Curve = (x) => tanh(x);
for (let order = 0; order <= 4; order++) {
  const values = [...await curve(x).read()];
  const least = Math.min(...values), most = Math.max(...values);
  const bars = values.map((y) => "▁▂▃▄▅▆▇█"[Math.floor(7.99 * (y - least) / (most - least))]);
  console.log(`${order}`, bars.join(""), `${least.toFixed(2)} … ${most.toFixed(2)}`);
  curve = derivative(curve);
}

// %% A gradient within a gradient: d/dx [x · d/dy (x·y)]. The inner one is x, the whole is x², so
// the outer one is 2x. While the inner walk goes back to y, it must take x for a constant.
const inner = (x: Tensor) => grad((y: Tensor) => mul(x, y))(tensor(5));
const outer = grad((x: Tensor) => mul(x, inner(x)));
console.log("\nd/dx [x · d/dy (x·y)] at x = 3:", await outer(tensor(3)).item());

// %% And d/dx [x · d/dy (x + y)], where y gets the value of x: d/dy is 1, so the whole is x and its
// derivative 1. A walk that could not tell x from y would find d/dy = 2, and answer 2.
const sumOf = (x: Tensor) => grad((y: Tensor) => add(x, y))(x);
const other = grad((x: Tensor) => mul(x, sumOf(x)));
console.log("d/dx [x · d/dy (x + y)] at x = 3:", await other(tensor(3)).item(), "\n");

// %% Exercise: three derivatives, by hand.
const cube = (x: Tensor) => mul(x, mul(x, x));
const second = derivative(derivative(cube)), third = derivative(second);
const product = (x: Tensor) => grad((y: Tensor) => mul(mul(x, x), y))(tensor(5));
const two = tensor(2);
await exercise<number>([
  { question: "the second derivative of x³ at 2", yours: hole, truth: await second(two).item() },
  { question: "the third derivative of x³ at 2", yours: hole, truth: await third(two).item() },
  {
    question: "d/dx [x · d/dy (x²·y)] at 2",
    yours: hole,
    truth: await grad((x: Tensor) => mul(x, product(x)))(two).item(),
  },
], numbers);

// %% Exercise: rules of your own. `withGradient(f, rule)` is f with another gradient. A rule gets
// dy, y and x as in lesson 2, but as tensors, and uses ops: (dy, y, x) => [mul(dy, …)].
type Rule = (dy: Tensor, y: Tensor, x: Tensor) => Tensor[];
const slope = async (f: Curve, x: number) => await grad(f)(tensor(x)).item();
const round = (rule: Rule) => withGradient((x: Tensor) => floor(add(x, 0.5)), rule);
const root = (rule: Rule) => withGradient((x: Tensor) => sqrt(x), rule);
const curvature = (f: Curve) => slope(grad(f), 4);
const both = async (rule: Rule) => {
  const f = root(rule);
  return `${await slope(f, 0)}, ${await slope(f, 4)}, ${await curvature(f)}`;
};
const yours: Question<Rule>["yours"][] = [hole, hole];
console.log();
await exercise<Rule>([
  {
    question: "rounding, whose slope is 0 nearly everywhere: let it be 1",
    yours: yours[0],
    shown: (rule) => slope(round(rule), 2.7),
    truth: 1,
  },
  {
    question: "√x, whose slope at 0 is ∞: let it be 0 there, and right at 4, twice",
    yours: yours[1],
    shown: both,
    truth: "0, 0.25, -0.03125",
  },
], rules);
