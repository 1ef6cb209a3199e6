/**
 * Functions with a gradient rule of their own.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { type Tensor, tensor, withGradient } from "../../mod.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { checkGradients } from "./ops/gradient_cases.ts";
import { floats } from "../fixtures/naive.ts";

const numberOf = (x: Tensor): Promise<number> => g.run(x, reference).item();
const cube = withGradient(
  (x) => g.mul(x, g.mul(x, x)),
  (dy, _, x) => [g.mul(dy, g.mul(3, g.mul(x, x)))],
);
/** x·y, whose gradients are said to be 10·y and 100·x. */
const product = withGradient(
  (x: Tensor, y: Tensor) => g.mul(x, y),
  (dy, _, x, y) => [g.mul(dy, g.mul(y, 10)), g.mul(dy, g.mul(x, 100))],
);

Deno.test("a correct rule gives the gradients of the ops, to third order", async () => {
  let f: (x: Tensor) => Tensor = cube;
  for (const expected of [12, 12, 6, 0]) {
    f = g.grad(f);
    assertEquals(await numberOf(f(tensor(2))), expected);
  }
});

Deno.test("gradients to second order, of a rule that uses dy, y and both inputs", async () => {
  // e^(x·w) for a matrix x and a row w: the gradient is y·w and the column sums of y·x.
  const f = withGradient(
    (x: Tensor, w: Tensor) => g.exp(g.mul(x, w)),
    (dy, y, x, w) => [g.mul(dy, g.mul(y, w)), g.sum(g.mul(dy, g.mul(y, x)), { axis: 0 })],
  );
  await checkGradients("withGradient", {
    title: "before and behind other ops",
    compute: (x, w) => g.tanh(f(g.sin(x), g.mul(w, w))),
    at: (seed) => [[3, 4], [4]].map((shape, i) => floats(shape, -1, 1, 10 * seed + i)),
  }, 2);
});

onEveryDevice("the rule is taken, not the ops, in jit and out of it", async (device) => {
  const gradient = g.grad(([x, y]: [Tensor, Tensor]) => g.sum(g.exp(product(g.mul(x, 2), y))));
  const at: [Tensor, Tensor] = [tensor([0, 0.5]), tensor([3, 0])];
  for (const f of [gradient, g.jit(gradient, { device })]) {
    const [dx, dy] = g.run(f(at), device);
    assertEquals([...await dx.read()], [60, 0]); // 2 · 10·y · e⁰
    assertEquals([...await dy.read()], [0, 100]); // 100·2x · e⁰
  }
  assertEquals([...await g.run(product(at[0], tensor([4, 6])), device).read()], [0, 3]);
});

Deno.test("one input twice gets both gradients, and one without a rule none", async () => {
  assertEquals(await numberOf(g.grad((x: Tensor) => product(x, x))(tensor(3))), 330);
  const half = withGradient((x: Tensor, y: Tensor) => g.mul(x, y), (dy) => [undefined, dy]);
  const [dx, dy] = g.grad(([x, y]: Tensor[]) => half(x, y))([tensor(2), tensor(3)]);
  assertEquals([await numberOf(dx), await numberOf(dy)], [0, 1]);
});

Deno.test("tensors that the function closes over have the gradients of its ops", async () => {
  const f = ([x, a]: Tensor[]) =>
    withGradient((x: Tensor) => g.mul(x, g.mul(a, a)), (dy) => [g.mul(dy, 100)])(g.mul(x, 5));
  const [dx, da] = g.grad(f)([tensor(2), tensor(3)]);
  assertEquals([await numberOf(dx), await numberOf(da)], [500, 60]); // 5·100; 5·2 · 2·3
});

Deno.test("a program contains nothing that only the other direction needs", () => {
  const f = withGradient((x: Tensor, _: Tensor) => g.cos(x), (dy, _, __, y) => [g.mul(dy, y)]);
  const of = (x: Tensor) => f(x, g.cumsum(x, { axis: 0 }));
  const has = (text: string, ...ops: string[]) => ops.map((op) => text.includes(op));
  const x = tensor([1, 2, 3]);
  assertEquals(has(g.explain(of)(x), "cos", "cumsum"), [true, false]);
  const gradient = g.explain(g.grad((x: Tensor) => g.sum(of(x))))(x);
  assertEquals(has(gradient, "cos", "sin", "cumsum"), [false, false, true]);
});
