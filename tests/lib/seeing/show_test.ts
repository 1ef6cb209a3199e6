import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inspect } from "node:util";
import * as g from "../../../mod.ts";
import { JUPYTER_DISPLAY } from "../../../lib/seeing/show.ts";
import { onEveryDevice, openByName } from "../../fixtures/devices.ts";

/** What a console shows. Deno and Node must agree. */
function shown(x: unknown): string {
  const text = Deno.inspect(x, { colors: false });
  assertEquals(inspect(x), text);
  return text;
}

/** What a notebook shows. */
const displayed = (x: object): Promise<Record<string, string>> =>
  (x as { [JUPYTER_DISPLAY](): Promise<Record<string, string>> })[JUPYTER_DISPLAY]();

Deno.test("a leaf shows its values in columns", () => {
  assertEquals(shown(g.tensor(3.14159265)), "Tensor float32 []: 3.14159");
  assertEquals(shown(g.tensor([])), "Tensor float32 [0]: []");
  assertEquals(
    shown(g.tensor([[1, 2.5], [-4, 1 / 3]])),
    "Tensor float32 [2, 2]:\n[[       1,      2.5],\n [      -4, 0.333333]]",
  );
  assertEquals(
    shown(g.tensor([[[1, 2]], [[3, 40]]], { dtype: "int32" })),
    "Tensor int32 [2, 1, 2]:\n[[[ 1,  2]],\n\n [[ 3, 40]]]",
  );
  assertEquals(
    shown(g.tensor([true, false], { dtype: "bool" })),
    "Tensor bool [2]: [ true, false]",
  );
});

Deno.test("more than a hundred numbers are shortened, a hundred are not", () => {
  const count = (n: number) => g.tensor(Array.from({ length: n }, (_, i) => i));
  assertEquals(shown(count(101)), "Tensor float32 [101]: [  0,   1,   2, …,  98,  99, 100]");
  const whole = shown(count(100));
  assert(!whole.includes("…"));
  assert(whole.split("\n").every((line) => line.length <= 76));
  assertEquals(whole.match(/\d+/g)!.length, 2 + 100); // and 32 of the dtype and the size
});

Deno.test("an expression shows how it is made, and is not computed by that", () => {
  const x = g.tensor([1, 2]), y = g.mul(x, x);
  assertEquals(shown(y), "Tensor float32 [2] = mul(leaf, leaf)");
  assertEquals(shown(g.mul(x, 2)), "Tensor float32 [2] = mul(leaf, full 2)");
  assertEquals(y.storage, undefined);
  let deep = x;
  for (let i = 0; i < 100; i++) deep = g.exp(deep);
  assertMatch(shown(deep), /^Tensor float32 \[2\] = (exp\(){12}…\){12}$/);
});

onEveryDevice("a computed tensor shows its values where they are at hand", (device) => {
  const y = g.run(g.add(g.tensor([1, 2]), 1), device);
  const isAtHand = device.name !== "webgpu";
  assertEquals(
    shown(y),
    isAtHand
      ? "Tensor float32 [2]: [2, 3]"
      : "Tensor float32 [2] on webgpu: await read() for its values",
  );
});

Deno.test("a tensor that is gone, and an argument of a function, say so", async () => {
  const x = g.tensor([1, 2]);
  x.dispose();
  assertEquals(shown(x), "Tensor float32 [2]: it was disposed of");
  const device = await openByName("cpu");
  const y = g.run(g.ones([2]), device);
  device.close();
  assertEquals(shown(y), "Tensor float32 [2]: Cannot use the cpu device: it was closed");
  g.jit((x: g.Tensor) => {
    assertEquals(shown(x), "Tensor float32 [2], an argument of a function being traced");
    return x;
  })(g.ones([2]));
});

Deno.test("a tree shows its tensors, and no private field", () => {
  const text = shown({ w: g.tensor([1, 2]), b: [g.tensor(3)] });
  assertEquals(text, "{ w: Tensor float32 [2]: [1, 2], b: [ Tensor float32 []: 3 ] }");
});

Deno.test("a notebook shows a table of a vector or a matrix", async () => {
  const x = g.mul(g.tensor([[1, 2], [3, 4]]), 2);
  assertEquals(await displayed(x), {
    "text/plain": "Tensor float32 [2, 2]:\n[[2, 4],\n [6, 8]]",
    "text/html": "<table><caption>Tensor float32 [2, 2]</caption>" +
      "<tr><td>2</td><td>4</td></tr><tr><td>6</td><td>8</td></tr></table>",
  });
  const long = (await displayed(g.ones([200])))["text/html"];
  assertStringIncludes(long, "<td>1</td><td>…</td><td>1</td>");
  assertEquals((await displayed(g.ones([1, 1, 1])))["text/html"], undefined);
  const traced: Promise<Record<string, string>>[] = [];
  g.jit((x: g.Tensor) => {
    traced.push(displayed(g.exp(x)));
    return x;
  })(g.ones([2]));
  assertEquals(await traced[0], { "text/plain": "Tensor float32 [2] = exp(leaf)" });
});
