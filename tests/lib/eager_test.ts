/**
 * Tensors that are read without `jit`: what was computed before never changes a result, and a loop
 * takes as long for each step, whatever it reads.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import * as g from "../../mod.ts";
import type { Tensor } from "../../mod.ts";
import { topologicalOrder } from "../../kernels/graph.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";

/** Constants of one shape, each an expression until it is computed. */
const constants: Readonly<Record<string, () => Tensor>> = {
  zeros: () => g.zeros([3]),
  tens: () => g.full([3], 10),
  places: () => g.iota([3], 0, "float32"),
};

onEveryDevice(
  "a program is not reused for a graph in which other tensors were computed",
  async (device) => {
    const values: Readonly<Record<string, number[]>> = {
      zeros: [0, 0, 0],
      tens: [10, 10, 10],
      places: [0, 1, 2],
    };
    const isComputed = [false, true];
    for (const a of Object.keys(constants)) {
      for (const b of Object.keys(constants)) {
        for (
          const computed of isComputed.flatMap((first) => isComputed.map((then) => [first, then]))
        ) {
          const pair = [a, b].map((name) => constants[name]());
          g.run(pair.filter((_, i) => computed[i]), device);
          const sum = await g.run(g.add(pair[0], pair[1]), device).read();
          assertEquals(
            [...sum],
            values[a].map((x, i) => x + values[b][i]),
            `${a}, ${b}, ${computed}`,
          );
        }
      }
    }
  },
);

onEveryDevice("a graph with a number instead of a computed tensor", async (device) => {
  const x = g.run(g.zeros([4]), device);
  for (const y of [x, g.zeros([4])]) {
    assertEquals([...await g.run(g.add(y, 1), device).read()], [1, 1, 1, 1]);
  }
});

// Loops

const descent = (x: Tensor): Tensor => {
  for (let i = 0; i < 3; i++) x = g.tanh(g.mul(x, 0.5));
  return g.sum(x);
};
const longest = (...tensors: Tensor[]) => topologicalOrder(tensors).length;

onEveryDevice("a loop that reads only its loss keeps a short graph", async (device) => {
  const start = g.run(g.tensor([0.1, 0.2]), device);
  let x = start, y = start, most = 0;
  for (let i = 0; i < 20; i++) {
    const [value, slope] = g.valueAndGrad(descent)(x);
    x = g.sub(x, g.mul(slope, 0.1));
    // What is made of x, too, may not hide that x is needed again.
    const size = g.sum(g.mul(x, x));
    await value.item();
    most = Math.max(most, longest(x, size));
    y = g.run(g.sub(y, g.mul(g.grad(descent)(y), 0.1)), device);
  }
  assertLess(most, 200);
  const [mine, eager] = [await x.read(), await y.read()];
  mine.forEach((value, i) => assert(Math.abs(value - eager[i]) < 1e-6, `${mine} and ${eager}`));
});

Deno.test("a gradient loop that nobody reads keeps a short graph, however deep a step is", () => {
  let x: Tensor = g.run(g.add(g.tensor([0.1, 0.2]), 0), reference);
  // So that no depth of an x is a round number.
  for (let i = 0; i < 12; i++) x = g.add(x, 0.01);
  let most = 0;
  for (let i = 0; i < 500; i++) {
    x = g.sub(x, g.mul(g.grad(descent)(x), 0.1));
    if (i % 10 === 0) most = Math.max(most, longest(x));
  }
  assertLess(most, 10_000);
});

Deno.test("tensors that are too large to keep, and views, are computed again", async () => {
  const rows = g.tensor(new Float32Array(5000));
  const pairs = g.sub(g.expandDims(rows, 0), g.expandDims(rows, 1)); // 100 MB
  const scaled = g.mul(rows, 2), wide = g.broadcastTo(scaled, [100, 5000]);
  for (const reduce of [g.sum, g.reduceMax, g.mean]) {
    assertEquals(
      await reduce(g.slice(g.add(pairs, wide.shape[0]), [0, 0], [2, 2])).item() > 0,
      true,
    );
    await reduce(wide).item();
  }
  assertEquals(pairs.storage, undefined);
  assertEquals(wide.storage, undefined);
  assert(scaled.storage !== undefined, "what the view shows is kept");
});
