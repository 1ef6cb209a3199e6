/**
 * MADE: what its outputs depend on, what it stores, and what it refuses; and the staircases that
 * its layers are.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "../../fixtures/property.ts";
import type { Device } from "../../../kernels/device.ts";
import {
  add,
  type Dense,
  key,
  matmul,
  mul,
  normal,
  run,
  ShapeError,
  slice,
  split,
  sum,
  tanh,
  type Tensor,
  tensor,
  treeLeaves,
  valueAndGrad,
  zeros,
} from "../../../mod.ts";
import { made, type MadeOptions } from "../../../lib/densities/mod.ts";
import { staircase } from "../../../lib/densities/staircase.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { checkGradients } from "../ops/gradient_cases.ts";
import { jacobian, wild } from "../../fixtures/jacobian.ts";
import { floats } from "../../fixtures/naive.ts";

/** As many runs as a device has time for: on WebGPU each compiles a few shaders. */
const runs = ({ name }: Device): { numRuns: number } => ({
  numRuns: { reference: 25, cpu: 20, webgpu: 3 }[name],
});
const widths = (max: number, least: number) =>
  fc.array(fc.integer({ min: least, max }), { maxLength: 3 });
const shapes = (hidden: fc.Arbitrary<number[]>): fc.Arbitrary<MadeOptions> =>
  fc.record({
    dimensions: fc.integer({ min: 1, max: 6 }),
    hidden,
    parts: fc.integer({ min: 1, max: 2 }),
    context: fc.integer({ min: 0, max: 3 }),
  });

/**
 * For each part the Jacobian, [output][input], the columns of x first and then those of the
 * context.
 */
async function dependences(options: MadeOptions, seed: number, device: Device) {
  const { dimensions, context = 0, parts = 1 } = options;
  const network = made(options);
  const params = wild(network.init(key(0)), seed);
  const point = normal(key(seed + 1), [1, dimensions + context]);
  const f = (part: number) => (input: Tensor) => {
    const [batch] = input.shape;
    const x = slice(input, [0, 0], [batch, dimensions]);
    const given = slice(input, [0, dimensions], [batch, context]);
    return network.apply(params, x, context > 0 ? given : undefined)[part];
  };
  const found = [];
  for (let part = 0; part < parts; part++) found.push(await jacobian(f(part), point, device));
  return found;
}

onEveryDevice("the Jacobian of a MADE is strictly triangular", async (device) => {
  await fc.assert(
    fc.asyncProperty(shapes(widths(12, 1)), fc.nat(1000), async (options, seed) => {
      for (const rows of await dependences(options, seed, device)) {
        rows.forEach((row, d) =>
          row.slice(d, options.dimensions).forEach((slope) => assertEquals(Math.abs(slope), 0))
        );
      }
    }),
    runs(device),
  );
});

onEveryDevice("in a wide MADE every dependence that the masks allow exists", async (device) => {
  await fc.assert(
    // tanh, as a relu that is off at the point would hide what goes through it.
    fc.asyncProperty(shapes(widths(20, 6)), fc.nat(1000), async (options, seed) => {
      for (const rows of await dependences({ ...options, activation: tanh }, seed, device)) {
        rows.forEach((row, d) =>
          [...row.slice(0, d), ...row.slice(options.dimensions)].forEach((slope) =>
            assertNotEquals(slope, 0)
          )
        );
      }
    }),
    runs(device),
  );
});

const storedBy = (params: unknown): number =>
  (treeLeaves(params) as Tensor[]).reduce((n, { size }) => n + size, 0);

