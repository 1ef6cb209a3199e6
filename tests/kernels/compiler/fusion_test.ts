/**
 * Fused graphs compute the same as unfused ones: random graphs on every device, whatever the
 * compiler may fuse, reuse and overwrite. (The op table tests what all devices share, such as index
 * arithmetic.)
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  exp,
  explain,
  full,
  mul,
  run,
  sub,
  take,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import type { Buffer, Device } from "../../../kernels/device.ts";
import { topologicalOrder } from "../../../kernels/graph.ts";
import { compile } from "../../../kernels/compiler/compile.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { exactGraph, smoothGraph, type Value } from "../../fixtures/graphs.ts";

const choices = fc.array(fc.nat(1000), { minLength: 8, maxLength: 120, size: "max" });
/**
 * The same graphs every time, unless others or more are asked for; shaders take longer to compile.
 */
const settings = (device: Device): fc.Parameters<unknown> => ({
  seed: Number(Deno.env.get("ECHOGRAD_SEED") ?? 20251122),
  numRuns: Number(Deno.env.get("ECHOGRAD_RUNS") ?? 1) * (device.name === "webgpu" ? 60 : 800),
});
const fused = ["cpu", "webgpu"] as const;

/**
 * Holds a device against the reference. The graph is built for each: running it puts its values on
 * a device.
 */
async function assertWithin(build: () => readonly Value[], device: Device): Promise<void> {
  const [values, oracle] = [build(), build()];
  const [actual, expected] = [values, oracle].map((graph) => graph.map(({ x }) => x));
  run(actual, device);
  run(expected, reference);
  for (const [n, { x, error }] of values.entries()) {
    const got = await x.read(), want = await expected[n].read();
    want.forEach((y, i) => {
      assert(
        Math.abs(got[i] - y) <= error,
        `Output ${n}, ${x}, element ${i}: ${got[i]} instead of ${y}, allowed ±${error}`,
      );
    });
  }
}

onEveryDevice("graphs of integers are computed exactly", async (device) => {
  await fc.assert(
    fc.asyncProperty(choices, (list) => assertWithin(() => exactGraph(list), device)),
    settings(device),
  );
}, { only: fused });

onEveryDevice(
  "graphs of functions are computed to within their rounding errors",
  async (device) => {
    await fc.assert(
      fc.asyncProperty(choices, (list) => assertWithin(() => smoothGraph(list), device)),
      settings(device),
    );
  },
  { only: fused },
);

/**
 * Compiles and runs the graphs on the reference device, with any fusion, over copies of the leaves.
 */
async function runCompiled(
  outputs: readonly Tensor[],
  maxBuffers: number,
  donate: (input: number) => boolean,
): Promise<number[][]> {
  const leaves = topologicalOrder(outputs).filter((node) => node.lowering.kind === "leaf");
  const donated = new Set(leaves.keys().filter(donate));
  const program = compile(outputs, leaves, { fuses: true, maxBuffers }, donated);
  const inputs: Buffer[] = [];
  for (const leaf of leaves) {
    const buffer = reference.allocate(leaf.size);
    reference.write(buffer, await leaf.read(), leaf.dtype);
    inputs.push(buffer);
  }
  const buffers = program.outputs.map(({ size, donor }) =>
    donor === undefined ? reference.allocate(size) : inputs[donor]
  );
  assertEquals(new Set(buffers).size, buffers.length, "two outputs share a buffer");
  reference.compile(program).run(inputs, buffers);
  const results = await Promise.all(
    outputs.map(async ({ size, dtype }, i) => [...await reference.read(buffers[i], size, dtype)]),
  );
  for (const buffer of [...inputs, ...buffers]) buffer.free();
  return results;
}

Deno.test("a program is right whatever is fused, reused and overwritten", async () => {
  await fc.assert(
    fc.asyncProperty(
      choices,
      fc.integer({ min: 4, max: 12 }),
      fc.nat(7),
      async (list, most, mask) => {
        const outputs = exactGraph(list).map(({ x }) => x);
        const results = await runCompiled(
          outputs,
          most,
          (input) => (mask >> (input % 3) & 1) === 1,
        );
        const expected = run(outputs, reference);
        for (const [n, computed] of expected.entries()) {
          // −0 and 0 are the same integer.
          assertEquals(results[n].map((x) => x + 0), [...await computed.read()].map((x) => x + 0));
        }
        for (const computed of expected) computed.dispose();
      },
    ),
    settings(reference),
  );
});

Deno.test("gathered elements are loaded once for all consumers; gathered rows are not", () => {
  // Whether two maps are one kernel: they read the gathered elements, or gather for themselves.
  const indices = tensor(Int32Array.from({ length: 1000 }, (_, i) => 7 * i % 1000));
  const f = (x: Tensor) => [mul(take(x, indices), 2), exp(take(x, indices))];
  const kernelsOf = (...args: Tensor[]) =>
    parseInt(explain((...xs: Tensor[]) => xs.map(f))(...args)); // "1 kernel, …"
  const elements = zeros([1000]), rows = zeros([1000, 5]);
  assertEquals(kernelsOf(elements), 1);
  assertEquals(kernelsOf(rows), 2);
  assertEquals(kernelsOf(elements, rows), 3);
});

onEveryDevice("ops give the same for constants as for tensors", async (device) => {
  const numbers = [2 ** 24 + 1, -(2 ** 24), 0.1];
  for (const op of [add, sub, mul]) {
    const pairs = numbers.flatMap((a) => numbers.map((b) => [a, b]));
    const folded = pairs.map(([a, b]) => op(full([], a), b));
    const [a, b] = [0, 1].map((i) => tensor(Float32Array.from(pairs, (pair) => pair[i])));
    const computed = op(a, b);
    run([...folded, computed], device);
    assertEquals(await Promise.all(folded.map((x) => x.item())), [...await computed.read()]);
  }
}, { only: fused });
