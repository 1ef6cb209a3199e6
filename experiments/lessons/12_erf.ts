/**
 * Lesson 12: How do you compute a function that the machine does not have?
 *
 * A processor has + − × ÷ and √. Everything else is written in these: eˣ, and here the error
 * function, erf x = 2/√π · ∫₀ˣ e^(−t²) dt. A number of float32 has 24 significant bits. The step to
 * the next number is an *ulp*, a unit in the last place. A good function is off by less than 2.
 *
 * Open beside it: kernels/numerics.ts, whose functions are written like this one, with erf among
 * them. To add one for real, follow dev/extending/intrinsic.diff, which adds 2ˣ.
 *
 * @module
 */
import { add, div, erf, exp, explain, full, mul, neg, openDevice, sub } from "../../mod.ts";
import { type Tensor, tensor, toDevice } from "../../mod.ts";
import { erfOf, terms } from "./answers/12_erf.ts";
import { exercise, hole } from "./exercise.ts";

// %% The truth: the reference device computes in float64, which has 29 bits more.
type Curve = (x: Tensor) => Tensor;
const points = Float32Array.from({ length: 6400 }, (_, i) => (i + 0.5) / 1280);
const reference = await openDevice("reference");
const truth = await erf(await toDevice(tensor(points), reference)).read();

// %% The error of a formula at 6400 points from 0 to 5, in ulp. |y| in [½, 1) has ulps of 2⁻²⁴.
const ulp = (y: number) => 2 ** (Math.floor(Math.log2(Math.abs(y))) - 23);
async function errors(f: Curve, sign = 1): Promise<number[]> {
  const y = await f(mul(tensor(points), sign)).read();
  return Array.from(truth, (right, i) => Math.abs(sign * y[i] - right) / ulp(right));
}

// %% A curve of 64 columns. The bars grow when the error passes 1, 2, 4, 8, 64, 4096 and 2¹⁸ ulp.
const LIMITS = [1, 2, 4, 8, 64, 4096, 2 ** 18];
async function draw(name: string, f: Curve): Promise<void> {
  const all = await errors(f);
  const bars = Array.from({ length: 64 }, (_, column) => {
    const worst = Math.max(...all.slice(100 * column, 100 * (column + 1)));
    return "▁▂▃▄▅▆▇█"[LIMITS.filter((limit) => worst >= limit).length];
  });
  console.log(`${name}\n0 ${bars.join("")} 5   worst: ${Math.max(...all).toPrecision(3)} ulp`);
}

// %% Near 0, a series: erf x = 2/√π · x · Σ (−x²)ⁿ / (n!·(2n + 1)), as a polynomial of x². Its
// highest coefficient comes first, and each step multiplies by x² and adds the next one.
function coefficients(terms: number): number[] {
  const all: number[] = [];
  for (let n = 0, c = 2 / Math.sqrt(Math.PI); n < terms; c /= -++n) all.push(c / (2 * n + 1));
  return all;
}
function polynomial(z: Tensor, all: readonly number[]): Tensor {
  const highest = full(z.shape, all[all.length - 1]);
  return all.slice(0, -1).reduceRight((sum, c) => add(mul(sum, z), c), highest);
}
const near = (x: Tensor, terms: number) => mul(x, polynomial(mul(x, x), coefficients(terms)));
await draw("the series with 6 terms", (x) => near(x, 6));
await draw("with 12", (x) => near(x, 12));
await draw("with 24", (x) => near(x, 24));

// %% More terms reach further, until terms that are large and of both signs cancel. Far from 0, a
// continued fraction: 1 − erf x = e^(−x²)/√π / (x + ½/(x + 1/(x + 1½/(x + 2/(x + …))))).
function far(x: Tensor, depth: number): Tensor {
  let below = x;
  for (let k = depth; k > 0; k--) below = add(x, div(k / 2, below));
  return sub(1, div(mul(exp(neg(mul(x, x))), 1 / Math.sqrt(Math.PI)), below));
}
await draw("the fraction, 4 deep", (x) => far(x, 4));
await draw("16 deep", (x) => far(x, 16));

// %% What a GPU and the loop of a processor are given: here for the series with 3 terms. wasm puts
// numbers on a stack, and an instruction takes its arguments from there, four numbers at a time.
const three = (x: Tensor) => near(x, 3);
console.log(explain(three, { as: "wgsl" })(tensor(points)), "\n");
const wasm = explain(three, { as: "wasm" })(tensor(points));
console.log(wasm.match(/ {4}loop[^]*?\n {4}end/)![0], "\n");

// %% Exercise: the signs of the series alternate. Where its terms shrink, its error is below the
// first term that is left out. How many terms does an error below 1e-8 take at x = 1?
let needed = 1;
const termAtOne = (n: number) => Math.abs(coefficients(n + 1)[n]);
while (termAtOne(needed) >= 1e-8) needed++;
await exercise<number>([{ question: "terms", yours: hole, truth: needed }], [terms]);

// %% Exercise: erf below 2 ulp, also for negative x: (x: Tensor) => …. Import where, abs, less.
// Use near up to some x, and far from there on. But near is off by 2.5 ulp even at its best, since
// its sum, 1.128 at 0, is rounded. Take x + x·(sum − 1) instead, with coefficients[0] − 1: what is
// rounded there is small beside x, and so are its errors.
console.log();
await exercise<Curve>([{
  question: "erf",
  yours: hole,
  shown: async (f) => {
    const worst = Math.max(...await errors(f), ...await errors(f, -1));
    return worst < 2 ? "below 2 ulp" : `${worst.toPrecision(3)} ulp`;
  },
  truth: "below 2 ulp",
}], [erfOf(coefficients, polynomial, far)]);
reference.close();
