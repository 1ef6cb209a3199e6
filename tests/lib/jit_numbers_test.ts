/**
 * Numbers and tensors are not mixed up: a number given to a jitted function is a tensor inside, a
 * tensor is no number, and a gradient flows through a jitted function whatever it was compiled for.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { jit, run, type Tensor, tensor } from "../../mod.ts";
import { onEveryDevice } from "../fixtures/devices.ts";

Deno.test("a tensor has a text and refuses to be a number", () => {
  const x: unknown = tensor([1, 2]);
  const message = "Cannot use Tensor float32 [2] as a number: compute with mul, add";
  const uses: (() => unknown)[] = [
    () => (x as number) * 2,
    () => (x as number) + (x as number),
    () => (x as number) > 0,
    () => "a" + x,
    () => Math.max(x as number, 1),
    () => x == 1,
  ];
  for (const use of uses) assertThrows(use, TypeError, message);
  assertEquals(`${x}, ${String(x)}`, "Tensor float32 [2], Tensor float32 [2]");
  assertEquals([x].join(), "Tensor float32 [2]");
});

onEveryDevice(
  "callers may give numbers, which are tensors inside and come back as tensors",
  async (device) => {
    const scaled = jit((x: Tensor, { rate }: { rate: Tensor }) => [g.mul(x, rate), 7] as const, {
      device,
    });
    for (const rate of [0.5, tensor(0.5)]) {
      const [y, seven]: readonly [Tensor, Tensor] = scaled(tensor([2, 4]), { rate });
      assertEquals([...await y.read(), await seven.item()], [1, 2, 7]);
    }
    const traced = jit((x: Tensor) => scaled(x, { rate: 3 })[1], { device });
    assertEquals(await traced(tensor([1])).item(), 7);
    const state = jit((s: { readonly w: readonly Tensor[]; count?: Tensor }) => s);
    let s = { w: [tensor(1)] as readonly Tensor[] };
    s = state(s);
    assertEquals(await s.w[0].item(), 1);
  },
);

Deno.test("a function that computes with a number of its arguments does not type-check in jit", () => {
  // @ts-expect-error: lr is a tensor inside
  const step = jit((x: Tensor, lr: number) => g.mul(x, lr * 2));
  assertThrows(() => step(tensor([1]), 0.5), TypeError, "as a number: compute with mul");
  // @ts-expect-error: so is a number within a tree
  const loop = jit(({ x, n }: { x: Tensor; n: number }) => n > 0 ? x : g.neg(x));
  assertThrows(() => loop({ x: tensor([1]), n: 1 }), TypeError, "as a number: compute with mul");
});

onEveryDevice(
  "a jitted function that was compiled outside is a part of the gradient",
  async (device) => {
    let weight = tensor(3);
    const layer = jit((x: Tensor) => g.mul(g.mul(x, weight), weight), { device });
    const x = run(tensor(5), device);
    assertEquals(await layer(x).item(), 45);
    const loss = (w: Tensor) => {
      weight = w;
      return layer(x);
    };
    const [value, slope] = g.valueAndGrad(loss)(tensor(3));
    assertEquals(await value.item(), 45);
    assertEquals(await slope.item(), 30); // 2·5·3
    assertEquals(await jit(g.grad(loss), { device })(tensor(4)).item(), 40);
    // What depends on nothing that is traced is still one program.
    weight = tensor(9);
    assertEquals(await g.grad((y: Tensor) => g.mul(y, layer(x)))(tensor(1)).item(), 45);
  },
);

onEveryDevice("run within a function leaves its gradient alone", async (device) => {
  const f = (x: Tensor) => g.sum(run(g.mul(x, x), device));
  assertEquals([...await g.grad(f)(run(tensor([1, 2]), device)).read()], [2, 4]);
});

Deno.test("a function that throws while it is traced leaves no open trace", async () => {
  const fail = (x: Tensor): Tensor => {
    throw new RangeError(`refused ${x}`);
  };
  for (const traced of [jit(fail), g.grad(fail)]) {
    assertThrows(() => traced(tensor(1)), RangeError, "refused");
  }
  let calls = 0;
  const counted = jit((x: Tensor) => {
    calls++;
    return g.neg(x);
  });
  for (const n of [1, 2]) assertEquals(await counted(tensor(n)).item(), -n);
  assertEquals(calls, 1);
});