Deno.test("a MADE stores the weights that its masks allow, and the biases", () => {
  const units = 640, dimensions = 32;
  const { init, denseParameters } = made({ dimensions, hidden: [units, units, units] });
  assertEquals(denseParameters, 33 * 640 + 2 * 641 * 640 + 641 * 32);
  // Degrees 1 … 31 in turn, in any order: dimension i feeds those not below it, and output i reads
  // those below it.
  const degrees = Array.from({ length: units }, (_, i) => 1 + i % 31);
  const dims = Array.from({ length: dimensions }, (_, i) => i + 1);
  const ones = (from: number[], to: number[], reads: (a: number, b: number) => boolean) =>
    to.reduce((n, b) => n + from.filter((a) => reads(a, b)).length, 0);
  const allowed = ones(dims, degrees, (a, b) => a <= b) +
    2 * ones(degrees, degrees, (a, b) => a <= b) + ones(degrees, dims, (a, b) => a < b);
  assertEquals(storedBy(init(key(0))), allowed + 3 * units + dimensions);
  assertEquals(allowed + 3 * units + dimensions, 445_252);
});

onEveryDevice("the first outputs of a MADE are close to 0", async (device) => {
  const network = made({ dimensions: 8, hidden: [64, 64], parts: 2 });
  const [m, s] = network.apply(network.init(key(3)), normal(key(4), [100, 8]));
  for (const y of run([m, s], device)) {
    const values = [...await y.read()];
    assert(values.every((v) => Math.abs(v) < 0.2), `${Math.max(...values.map(Math.abs))}`);
    assert(values.some((v) => v !== 0));
  }
});

// Staircases

const stairs = fc.record({
  inputs: fc.integer({ min: 1, max: 12 }),
  steps: fc.array(fc.nat(12), { minLength: 1, maxLength: 12 }),
  groups: fc.integer({ min: 1, max: 4 }),
}).map(({ inputs, steps, groups }) => ({
  inputs,
  prefixes: steps.map((n) => Math.min(n, inputs)).sort((a, b) => a - b),
  groups: Math.min(groups, steps.length),
}));

onEveryDevice("a staircase is a dense layer with its mask, in any groups", async (device) => {
  await fc.assert(
    fc.asyncProperty(stairs, fc.nat(1000), async ({ inputs, prefixes, groups }, seed) => {
      const outputs = prefixes.length;
      const layer = staircase(inputs, prefixes, groups);
      const [forW, forB, forX, forY] = split(key(seed), 4);
      const full: Dense = { w: normal(forW, [inputs, outputs]), b: normal(forB, [outputs]) };
      const x = normal(forX, [3, inputs]), weights = normal(forY, [3, outputs]);
      const mask = tensor(
        Array.from({ length: inputs }, (_, i) => prefixes.map((n) => i < n ? 1 : 0)),
      );
      const ours = valueAndGrad(({ params, x }: { params: typeof packed; x: Tensor }) =>
        sum(mul(layer.apply(params, x), weights))
      );
      const theirs = valueAndGrad(({ params: { w, b }, x }: { params: Dense; x: Tensor }) =>
        sum(mul(add(matmul(x, mul(w, mask)), b), weights))
      );
      const packed = layer.pack(full);
      const [value, { params, x: dx }] = ours({ params: packed, x });
      const [expected, wanted] = theirs({ params: full, x });
      const pairs: [Tensor, Tensor][] = [
        [value, expected],
        [dx, wanted.x],
        ...zip(treeLeaves(params), treeLeaves(layer.pack(wanted.params))),
      ];
      run(pairs, device);
      assertEquals(storedBy(packed.w), prefixes.reduce((n, m) => n + m, 0));
      const values = await Promise.all(
        pairs.map((pair) => Promise.all(pair.map((x) => x.read()))),
      );
      for (const [a, b] of values) {
        b.forEach((y, i) => assert(Math.abs(a[i] - y) < 1e-5, `${a[i]} instead of ${y}`));
      }
    }),
    runs(device),
  );
});
const zip = (a: readonly (Tensor | number)[], b: readonly (Tensor | number)[]) =>
  a.map((x, i) => [x, b[i]] as [Tensor, Tensor]);

Deno.test("gradients of a staircase to second order", async () => {
  const layer = staircase(5, [0, 2, 2, 5], 2);
  const [first, second] = layer.init(key(0)).w.map(({ shape }) => shape);
  await checkGradients("staircase", {
    title: "tanh of two groups",
    compute: (x, a, b, c) => tanh(layer.apply({ w: [a, b], b: c }, x)),
    at: (seed) =>
      [[3, 5], first, second, [4]].map((shape, i) => floats(shape, -1, 1, 10 * seed + i)),
  }, 2);
});

