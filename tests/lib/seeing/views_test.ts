/**
 * What `explain` shows of small functions. None of the texts depends on the machine.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import * as g from "../../../mod.ts";
import type { Tensor, View } from "../../../mod.ts";

/** Asserts what a view shows. */
function assertShows(text: string, expected: string): void {
  assertEquals(text.trimEnd(), expected.replace(/^\n/, "").trimEnd());
}

/** What a view shows of f for arguments of some shapes. */
const shown = (as: View, f: (...xs: Tensor[]) => unknown, ...shapes: number[][]): string =>
  g.explain(f, { as })(...shapes.map((shape) => g.zeros(shape)));

const layer = (x: Tensor, w: Tensor, b: Tensor) => g.softplus(g.add(g.matmul(x, w), b));

Deno.test("the graph lists each node after its inputs, with the names of arguments and results", () => {
  assertShows(
    shown("graph", (x, y) => ({ z: g.add(g.mul(x, y), g.sin(x)) }), [3], [3]),
    `
1  x    [3]           leaf
2  y    [3]           leaf
3  mul  [3]  of 1, 2  map
4  sin  [3]  of 1     map
5  add  [3]  of 3, 4  map   → out.z`,
  );
});

Deno.test("a formula has an index for each axis, and says what the letters run over", () => {
  assertShows(
    shown("formula", layer, [4, 3], [3, 2], [2]),
    `
x  float32  [4, 3]
w  float32  [3, 2]
b  float32  [2]

1  out[i, j] = softplus(Σₖ x[i, k]·w[k, j] + b[j])
     for i < 4, j < 2, k < 3`,
  );
});

Deno.test("values between kernels are named after the kernel, results may overwrite arguments", () => {
  const step = (w: Tensor, x: Tensor) => g.sub(w, g.mul(g.sum(x), 0.1));
  assertShows(
    g.explain(step, { as: "formula", donate: [0] })(g.zeros([3]), g.zeros([5])),
    `
w  float32  [3]
x  float32  [5]

1  v1 = Σᵢ x[i]
     for i < 5

2  out[i] = w[i] − v1·0.1
     for i < 3

out takes the memory of w`,
  );
});

Deno.test("js, wgsl and wasm show the same formula as code", () => {
  const twice = (x: Tensor) => g.mul(x, 2);
  assertShows(
    shown("js", twice, [4]),
    `
// kernel 1: mul, called with o0, i0
function (out0, b0) {
  for (let i0 = 0; i0 < 4; i0++) {
    {
      const v0 = b0[(0 + 1 * i0)];
      const v1 = (v0 * (2));
      out0[(0 + 1 * i0)] = v1;
    }
  }
}`,
  );
  assertShows(
    shown("wgsl", twice, [4]),
    `
// kernel 1: mul, 1 × 1 workgroups; bindings o0 i0
// mul
@group(0) @binding(0) var<storage, read_write> output0: array<f32>;
@group(0) @binding(1) var<storage, read> input1: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let i = id.x + id.y * 256u;
  if (i >= 4u) { return; }
  let v0 = input1[i];
  let v1 = v0 * 2f;
  output0[i] = v1;
}`,
  );
  const wasm = shown("wasm", twice, [4]);
  assertMatch(wasm, /^\(func mul\n/);
  assertStringIncludes(wasm, "local.get 9  v128.load  local.set 10\n");
  assertStringIncludes(wasm, "local.get 10  local.get 11  f32x4.mul  local.set 12\n");
  assertMatch(wasm, /\(func serial\n.*call 0\n\)$/);
});

Deno.test("memory shows each buffer as a bar over the steps", () => {
  const softmax = (x: Tensor) => g.softmax(x);
  assertShows(
    g.explain(softmax, { as: "memory", donate: [0] })(g.zeros([4, 5])),
    `
       bytes  1  2  3
i0  x  80     r──r──x──
s0     16     w──r──r
s1     16     ·  w──r

w: written, r: read, x: read and overwritten
scratch: 2 values in 2 slots of 32 bytes; a buffer for each would take 32 bytes; step 2 needs 32 bytes at once`,
  );
});

Deno.test("costs weigh computing again against a buffer, as compiler/choose.ts works out", () => {
  const product = (x: Tensor, y: Tensor) => g.mul(g.sigmoid(x), y);
  const sigmoidOf = (rows: number) =>
    shown("costs", product, [100], [rows, 100]).split("\n").find((line) => /sigmoid/.test(line))!
      .split(/ {2,}/);
  assertEquals(sigmoidOf(10).slice(1), [
    ...["sigmoid", "of 1", "100", "1000", "12", "10800", "2400", "stored: cheaper"],
  ]);
  assertEquals(sigmoidOf(2).slice(4), ["200", "12", "1200", "2400", "folded"]);
});

Deno.test("costs name the reason for which a node is stored", () => {
  const f = (x: Tensor, w: Tensor) => g.matmul(g.exp(x), g.transpose(w));
  const text = shown("costs", f, [2, 3], [4, 3]);
  assertMatch(text, /^2 +exp .*stored: a product reads it$/m);
  assertMatch(text, /^4 +transpose.*folded: a view computes nothing$/m);
  assertMatch(text, /^5 +matmul .*stored: an output$/m);
  const sum = shown("costs", (x) => g.add(g.sum(x), 1), [9]);
  assertMatch(sum, /^2 +sum .*stored: a reduce has a kernel of its own$/m);
});

Deno.test("names come from the text of the function, else from the number of the argument", () => {
  const leaves = (f: (...xs: never[]) => unknown, ...args: unknown[]) =>
    g.explain(f as (...xs: Tensor[]) => unknown, { as: "graph" })(...args as Tensor[])
      .split("\n").filter((line) => line.includes("leaf")).map((line) => line.split(/ +/)[1]);
  const x = g.zeros([2]), closed = g.tensor([1, 2]);
  assertEquals(leaves((p: { w: Tensor; b: Tensor }) => g.add(p.w, p.b), { w: x, b: g.ones([2]) }), [
    "p.w",
    "p.b",
  ]);
  assertEquals(leaves(({ w }: { w: Tensor }, y = w) => g.add(w, y), { w: x }, g.ones([2])), [
    "w",
    "y",
  ]);
  assertEquals(leaves((...xs: Tensor[]) => g.add(xs[0], xs[1]), x, g.ones([2])), ["xs.0", "xs.1"]);
  assertEquals(
    leaves(function (v1: Tensor) {
      return g.add(v1, closed);
    }, x),
    ["arg0", "c0"],
  );
  assertEquals(leaves(g.sin as (x: Tensor) => Tensor, x).length, 1);
});

Deno.test("an unknown view is refused with the names of all", () => {
  assertThrows(
    () => g.explain((x: Tensor) => x, { as: "c" as View }),
    RangeError,
    'Cannot explain as "c": the views are program, graph, formula, js, wgsl, wasm, memory, costs',
  );
});

Deno.test("no view computes anything", () => {
  const x = g.mul(g.zeros([3]), 2);
  for (
    const as of ["program", "graph", "formula", "js", "wgsl", "wasm", "memory", "costs"] as const
  ) {
    g.explain((x: Tensor) => g.exp(x), { as })(x);
  }
  assertEquals(x.storage, undefined);
});
