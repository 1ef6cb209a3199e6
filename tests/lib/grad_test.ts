/**
 * Differentiation: gradients to second order against central differences in float64, of every
 * primitive; how gradients nest; how long a chain may be; and what is refused.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "../fixtures/property.ts";
import { topologicalOrder } from "../../kernels/graph.ts";
import { primitiveNames } from "../../lib/ops/primitive.ts";
import * as g from "../../mod.ts";
import { ShapeError, type Tensor, tensor } from "../../mod.ts";
import { type Name, onEveryDevice, reference } from "../fixtures/devices.ts";
import {
  checkGradients,
  compositionCases,
  primitiveCases,
  tieCases,
} from "./ops/gradient_cases.ts";
import { dice } from "../fixtures/naive.ts";

/**
 * Primitives that are constant almost everywhere, have no floats in them, or leave the gradient to
 * what is made of them.
 */
const NOT_DIFFERENTIABLE = [
  ...[
    "floor",
    "round",
    "less",
    "lessEqual",
    "equal",
    "and",
    "or",
    "xor",
    "shiftLeft",
    "shiftRight",
  ],
  ...["cast", "iota", "contract", "exchange"],
];

Deno.test("every primitive is in the table of gradients or of ops without one", () => {
  assertEquals(
    [...Object.keys(primitiveCases), ...NOT_DIFFERENTIABLE].sort(),
    [...primitiveNames].sort(),
  );
});

for (const [name, cases] of Object.entries(primitiveCases)) {
  Deno.test(`gradients of ${name}`, async () => {
    for (const one of cases) await checkGradients(name, one, 2);
  });
}
for (const one of compositionCases) {
  Deno.test(`gradients of ${one.title}`, () => checkGradients("composition", one, 2));
}
Deno.test("gradients at kinks are between those of both sides", async () => {
  for (const one of tieCases) await checkGradients("at a kink", one, 1);
});

Deno.test("gradients of powers, roots and norms are right at 0", async () => {
  type Op = (x: Tensor) => Tensor;
  const at = (f: Op, x: readonly number[]) =>
    valuesOf(g.grad((x: Tensor) => g.sum(f(x)))(tensor(x)));
  const second = (f: Op, x: readonly number[]) =>
    at((x) => g.grad((x: Tensor) => g.sum(f(x)))(x), x);
  const exponents = [0, 1, 2, 3];
  for (const byTensor of [false, true]) {
    const power = (n: number): Op => (x) => g.pow(x, byTensor ? tensor(n) : n);
    const slopes = await Promise.all(exponents.map((n) => at(power(n), [0])));
    assertEquals(slopes.flat(), [0, 1, 0, 0]);
    const curvatures = await Promise.all(exponents.map((n) => second(power(n), [0])));
    assertEquals(curvatures.flat(), [0, 0, 2, 0]);
  }
  const ofExponent = g.grad((b: Tensor) => g.sum(g.pow(tensor([0, 2]), b)))(tensor([2, 1]));
  assertEquals(await valuesOf(ofExponent), [0, 2 * Math.LN2]);
  assertEquals(await at((x) => g.norm(x), [0, 0]), [0, 0]);
  assertEquals(await at((x) => g.std(x), [3, 3]), [0, 0]);
  assertEquals(await at((x) => g.prod(x), [0, 2, 0]), [0, 0, 0]);
  assertEquals(await second((x) => g.prod(x), [0, 2, 0]), [2, 0, 2]);
  assertEquals(await at(g.sign, [-2, 0, 2]), [0, 0, 0]);
  assertEquals(await at((x) => g.clip(x, -1, 1), [-2, -1, 0, 1, 2]), [0, 0.5, 1, 0.5, 0]);
});

Deno.test("elements that are equal share the gradient", async () => {
  const at = (f: (x: Tensor) => Tensor, x: readonly number[]) =>
    valuesOf(g.grad((x: Tensor) => g.sum(f(x)))(tensor(x)));
  assertEquals(await at((x) => g.reduceMax(x), [1, 3, 3, 3]), [0, 1 / 3, 1 / 3, 1 / 3]);
  assertEquals(await at((x) => g.max(x, 3), [2, 3, 4]), [0, 0.5, 1]);
  assertEquals(await at((x) => g.min(x, 3), [2, 3, 4]), [1, 0.5, 0]);
  assertEquals(await at((x) => g.max(x, x), [2, 3]), [1, 1]);
  assertEquals(await at(g.abs, [-2, 0, 2]), [-1, 0, 1]);
  assertEquals(await at(g.floor, [0.5, 1]), [0, 0]);
  assertEquals(await at((x) => g.cast(g.cast(x, "int32"), "float32"), [0.5, 1]), [0, 0]);
});

// Nesting

const valuesOf = async (x: Tensor): Promise<number[]> => [...await g.run(x, reference).read()];
const numberOf = (x: Tensor): Promise<number> => g.run(x, reference).item();
const cube = (x: Tensor): Tensor => g.mul(x, g.mul(x, x));

