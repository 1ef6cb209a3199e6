/**
 * What the compiler makes of ten small graphs. Each kernel is listed as in `explain`: kind, ops,
 * reads → writes. i0, i1, … are inputs, o0, o1, … outputs, s0, s1, … scratch buffers.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  add,
  broadcastTo,
  concat,
  div,
  exp,
  matmul,
  mul,
  reduceMax,
  sigmoid,
  softplus,
  sqrt,
  sub,
  sum,
  take,
  type Tensor,
  tensor,
  transpose,
} from "../../../mod.ts";
import { compile } from "../../../kernels/compiler/compile.ts";
import { describeProgram } from "../../../kernels/describe.ts";
import { sizeOf } from "../../../kernels/graph.ts";

/** An input of a graph. */
const input = (...shape: number[]): Tensor => tensor(new Float32Array(sizeOf(shape)), { shape });

/** Compiles outputs for a device that fuses, and compares the kernels. */
function assertKernels(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  expected: readonly string[],
  donated: readonly number[] = [],
): void {
  const traits = { fuses: true, maxBuffers: 16 };
  const text = describeProgram(compile(outputs, inputs, traits, new Set(donated)));
  const kernels = text.split("\n\n")[1].split("\n").slice(1).map((line) => {
    const [, kind, , , , slots, ops] = line.split(/ {2,}/);
    return `${kind} ${ops}: ${slots}`;
  });
  assertEquals(kernels, expected);
}

Deno.test("dense + softplus is one kernel", () => {
  const [x, w, b] = [input(100, 784), input(784, 512), input(512)];
  assertKernels([softplus(add(matmul(x, w), b))], [x, w, b], [
    "matmul matmul+softplus+add: i0 i1 i2 → o0",
  ]);
});

Deno.test("softmax stores the exponentials, which two kernels read", () => {
  const x = input(100, 10);
  const e = exp(sub(x, reduceMax(x, { axis: 1, keepDims: true })));
  assertKernels([div(e, sum(e, { axis: 1, keepDims: true }))], [x], [
    "reduce reduceMax: i0 → s0",
    "map exp+sub: i0 s0 → s1",
    "reduce sum: s1 → s0", // the maxima were read last by kernel 2, so their slot is free
    "map div: s1 s0 → o0",
  ]);
});

Deno.test("a sum of products is one kernel: the products are never stored", () => {
  const [x, y] = [input(100, 784), input(100, 784)];
  assertKernels([sum(mul(x, y), { axis: 1 })], [x, y], ["reduce sum+mul: i0 i1 → o0"]);
});

Deno.test("Adam on the gradient of a weight is one kernel, over its own state", () => {
  const [x, dy] = [input(100, 784), input(100, 512)];
  const [p, m, v] = [input(784, 512), input(784, 512), input(784, 512)];
  const gradient = matmul(transpose(x), dy);
  const mean = add(mul(m, 0.9), mul(gradient, 0.1));
  const square = add(mul(v, 0.999), mul(mul(gradient, gradient), 0.001));
  const step = mul(div(mean, add(sqrt(square), 1e-8)), 1e-3);
  assertKernels([sub(p, step), mean, square], [x, dy, p, m, v], [
    "matmul matmul+add+mul+sub+div+sqrt: i0 i1 i3 i4 i2 → i2 i3 i4",
  ], [2, 3, 4]);
});

Deno.test("a product reads a transposed matrix where it lies", () => {
  const [x, w] = [input(784, 100), input(784, 512)];
  assertKernels([matmul(transpose(x), w)], [x, w], ["matmul matmul: i0 i1 → o0"]);
});

Deno.test("a broadcast node is stored where recomputing costs more than a kernel", () => {
  const [b, x, y] = [input(512), input(2, 512), input(100, 512)];
  // 1 multiplication · 512 elements too many < 2000 + 4 · 512
  assertKernels([mul(broadcastTo(add(b, 1), [2, 512]), x)], [b, x], ["map mul+add: i0 i1 → o0"]);
  // 12 multiplications · 50,688 elements too many
  assertKernels([mul(broadcastTo(sigmoid(b), [100, 512]), y)], [b, y], [
    "map sigmoid: i0 → s0",
    "map mul: s0 i1 → o0",
  ]);
});

Deno.test("gathered rows are read where they lie", () => {
  const [table, rows] = [input(1000, 20), tensor(new Int32Array(100))];
  assertKernels([mul(take(table, rows), 2)], [table, rows], ["map mul+take: i1 i0 → o0"]);
});

Deno.test("a concatenation is never stored", () => {
  const [a, b] = [input(10, 4), input(10, 6)];
  assertKernels([exp(concat([a, b], 1))], [a, b], ["map exp+concat: i0 i1 → o0"]);
});

Deno.test("an update of a donated input overwrites it", () => {
  const [p, step] = [input(512), input(512)];
  assertKernels([add(p, step)], [p, step], ["map add: i0 i1 → i0"], [0]);
  assertKernels([add(p, step)], [p, step], ["map add: i0 i1 → o0"]);
});

Deno.test("two outputs share a kernel where their shapes agree, else a buffer", () => {
  const x = input(100, 10);
  assertKernels([mul(exp(x), 2), add(exp(x), 1)], [x], ["map exp+mul+add: i0 → o0 o1"]);
  assertKernels([mul(exp(x), 2), sum(exp(x), { axis: 1 })], [x], [
    "map exp+mul: i0 → s0 o0",
    "reduce sum: s0 → o1",
  ]);
});

Deno.test("an update runs once it frees a gradient, and after all readers of what it overwrites", () => {
  const [x, w, v] = [input(100, 30), input(30, 20), input(20, 30)];
  const h = matmul(x, w), y = matmul(h, v);
  const dh = matmul(y, transpose(v));
  const updates = [sub(w, matmul(transpose(x), dh)), sub(v, matmul(transpose(h), y))];
  assertKernels(updates, [x, w, v], [
    "matmul matmul: i0 i1 → s0",
    "matmul matmul: s0 i2 → s1",
    "matmul matmul: s1 i2 → s2",
    "matmul matmul+sub: s0 s1 i2 → i2", // before w's, which the first output asks for
    "matmul matmul+sub: i0 s2 i1 → i1",
  ], [1, 2]);
});