Deno.test("a wide staircase is cut into groups, with as many parameters", () => {
  const narrow = staircase(100, Array.from({ length: 300 }, () => 100));
  assertEquals(narrow.init(key(0)).w.map(({ size }) => size), [30_000]);
  const square = staircase(300, Array.from({ length: 300 }, (_, i) => i + 1));
  assertEquals(square.init(key(0)).w.map(({ size }) => size), [11_325, 33_825]);
  const wide = staircase(2000, Array.from({ length: 1000 }, (_, i) => i));
  assertEquals(wide.init(key(0)).w.length, 4);
});

Deno.test("initial weights are uniform on ±√(6 / n) for an output that reads n inputs", async () => {
  const { w: [w], b } = staircase(400, [0, 25, 400]).init(key(5));
  const values = await w.read();
  // Row by row: the first 25 rows have both columns.
  const few = values.slice(0, 50).filter((_, i) => i % 2 === 0);
  const many = [...values.slice(0, 50).filter((_, i) => i % 2 === 1), ...values.slice(50)];
  assertEquals(many.length, 400);
  for (const [list, n] of [[few, 25], [many, 400]] as const) {
    const largest = Math.max(...[...list].map(Math.abs));
    const limit = Math.sqrt(6 / n);
    assert(largest <= limit && largest > 0.8 * limit, `${largest} of ${limit}`);
  }
  assertEquals([...await b.read()], [0, 0, 0]);
});

// Refusals

Deno.test("a MADE refuses sizes that make no sense", () => {
  const refused = (options: Partial<MadeOptions>, message: string) =>
    assertThrows(() => made({ dimensions: 3, hidden: [4], ...options }), RangeError, message);
  refused({ dimensions: 0 }, "Cannot make a MADE of 0 dimensions: it takes a positive integer");
  refused({ dimensions: 2.5 }, "2.5 dimensions");
  refused(
    { hidden: [4, 0] },
    "Cannot make a MADE of [4, 0] hidden units: they are positive integers",
  );
  refused({ parts: 0 }, "Cannot make a MADE of 0 parts");
  refused({ context: -1 }, "Cannot make a MADE of -1 context inputs: it takes an integer from 0");
});

Deno.test("a MADE refuses inputs of other shapes with a message that names them", () => {
  const plain = made({ dimensions: 3, hidden: [4] });
  const informed = made({ dimensions: 3, hidden: [4], context: 2 });
  const refused = (
    network: typeof plain,
    x: Tensor,
    context: Tensor | undefined,
    message: string,
  ) => assertThrows(() => network.apply(network.init(key(0)), x, context), ShapeError, message);
  refused(
    plain,
    zeros([5, 4]),
    undefined,
    "Cannot apply a MADE to x [5, 4] with no context: it takes x [batch, 3]",
  );
  refused(
    plain,
    zeros([3]),
    undefined,
    "Cannot apply a MADE to x [3] with no context: it takes x [batch, 3]",
  );
  refused(
    plain,
    zeros([]),
    undefined,
    "Cannot apply a MADE to x [] with no context: it takes x [batch, 3]",
  );
  refused(
    plain,
    zeros([5, 3]),
    zeros([5, 2]),
    "Cannot apply a MADE to x [5, 3] with context [5, 2]: it takes x [batch, 3] with no context",
  );
  refused(
    informed,
    zeros([5, 3]),
    undefined,
    "Cannot apply a MADE to x [5, 3] with no context: it takes x [batch, 3] with context [5, 2]",
  );
  for (const shape of [[5, 3], [4, 2], [2]]) {
    refused(
      informed,
      zeros([5, 3]),
      zeros(shape),
      `x [5, 3] with context [${shape.join(", ")}]: it takes x [batch, 3] with context [5, 2]`,
    );
  }
});