Deno.test("derivatives of x³ at 2 are 12, 12, 6 and 0", async () => {
  let f = cube;
  for (const expected of [12, 12, 6, 0]) {
    f = g.grad(f);
    assertEquals(await numberOf(f(tensor(2))), expected);
  }
});

Deno.test("an inner gradient takes the arguments of the outer one for constants", async () => {
  // d/dx [x · d/dy (x·y)] = d/dx x², 2x; and d/dx [x · d/dy (x·y²) at y = x] = d/dx 2x³.
  const f = (x: Tensor) => g.mul(x, g.grad((y: Tensor) => g.mul(x, y))(tensor(5)));
  assertEquals(await numberOf(g.grad(f)(tensor(3))), 6);
  const h = (x: Tensor) => g.mul(x, g.grad((y: Tensor) => g.mul(x, g.mul(y, y)))(x));
  assertEquals(await numberOf(g.grad(h)(tensor(3))), 54);
  // d/dx [d/dy (x·y) at y = x] = d/dx x.
  const k = (x: Tensor) => g.grad((y: Tensor) => g.mul(x, y))(x);
  assertEquals(await numberOf(g.grad(k)(tensor(3))), 1);
});

Deno.test("a tensor that f closes over is a constant, as a leaf and as an expression", async () => {
  const leaf = tensor([1, 2]), expression = g.exp(leaf);
  const f = (x: Tensor) => g.sum(g.mul(g.mul(x, leaf), g.mul(expression, x)));
  const want = [2 * 1 * Math.E * 3, 2 * 2 * Math.E ** 2 * 4];
  const got = await valuesOf(g.grad(f)(tensor([3, 4])));
  got.forEach((value, i) => assertAlmostEquals(value, want[i], 1e-12));
  // Even when it is the very tensor that the gradient is taken at.
  const x = tensor([3, 4]);
  assertEquals(await valuesOf(g.grad((y: Tensor) => g.sum(g.mul(x, y)))(x)), [3, 4]);
  assertEquals(await valuesOf(g.grad((_: Tensor) => g.sum(x))(x)), [0, 0]);
});

Deno.test("stopGradient stops gradients of every order", async () => {
  // Of x²·stop(x): 2x·stop(x), 2·stop(x), 0.
  let f = (x: Tensor) => g.mul(g.mul(x, x), g.stopGradient(x));
  for (const expected of [18, 6, 0]) {
    f = g.grad(f);
    assertEquals(await numberOf(f(tensor(3))), expected);
  }
  // The gradient itself, stopped, is a constant of the next.
  const stopped = (x: Tensor) => g.mul(x, g.stopGradient(g.grad(cube)(x)));
  assertEquals(await numberOf(g.grad(stopped)(tensor(3))), 27);
});

Deno.test("the forms of gradients: trees, further arguments, values, aux", async () => {
  type P = { readonly w: Tensor; readonly b: readonly [Tensor, Tensor] };
  const params: P = { w: tensor([2, 3]), b: [tensor(5), tensor(7)] };
  const loss = ({ w, b }: P, x: Tensor, n: number) => g.mul(g.sum(g.mul(g.mul(w, x), n)), b[0]);
  const [value, gradient] = g.valueAndGrad(loss)(params, tensor([1, 10]), 2);
  assertEquals(await numberOf(value), 320);
  assertEquals(await Promise.all([gradient.w, ...gradient.b].map(valuesOf)), [[10, 100], [64], [
    0,
  ]]);
  const [y, aux, dx] = g.valueAuxAndGrad((x: Tensor, n: number) =>
    [g.mul(cube(x), n), { double: g.mul(x, 2), n }] as [Tensor, { double: Tensor; n: number }]
  )(tensor(2), 10);
  assertEquals(await Promise.all([y, aux.double, dx].map(numberOf)), [80, 4, 120]);
  assertEquals(aux.n, 10);
});

onEveryDevice("a pullback can be called twice, also after its value was read", async (device) => {
  const x = g.run(tensor([1, 2]), device);
  const [y, pullback] = g.vjp((x: Tensor) => g.mul(x, g.mul(x, x)), x);
  const [before] = pullback(tensor([1, 1]));
  assertEquals([...await y.read()], [1, 8]);
  assertEquals([...await before.read()], [3, 12]);
  const [after] = pullback(tensor([10, 100]));
  assertEquals([...await after.read()], [30, 1200]);
  assertEquals([...await pullback(y)[0].read()], [3, 96]);
});

onEveryDevice("a value is read within a function that is being differentiated", async (device) => {
  const x = g.run(tensor([1, 2]), device);
  const seen: Promise<ArrayLike<number>>[] = [];
  const gradient = g.grad((x: Tensor) => {
    const y = g.mul(x, x);
    seen.push(y.read());
    return g.sum(g.mul(y, x));
  })(x);
  assertEquals([...await gradient.read()], [3, 12]);
  assertEquals(Array.from(await seen[0]), [1, 4]);
});

