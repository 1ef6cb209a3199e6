/**
 * What jit tells of its compilations, and the types of its results.
 *
 * @module
 */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  type Compilation,
  jit,
  type JitOptions,
  openDevice,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";

/** The messages of console.warn while `act` runs. */
function warnings(act: () => void): string[] {
  const { warn } = console, messages: string[] = [];
  console.warn = (message: string) => messages.push(message);
  try {
    act();
  } finally {
    console.warn = warn;
  }
  return messages;
}

Deno.test("onCompile is told of every compilation, and of no replay", async () => {
  const device = await openDevice("cpu", { threads: 1 }), told: Compilation[] = [];
  const f = jit(function total(x: Tensor, n: Tensor) {
    return add(sum(x), n);
  }, { device, onCompile: (compilation) => told.push(compilation) });
  f(zeros([2, 3]), 1);
  f(zeros([2, 3]), 2);
  f(tensor(Int32Array.of(1)), tensor(2, { dtype: "int32" }));
  assertEquals(told.map(({ name, form, forms }) => [name, form, forms]), [
    ["total", "float32 [2, 3], float32 []", 1],
    ["total", "int32 [1], int32 []", 2],
  ]);
  for (const { kernels, milliseconds, device: where } of told) {
    assertEquals([kernels, where], [1, device]);
    assert(milliseconds > 0);
  }
  device.close();
});

Deno.test("jit warns once of many forms, with their shapes and what to do", () => {
  const grow = (options?: JitOptions) => {
    const f = jit((x: Tensor) => add(x, 1), options);
    return warnings(() => {
      for (let n = 1; n <= 20; n++) f(zeros([n]));
    });
  };
  const [warning, ...more] = grow({ name: "next" });
  assertEquals(more, []);
  assert(
    warning.startsWith("jit compiled next for 9 forms of its arguments, the last for"),
    warning,
  );
  assert(warning.includes("float32 [8]; float32 [9]"), warning);
  assertEquals(grow({ mostForms: Infinity }), []);
  assertEquals(grow({ mostForms: 20 }), []);
  assert(grow({ mostForms: 2 })[0].includes("a function without a name for 3 forms"));
});

Deno.test("a pair of results needs no 'as const'", async () => {
  const f = jit((x: Tensor, n: Tensor) => [add(x, n), { next: add(n, 1) }]);
  let x = zeros([2]), state = { next: tensor(1) };
  for (let i = 0; i < 3; i++) [x, state] = f(x, state.next);
  assertEquals([await x.array(), await state.next.item()], [[6, 6], 4]);
});

Deno.test("a wrong option of jit is refused", () => {
  assertThrows(() => jit((x: Tensor) => x, { nam: "f" } as JitOptions), TypeError, "nam");
});
