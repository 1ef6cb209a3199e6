/**
 * Lesson 7: What is worth storing, and where?
 *
 * Lesson 6 folded formulas into their readers. A formula with two readers is then computed twice.
 * The other way is to *store* it: compute it once, keep the numbers in a *buffer* (a piece of
 * memory), and let both read them. A buffer costs a kernel and some traffic to memory, so the
 * compiler compares prices. *Scratch* is the memory that a program needs besides its inputs and
 * outputs.
 *
 * Open beside it: kernels/compiler/choose.ts. Its first comment works one price out by hand, and in
 * `withCostly` the line with `price` is the rule. Then kernels/compiler/memory.ts: `claim` finds a
 * place for a value where another one has died, and `findDonor` an input to write over.
 *
 * @module
 */
import { abs, exp, expandDims, explain, grad, key, matmul, mean, mul, normal } from "../../mod.ts";
import { reduceMax, sqrt, square, sub, sum, tanh, type Tensor, zeros } from "../../mod.ts";
import * as answers from "./answers/07_storing.ts";
import { exercise, hole, type Question } from "./exercise.ts";

// %% Three sums read exp(x), so folding it means 300 evaluations for its 100 elements. The 200 that
// repeat others cost 12 multiplications each: 2400. A buffer costs 2000 + 4 · 100 = 2400, which is
// not less. So exp is folded. (All costs are counted in multiplications, and an exp takes 12.)
type Op = (x: Tensor) => Tensor;
const read = (f: Op, times: number) => (x: Tensor) =>
  Array.from({ length: times }, (_, i) => sum(mul(f(x), i + 2)));
console.log(explain(read(exp, 3), { as: "costs" })(zeros([100])), "\n");

// %% Four chained products. Each needs the one before it, so there are three values in between;
// but two places are enough, as a value dies with its last reader. Each line is a buffer (i an
// input, s scratch, o an output), each column a kernel, and a bar lasts as long as the value lives.
const chain = (x: Tensor, w: Tensor) => matmul(matmul(matmul(matmul(x, w), w), w), w);
console.log(explain(chain, { as: "memory" })(zeros([100, 64]), zeros([64, 64])), "\n");

// %% A training step makes new weights of old ones, which nobody needs afterwards. *Donation*
// says so: with { donate: [0] } the program may write over argument 0, and the output o0 is gone:
// the x in the line of w marks where the new weights replace the old ones.
const loss = (w: Tensor, x: Tensor) => mean(square(tanh(matmul(x, w))));
const step = (w: Tensor, x: Tensor) => sub(w, mul(0.1, grad((w: Tensor) => loss(w, x))(w)));
for (const donate of [[], [0]]) {
  console.log(`Donated arguments: ${donate.length === 0 ? "none" : donate}`);
  console.log(explain(step, { as: "memory", donate })(zeros([64, 8]), zeros([100, 64])), "\n");
}

// %% Exercise: how many readers does it take until the op is stored? Readers are sums as above. An
// exp costs 12, a sqrt costs 4. An op is stored if repeating it costs *more* than its buffer.
const isStored = (f: Op, readers: number, elements: number) =>
  explain(read(f, readers), { as: "costs" })(zeros([elements])).includes("stored: cheaper");
function fewest(f: Op, elements: number): number {
  let readers = 1;
  while (!isStored(f, readers, elements)) readers++;
  return readers;
}
type Yours = Question<number>["yours"];
const ask = (yours: Yours, name: string, f: Op, elements: number): Question<number> => (
  { question: `${name} of ${elements} elements`, yours, truth: fewest(f, elements) }
);
await exercise<number>([
  ask(hole, "exp", exp, 100),
  ask(hole, "exp", exp, 200),
  ask(hole, "sqrt", sqrt, 100),
  ask(hole, "sqrt", sqrt, 1000),
], answers.readers);

// %% Exercise: less scratch. Element [i, j] of a table is exp(xᵢ·xⱼ), and the table is multiplied
// by x. A product reads buffers, so the table is stored: 256 · 256 numbers of 4 bytes.
const column: Op = (x) => expandDims(x, 1), row: Op = (x) => expandDims(x, 0);
const heavy: Op = (x) => matmul(exp(mul(column(x), row(x))), x);
console.log("\n" + explain(heavy, { as: "memory" })(zeros([256])), "\n");

// %% Write (x: Tensor) => … that computes the same from below 4000 bytes of scratch. A hint: what
// can a sum do with its formula that a product cannot?
function scratchOf(f: Op): number {
  const text = explain((x: Tensor) => f(x))(zeros([256]));
  const [, digits, unit] = text.match(/scratch .* of ([\d.]+) ?([kM]?) bytes/)!;
  return Number(digits) * { k: 1e3, M: 1e6 }[unit as "k" | "M"] || Number(digits);
}
const points = mul(normal(key(0), [256]), 0.5);
async function judge(f: Op): Promise<string> {
  const error = await reduceMax(abs(sub(f(points), heavy(points)))).item();
  const bytes = scratchOf(f);
  return `${error < 1e-3 ? "equal" : "not equal"}, ${bytes < 4000 ? "below 4000" : bytes} bytes`;
}
await exercise<Op>([
  { question: "the same, lighter", yours: hole, shown: judge, truth: "equal, below 4000 bytes" },
], [answers.light]);