// Long chains

const FAR: readonly Name[] = ["cpu"];

onEveryDevice("a chain of 20,000 ops, and its gradient", async (device) => {
  // To and fro between x and 3 − x; the gradient looks at every one of them.
  const chain = (x: Tensor) => {
    for (let i = 0; i < 10_000; i++) x = g.abs(g.sub(x, 3));
    return x;
  };
  const x = g.run(tensor([1, 2]), device);
  assertEquals([...await chain(x).read()], [1, 2]);
  const [value, gradient] = g.valueAndGrad((x: Tensor) => g.sum(chain(x)))(x);
  g.run([value, gradient], device);
  assertEquals(await value.item(), 3);
  assertEquals([...await gradient.read()], [1, 1]);
}, { only: FAR, isSlow: true });

onEveryDevice("a loop of 20,000 ops that nobody reads keeps a short graph", async (device) => {
  let x = g.run(tensor([1, 2]), device);
  let longest = 0;
  for (let i = 0; i < 20_000; i++) {
    x = g.add(x, 1);
    if (i % 1000 === 0) longest = Math.max(longest, topologicalOrder([x]).length);
  }
  assert(longest < 10_000, `${longest} nodes`);
  assertEquals([...await x.read()], [20_001, 20_002]);
});

// Finite for all that is finite

/** Any finite float32, exponents being equally likely. */
const anyFloats = fc.nat().map((seed) => {
  const next = dice(seed);
  const bits = Uint32Array.from({ length: 5000 }, () => Math.floor(2 ** 32 * next()));
  const special = [0, 1, 0x7fffff, 0x800000, 0x7f7fffff, 0x3f800000, 0x42b17218];
  special.forEach((pattern, i) => {
    bits[2 * i] = pattern;
    bits[2 * i + 1] = pattern | 0x80000000;
  });
  // An exponent of ones, of infinity and NaN, loses one of them.
  return new Float32Array(
    bits.map((b) => (b & 0x7f800000) === 0x7f800000 ? b ^ 0x40000000 : b).buffer,
  );
});

onEveryDevice(
  "softplus and what is made of it stay finite, with gradients in range",
  async (device) => {
    const both = (f: (x: Tensor) => Tensor) =>
      g.jit((x: Tensor) => {
        const [y, pullback] = g.vjp(f, x);
        return [y, pullback(g.ones(y.shape))[0]];
      }, { device });
    const functions = [
      { f: both(g.softplus), low: 0, high: 1 },
      { f: both(g.logSigmoid), low: 0, high: 1 },
      ...[0, 0.25, 1].map((target) => ({
        f: both((x) => {
          const logits = g.expandDims(x, 1);
          return g.bernoulliCrossEntropy(logits, g.full(logits.shape, target));
        }),
        low: -target,
        high: 1 - target,
      })),
    ];
    await fc.assert(
      fc.asyncProperty(anyFloats, async (data) => {
        const x = tensor(data);
        for (const [n, { f, low, high }] of functions.entries()) {
          const [y, dy] = await Promise.all(f(x).map((t) => t.read()));
          data.forEach((at, i) => {
            const ok = Number.isFinite(y[i]) && dy[i] >= low - 1e-6 && dy[i] <= high + 1e-6;
            assert(ok, `function ${n} of ${at} is ${y[i]} with gradient ${dy[i]}`);
          });
        }
      }),
      { seed: 3, numRuns: 5, endOnFailure: true },
    );
  },
);

// Refusals

type ErrorClass = abstract new (...args: never[]) => Error;

Deno.test("values and arguments without gradients are refused, with their path", () => {
  const x = tensor([1, 2]), n = tensor([1], { dtype: "int32" });
  const loss = () => g.zeros([]);
  const refused = (by: () => unknown, message: string, kind: ErrorClass = TypeError) =>
    assertThrows(by, kind, message);
  refused(
    () => g.grad(loss as (p: unknown) => Tensor)({ w: x, steps: [x, n] }),
    "Cannot differentiate with respect to int32 at argument [0].steps[1]: only float32 has gradients",
  );
  refused(() => g.vjp((a: Tensor, _: Tensor) => a, x, n), "int32 at argument [1]");
  refused(
    () => g.grad(loss as (p: unknown) => Tensor)({ rate: 0.5 }),
    "Cannot use the number 0.5 at [0].rate: a tensor is needed there",
  );
  refused(
    () => g.grad((x: Tensor) => g.mul(x, x))(x),
    "Cannot take the gradient of a value of [2]: a scalar is needed",
    ShapeError,
  );
  refused(
    () => g.grad((x: Tensor) => [x] as unknown as Tensor)(x),
    "Cannot differentiate a function that does not return one tensor",
  );
  refused(
    () => g.vjp(cube, x)[1](g.ones([3])),
    "Cannot pull back [3] through a value of [2]",
    ShapeError,
  );
});
