/**
 * Lesson 11: What is a kernel, and what does it cost?
 *
 * Lesson 6 showed the kernels that the compiler writes. Here you write them yourself. A kernel is
 * data: the shape of what it stores, and a formula for one element of it. A device turns that into
 * JavaScript, WebAssembly or WGSL. The score of a kernel is the number of its operations, and of
 * the bytes that it reads and stores; on most machines the bytes take longer.
 *
 * Open beside it: kernels/kernel.ts, which has all kinds of kernels; kernels/scalar.ts, which has
 * the operations of formulas; and puzzles.ts here, which has the functions that write kernels.
 *
 * @module
 */
import { describeProgram, type Kernel, scalar } from "../../kernels/mod.ts";
import answers from "./answers/11_kernels.ts";
import { exercise, hole } from "./exercise.ts";
import { map, openDevices, programOf, type Puzzle, puzzle } from "./puzzles.ts";
import { read, reduce, runOn } from "./puzzles.ts";

// %% A transpose: element [i, j] is element [j, i] of buffer 0, a table of [2, 3]. In memory that
// is element 3·j + i, and the kernel has this index as a list: an axis, and the scale before it.
const turned = map([3, 2], (i, j) => read(0, [2, 3], j, i));
console.dir(turned, { depth: 7 });

// %% Nothing has run yet. A device compiles a program, a list of kernels, and runs it on buffers.
const devices = await openDevices();
const x = Float32Array.of(1, 2, 3, 4, 5, 6);
const table: Puzzle = { sizes: [6], loop: () => [] };
for (const device of devices) {
  console.log(device.name.padEnd(9), ...await runOn(device, programOf(table, [turned]), [x]));
}

// %% A reduction has a body, whose values over k it adds up, and a formula for what it then stores.
// The length of each row, √ Σ x²: a space of [2], a sum over [3], a body x², and √ of the result.
// The lengths are buffer 1, and a second kernel divides by them.
const length = reduce(
  [2],
  [3],
  "add",
  (i, k) => scalar.mul(read(0, [2, 3], i, k), read(0, [2, 3], i, k)),
  (result) => scalar.sqrt(result),
);
const unit = map([2, 3], (i, j) => scalar.div(read(0, [2, 3], i, j), read(1, [2], i)));
console.log(`\n${describeProgram(programOf(table, [length, unit]))}\n`);
for (const device of devices) {
  const values = await runOn(device, programOf(table, [length, unit]), [x]);
  console.log(device.name.padEnd(9), ...values.map((value) => value.toFixed(4)));
}

// %% Exercise: ten puzzles. Each has a loop in JavaScript that says what is wanted. Write a list of
// kernels, such as [map([6], (i) => …)], by map, reduce, matmul and scan of puzzles.ts. Inputs are
// buffers 0 and 1, and what your first kernel stores is the next buffer. `scalar` has formulas:
// scalar.constant(2), scalar.add(…, …), and for eˣ scalar.intrinsic(intrinsics.exp)(…). `indexing`
// has indices: indexing.scale(i, 2), indexing.constantIndex(1), indexing.add(…, …). A puzzle is
// solved when its numbers are right on all devices and no score is above that of the answer.
const each = (n: number, f: (i: number) => number) => Array.from({ length: n }, (_, i) => f(i));
const sumOf = (n: number, f: (k: number) => number) => each(n, f).reduce((a, b) => a + b, 0);
const row = (n: number, width: number) => Math.floor(n / width);
const softmax: Puzzle = {
  sizes: [12], // a table of [3, 4]
  loop: (x) => each(12, (n) => Math.exp(x[n]) / sumOf(4, (k) => Math.exp(x[4 * row(n, 4) + k]))),
};
let number = 0;
const ask = (question: string, yours: readonly Kernel[] | typeof hole, about: Puzzle) =>
  puzzle(`${number + 1} ${question}`, yours, about, answers[number++], devices);
console.log();
await exercise([
  ask("map: 2·x + 1", hole, { sizes: [6], loop: (x) => each(6, (i) => 2 * x[i] + 1) }),
  ask("zip: x·y", hole, { sizes: [6, 6], loop: (x, y) => each(6, (i) => x[i] * y[i]) }),
  ask("flip", hole, { sizes: [6], loop: (x) => each(6, (i) => x[5 - i]) }),
  ask("pool: means of pairs", hole, {
    sizes: [6],
    loop: (x) => each(3, (i) => (x[2 * i] + x[2 * i + 1]) / 2),
  }),
  ask("outer: x[i]·y[j]", hole, {
    sizes: [3, 4],
    loop: (x, y) => each(12, (n) => x[row(n, 4)] * y[n % 4]),
  }),
  ask("sums of rows of [3, 4]", hole, {
    sizes: [12],
    loop: (x) => each(3, (i) => sumOf(4, (k) => x[4 * i + k])),
  }),
  ask("softmax of rows of [3, 4] in 3 kernels", hole, softmax),
  ask("the same in 2, with fewer bytes", hole, softmax),
  ask("[4, 5] times [5, 3]", hole, {
    sizes: [20, 15],
    loop: (x, y) => each(12, (n) => sumOf(5, (k) => x[5 * row(n, 3) + k] * y[3 * k + n % 3])),
  }),
  ask("running sums", hole, { sizes: [6], loop: (x) => each(6, (i) => sumOf(i + 1, (k) => x[k])) }),
], answers);
for (const device of devices) device.close();
