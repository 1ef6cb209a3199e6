/**
 * Autoregressive flows: both directions, the log-determinant, golden values from PyTorch, and what
 * they refuse.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import type { Device } from "../../../kernels/device.ts";
import {
  add,
  type Dense,
  key,
  matmul,
  mean,
  mul,
  normal,
  run,
  ShapeError,
  sub,
  sum,
  tanh,
  type Tensor,
  tensor,
  treeLeaves,
  treeMap,
  treePaths,
  valueAuxAndGrad,
  zeros,
} from "../../../mod.ts";
import {
  autoregressiveFlow,
  type FlowOptions,
  type FlowParams,
  made,
} from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { flow as golden } from "../../golden/flow.ts";
import { parse } from "../../golden/values.ts";
import { checkGradients } from "../ops/gradient_cases.ts";
import { jacobian, logDeterminant, wild } from "../../fixtures/jacobian.ts";
import { assertClose, floats, toTensor } from "../../fixtures/naive.ts";

const runs = ({ name }: Device): { numRuns: number } => ({
  numRuns: { reference: 20, cpu: 20, webgpu: 2 }[name],
});
const flows: fc.Arbitrary<FlowOptions & { readonly context: number }> = fc.record({
  dimensions: fc.integer({ min: 1, max: 4 }),
  hidden: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 2 }),
  steps: fc.integer({ min: 1, max: 2 }),
  shiftOnly: fc.boolean(),
  context: fc.integer({ min: 0, max: 2 }),
  reverse: fc.boolean(),
});

/** A flow with parameters, and a batch with its context if there is one. */
function example(options: FlowOptions & { readonly context: number }, seed: number, batch: number) {
  const { dimensions, context } = options;
  const flow = autoregressiveFlow(options);
  return {
    flow,
    params: wild(flow.init(key(0)), seed),
    x: normal(key(seed + 1), [batch, dimensions]),
    context: context > 0 ? normal(key(seed + 2), [batch, context]) : undefined,
  };
}

onEveryDevice("the log-determinant is that of the Jacobian", async (device) => {
  await fc.assert(
    fc.asyncProperty(flows, fc.nat(1000), async (options, seed) => {
      const { flow, params, x, context } = example(options, seed, 1);
      const repeat = (rows: number) => context && matmul(full(rows), context);
      const full = (rows: number) => add(zeros([rows, 1]), 1);
      const matrix = await jacobian(
        (x) => flow.forward(params, x, repeat(x.shape[0])).y,
        x,
        device,
      );
      const { logDeterminant: found } = flow.forward(params, x, context);
      const [value] = await run(found, device).read();
      const expected = logDeterminant(matrix);
      const slack = device.name === "reference" ? 1e-10 : 1e-4;
      assertLess(Math.abs(value - expected), slack * (1 + Math.abs(expected)));
      if (options.shiftOnly) assertEquals(value, 0);
    }),
    runs(device),
  );
});

onEveryDevice("the inverse of the forward direction is x", async (device) => {
  await fc.assert(
    fc.asyncProperty(flows, fc.nat(1000), async (options, seed) => {
      const { flow, params, x, context } = example(options, seed, 3);
      const { y } = flow.forward(params, x, context);
      const back = flow.inverse(params, y, context);
      run([x, y, back], device);
      const [xs, ys, found] = await Promise.all([x, y, back].map((of) => of.read()));
      // What is lost in y, where it is large, is lost in x.
      const size = 1 + Math.max(...[...ys, ...xs].map(Math.abs));
      const slack = device.name === "reference" ? 1e-10 : 1e-4;
      found.forEach((v, i) => assertLess(Math.abs(v - xs[i]), slack * size, `element ${i}`));
    }),
    runs(device),
  );
});

onEveryDevice("at first a flow is close to the identity", async (device) => {
  const flow = autoregressiveFlow({ dimensions: 6, hidden: [50, 50], steps: 3, shiftOnly: false });
  const x = normal(key(1), [20, 6]);
  const { y, logDeterminant } = flow.forward(flow.init(key(0)), x);
  const difference = sub(y, x); // two reversals make none
  run([difference, logDeterminant], device);
  for (const tensor of [difference, logDeterminant]) {
    const values = await tensor.read();
    assert(values.every((v: number) => Math.abs(v) < 0.3), `${values}`);
    assert(values.some((v: number) => v !== 0));
  }
});

onEveryDevice("reversing takes the steps through the dimensions both ways", async (device) => {
  const identity = (options: Partial<FlowOptions>) => {
    const flow = autoregressiveFlow({ dimensions: 3, hidden: [2], steps: 2, ...options });
    return flow.forward(treeMap((p) => zeros(p.shape), flow.init(key(0))), tensor([[1, 2, 3]])).y;
  };
  const [straight, reversed] = run([identity({ reverse: false }), identity({})], device);
  assertEquals([...await straight.read()], [1, 2, 3]);
  assertEquals([...await reversed.read()], [3, 2, 1]);
});

