/**
 * One graph, computed in every way: tensor by tensor, with some of its nodes computed before others
 * are built, and by jit. All must give what the reference device does. The graphs are small and
 * alike, so that the programs that are kept for one meet the others, whose nodes were computed at
 * other places. `ECHOGRAD_GRAPHS=3000` tries more of them.
 *
 * @module
 */
import { assert } from "@std/assert";
import { jit, run, type Tensor } from "../../mod.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { mixedGraph, type Value } from "../fixtures/graphs.ts";
import { dice } from "../fixtures/naive.ts";

const graphs = Number(Deno.env.get("ECHOGRAD_GRAPHS") ?? 300);

/** Asserts that the outputs, read one after the other, are within their error bounds. */
async function assertSame(
  actual: readonly Tensor[],
  expected: readonly Value[],
  what: string,
): Promise<void> {
  for (const [n, { x, error }] of expected.entries()) {
    const got = await actual[n].read(), want = await x.read();
    want.forEach((y, i) =>
      assert(
        Math.abs(got[i] - y) <= error,
        `${what}: output ${n}, ${x}, element ${i} is ${got[i]} instead of ${y}, allowed ±${error}`,
      )
    );
  }
}

onEveryDevice("a graph has the same result in every way of computing it", async (device) => {
  const next = dice(Number(Deno.env.get("ECHOGRAD_SEED") ?? 1));
  const number = (n: number) => Math.floor(n * next());
  const some = device.name === "webgpu" ? graphs / 10 : graphs;
  for (let n = 0; n < some; n++) {
    const kind = n % 3 === 0 ? "smooth" : "exact";
    const list = Array.from({ length: 8 + number(n % 2 === 0 ? 8 : 60) }, () => number(1000));
    const what = `${kind} graph ${JSON.stringify(list)}`;
    const untouched = () => mixedGraph(kind, list, () => {});
    const { outputs: expected } = untouched();
    run(expected.map(({ x }) => x), reference);

    const touched = mixedGraph(kind, list, (x) => run(x, device));
    for (const { x } of touched.outputs) run(x, device);
    await assertSame(touched.outputs.map(({ x }) => x), expected, `${what}, one by one`);

    const { leaves, outputs } = untouched();
    run(outputs.map(({ x }) => x), device);
    await assertSame(outputs.map(({ x }) => x), expected, `${what}, together`);

    const compiled = jit(
      (leaves: readonly Tensor[]) =>
        mixedGraph(kind, list, () => {}, leaves).outputs.map(({ x }) => x),
      { device },
    );
    for (const time of ["at first", "again"]) {
      await assertSame(compiled(leaves), expected, `${what}, by jit, ${time}`);
    }
  }
}, { only: ["cpu", "webgpu"] });