onEveryDevice("values stay finite, however large the outputs of the network", async (device) => {
  const flow = autoregressiveFlow({ dimensions: 3, hidden: [8], steps: 4, shiftOnly: false });
  const params = treeMap((p) => mul(p, 1e4), wild(flow.init(key(0)), 1));
  const [value, { y, logDeterminant }, gradient] = valueAuxAndGrad((p: FlowParams, x: Tensor) => {
    const found = flow.forward(p, x);
    return [mean(found.logDeterminant), found];
  })(params, normal(key(2), [10, 3]));
  run([value, y, logDeterminant, gradient], device);
  for (const x of [y, logDeterminant, ...treeLeaves(gradient) as Tensor[]]) {
    assert((await x.read()).every(Number.isFinite));
  }
  // Each of 4 steps adds at most 5 for each of 3 dimensions; all of them do, at this size, up or
  // down.
  const dets = await logDeterminant.read();
  dets.forEach((d: number) => assertLess(Math.abs(d), 60 + 1e-3));
});

onEveryDevice("values and gradients are those of PyTorch's masked layers", async (device) => {
  const read = (text: string): Tensor => toTensor(parse(text));
  const layers = (steps: typeof golden.steps): Dense[][] =>
    steps.map((layers) => layers.map(({ w, b }) => ({ w: read(w), b: read(b) })));
  const shape = { dimensions: 3, hidden: [7, 5], context: 2 };
  const network = made({ ...shape, parts: 2 });
  const flow = autoregressiveFlow({ ...shape, steps: 2, shiftOnly: false });
  const at = {
    params: layers(golden.steps).map(network.pack),
    x: read(golden.x),
    context: read(golden.context),
  };
  const [, { y, logDeterminant }, gradients] = valueAuxAndGrad((p: typeof at) => {
    const found = flow.forward(p.params, p.x, p.context);
    const ofY = sum(mul(found.y, read(golden.weights.y)));
    return [add(ofY, sum(mul(found.logDeterminant, read(golden.weights.logDeterminant)))), found];
  })(at);
  const expected = {
    y: read(golden.y),
    logDeterminant: read(golden.logDeterminant),
    params: layers(golden.gradients.steps).map(network.pack),
    x: read(golden.gradients.x),
    context: read(golden.gradients.context),
  };
  const found = { y, logDeterminant, ...gradients };
  run([found, expected], device);
  const paths = treePaths(expected);
  const wanted = treeLeaves(expected) as Tensor[];
  for (const [i, x] of (treeLeaves(found) as Tensor[]).entries()) {
    assertEquals(x.shape, wanted[i].shape, paths[i]);
    const data = [...await wanted[i].read()];
    // A gradient is a sum over the batch through two networks: errors are of the size of the
    // largest.
    const largest = Math.max(0, ...data.map(Math.abs));
    const naive = {
      shape: x.shape,
      dtype: "float32",
      data,
      terms: data.map(() => largest),
    } as const;
    assertClose(await x.read(), naive, 32, device, paths[i]);
  }
});

Deno.test("gradients of a flow to second order", async () => {
  const options = { dimensions: 3, hidden: [5], steps: 2, shiftOnly: false, context: 2 };
  const flow = autoregressiveFlow({ ...options, activation: tanh });
  const params = wild(flow.init(key(0)), 4);
  const compute = (x: Tensor, c: Tensor, scale: Tensor) => {
    const scaled = treeMap((p) => mul(p, scale), params);
    const { y, logDeterminant } = flow.forward(scaled, x, c);
    return add(y, mul(sum(y, { axis: 1, keepDims: true }), mean(logDeterminant)));
  };
  const at = (seed: number) =>
    [[4, 3], [4, 2], []].map((shape, i) => floats(shape, -1, 1, 10 * seed + i));
  await checkGradients("flow", { title: "forward", compute, at }, 2);
});

// Refusals

Deno.test("a flow refuses sizes that make no sense", () => {
  const refused = (options: Partial<FlowOptions>, message: string) =>
    assertThrows(
      () => autoregressiveFlow({ dimensions: 3, hidden: [4], ...options }),
      RangeError,
      message,
    );
  refused({ steps: 0 }, "Cannot make a flow of 0 steps: it takes a positive integer");
  refused({ steps: 1.5 }, "1.5 steps");
  refused({ dimensions: 0 }, "0 dimensions");
  refused({ hidden: [0] }, "[0] hidden units");
});

Deno.test("a flow refuses inputs of other shapes, both ways", () => {
  const flow = autoregressiveFlow({ dimensions: 3, hidden: [4], context: 2 });
  const params = flow.init(key(0));
  for (const way of [flow.forward, flow.inverse]) {
    const refused = (x: Tensor, context: Tensor | undefined, message: string) =>
      assertThrows(() => way(params, x, context), ShapeError, message);
    refused(
      zeros([5, 3]),
      undefined,
      "x [5, 3] with no context: it takes x [batch, 3] with context [5, 2]",
    );
    refused(zeros([5, 3]), zeros([5, 1]), "it takes x [batch, 3] with context [5, 2]");
    refused(zeros([5, 2]), zeros([5, 2]), "x [5, 2] with context [5, 2]: it takes x [batch, 3]");
    refused(
      zeros([]),
      zeros([5, 2]),
      "x [] with context [5, 2]: it takes x [batch, 3] with context [batch, 2]",
    );
  }
});
