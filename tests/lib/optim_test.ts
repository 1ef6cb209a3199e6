/**
 * Optimizers against PyTorch, and Adam against its own recursion in float64.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  adam,
  type AdamOptions,
  type AdamState,
  adamw,
  cast,
  clipByGlobalNorm,
  exp,
  jit,
  mul,
  type Optimizer,
  run,
  type Schedule,
  sgd,
  type SgdOptions,
  ShapeError,
  sub,
  type Tensor,
  tensor,
  treeLeaves,
} from "../../mod.ts";
import type { Device } from "../../kernels/device.ts";
import { float32Devices, onEveryDevice } from "../fixtures/devices.ts";
import fc from "../fixtures/property.ts";
import { parse, values } from "../golden/values.ts";
import { toTensor } from "../fixtures/naive.ts";

type Params = { readonly layer: { readonly w: Tensor }; readonly b: readonly Tensor[] };
const asParams = ([w, b]: readonly string[]): Params => ({
  layer: { w: toTensor(parse(w)) },
  b: [toTensor(parse(b))],
});

/**
 * Runs the golden gradients through Adam, compiled, and hands the parameters of each step to
 * `visit`.
 */
async function follow(
  options: AdamOptions,
  device: Device,
  visit: (step: number, w: ArrayLike<number>, b: ArrayLike<number>) => void,
): Promise<AdamState<Params>> {
  const optimizer: Optimizer<Params, AdamState<Params>> = adam(options);
  const update = jit(optimizer.update, { device });
  let params = asParams(values.adam.start);
  let state = optimizer.init(params);
  for (const [step, gradient] of values.adam.gradients.entries()) {
    [params, state] = update(asParams(gradient), state, params);
    visit(step, await params.layer.w.read(), await params.b[0].read());
  }
  return state;
}

/**
 * A step moves a parameter p by at most about 1/100. The rounding of p itself is half a place of
 * |p| < 2, 2⁻²⁴·2, a step; that of the move is some 12 roundings of 1/100, which is less.
 */
const allowed = (step: number, device: Device): number =>
  device.name === "reference" ? 1e-12 : 2 * (step + 1) * 2 ** -23;

function assertNear(found: ArrayLike<number>, expected: readonly number[], limit: number): void {
  assertEquals(found.length, expected.length);
  expected.forEach((want, i) => {
    const off = Math.abs(found[i] - want);
    assert(off <= limit, `Element ${i}: ${found[i]} instead of ${want}, allowed ±${limit}`);
  });
}

for (const name of ["withoutEpsilon", "withEpsilon"] as const) {
  onEveryDevice(`20 steps of Adam are PyTorch's, ${name}`, async (device) => {
    const { options } = values.adam, { epsilon, track } = values.adam[name];
    await follow({ ...options, epsilon }, device, (step, ...found) => {
      track[step].forEach((text, i) =>
        assertNear(found[i], parse(text).data, allowed(step, device))
      );
    });
  });
}

/** The learning rate of the golden tracks: it falls by the same ratio in each step. */
const falling: Schedule = (step) => {
  const { rate, ratio } = values.optimizers;
  return mul(rate, exp(mul(cast(step, "float32"), Math.log(ratio))));
};
const momentum = 0.875;
const OPTIMIZERS = {
  adamw: adamw({
    ...{ learningRate: falling, beta1: 0.875, beta2: 0.9921875, epsilon: 0, weightDecay: 0.125 },
  }),
  sgd: sgd({ learningRate: falling }),
  momentum: sgd({ learningRate: falling, momentum }),
  nesterov: sgd({ learningRate: falling, momentum, nesterov: true }),
  clipped: sgd({ learningRate: falling }),
};

for (const name of Object.keys(OPTIMIZERS) as (keyof typeof OPTIMIZERS)[]) {
  onEveryDevice(`20 steps are PyTorch's: ${name}`, async (device) => {
    const optimizer = OPTIMIZERS[name] as Optimizer<Params, unknown>;
    const { most, [name]: track } = values.optimizers;
    const update = jit((gradient: Params, state: unknown, params: Params) => {
      const given = name === "clipped" ? clipByGlobalNorm(gradient, most) : gradient;
      return optimizer.update(given, state, params);
    }, { device });
    let params = asParams(values.adam.start);
    let state = optimizer.init(params);
    for (const [step, gradient] of values.adam.gradients.entries()) {
      [params, state] = update(asParams(gradient), state, params);
      for (const [i, found] of [params.layer.w, params.b[0]].entries()) {
        assertNear(await found.read(), parse(track[step][i]).data, 4 * allowed(step, device));
      }
    }
  });
}

Deno.test("a clipped gradient keeps its direction, and its norm where that is within the limit", async () => {
  const numbers = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { maxLength: 5 });
  const limit = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
  await fc.assert(
    fc.asyncProperty(numbers, numbers, limit, async (a, b, most) => {
      const clipped = clipByGlobalNorm({ a: tensor(a), b: [tensor(b)] }, most);
      const found = [...await clipped.a.read(), ...await clipped.b[0].read()];
      const all = [...a, ...b].map(Math.fround);
      const norm = Math.hypot(...all);
      const scale = norm > most ? most / norm : 1;
      assertNear(found, all.map((x) => x * scale), 1e-6 * Math.min(norm, most));
    }),
    { numRuns: 50 },
  );
  assertEquals(clipByGlobalNorm([], 1), []);
});

Deno.test("adamw without decay is adam, and with it shrinks a parameter that has no gradient", async () => {
  const p = tensor([2, -3]), zero = tensor([0, 0]);
  const options = { learningRate: 0.5, weightDecay: 0.25 };
  const optimizer = adamw(options);
  const [moved] = optimizer.update(zero, optimizer.init(p), p);
  assertEquals([...await moved.read()], [1.75, -2.625]);
  const [same] = adamw({ ...options, weightDecay: 0 }).update(p, optimizer.init(p), p);
  const [plain] = adam({ learningRate: 0.5 }).update(p, optimizer.init(p), p);
  assertEquals(await same.read(), await plain.read());
});

/** Algorithm 1 of Kingma and Ba for one number, with the rearrangement at the end of section 2. */
function* recursion(
  p: number,
  gradients: readonly number[],
  { rate, beta1, beta2, epsilon }: Readonly<
    Record<"rate" | "beta1" | "beta2" | "epsilon", number>
  >,
): Generator<number> {
  let m = 0, v = 0;
  for (const [i, g] of gradients.entries()) {
    const t = i + 1;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    const size = rate * Math.sqrt(1 - beta2 ** t) / (1 - beta1 ** t);
    yield p -= size * m / (Math.sqrt(v) + epsilon);
  }
}

onEveryDevice("Adam's defaults are Keras', by the recursion in float64", async (device) => {
  const start = parse(values.adam.start[0]).data;
  const gradients = values.adam.gradients.map(([w]) => parse(w).data);
  const defaults = { rate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  const tracks = start.map((p, i) => [...recursion(p, gradients.map((g) => g[i]), defaults)]);
  await follow({ learningRate: 0.01 }, device, (step, w) => {
    assertNear(w, tracks.map((track) => track[step]), allowed(step, device));
  });
});

onEveryDevice("epsilon matters for gradients as small as itself", async (device) => {
  const settings = { beta1: 0.875, beta2: 0.96875, epsilon: 2 ** -14 };
  const optimizer = adam({ learningRate: 0.125, ...settings });
  const gradients = [2 ** -12, 2 ** -13, -(2 ** -14)];
  let p = tensor([0]), state = optimizer.init(p);
  const update = jit(
    (gradient: Tensor, s: typeof state, p: Tensor) => optimizer.update(gradient, s, p),
    { device },
  );
  for (
    const [step, expected] of [...recursion(0, gradients, { rate: 0.125, ...settings })].entries()
  ) {
    [p, state] = update(tensor([gradients[step]]), state, p);
    assertNear(await p.read(), [expected], device.name === "reference" ? 1e-12 : 1e-7);
  }
});

for (const device of float32Devices) {
  Deno.test(`the first step is the rate, to float32's last place, on ${device.name}`, async () => {
    const gradients = [1e-3, -0.5, 1, 3, -1e4];
    const optimizer = adam({ learningRate: 0.25, epsilon: 0 });
    const params = tensor(gradients.map(() => 0));
    const [moved] = optimizer.update(tensor(gradients), optimizer.init(params), params);
    run([moved], device);
    // m/√v·√(1 − β₂)/(1 − β₁) is ±1. By subtraction in float32, 1 − .999 would be off by 1.3e-5,
    // and its root by half of it.
    const found = await moved.read();
    gradients.forEach((g, i) => {
      const error = Math.abs(found[i] + 0.25 * Math.sign(g)) / 0.25;
      assertLess(error, 8 * 2 ** -23, `gradient ${g}: ${found[i]}`);
    });
  });
}

onEveryDevice("the state counts steps, and holds the running means", async (device) => {
  const { options } = values.adam;
  const state = await follow(options, device, () => {});
  assertEquals([state.step.dtype, await state.step.item()], ["int32", 20]);
  assertEquals(state.m.layer.w.shape, [2, 3]);
  const gradients = values.adam.gradients.map(([w]) => parse(w).data[4]);
  const averageOf = (beta: number, of: (g: number) => number) =>
    gradients.reduce((average, g) => beta * average + (1 - beta) * of(g), 0);
  const [m, v] = [await state.m.layer.w.read(), await state.v.layer.w.read()];
  assertNear([m[4]], [averageOf(options.beta1, (g) => g)], 1e-6);
  assertNear([v[4]], [averageOf(options.beta2, (g) => g * g)], 1e-6);
});

Deno.test("a new state is at step 0, all zeros, in the form of the parameters", async () => {
  const state = adam({ learningRate: 1 }).init(asParams(values.adam.start));
  assertEquals(Object.keys(state), ["step", "m", "v"]);
  assertEquals(state.step.dtype, "int32");
  for (const leaf of treeLeaves(state) as Tensor[]) {
    assert((await leaf.read()).every((x: number) => x === 0));
  }
  assertEquals(state.v.b.map((x) => x.shape), [[3]]);
});

onEveryDevice("a schedule is called with each step, counted from 0", async (device) => {
  const learningRate = (step: Tensor) =>
    sub(1, mul(step.dtype === "int32" ? 0.25 : NaN, cast(step, "float32")));
  const optimizer = adam({ learningRate, beta1: 0, beta2: 0, epsilon: 0 });
  let p = tensor([0]), state = optimizer.init(p);
  const update = jit(
    (gradient: Tensor, s: typeof state, p: Tensor) => optimizer.update(gradient, s, p),
    { device },
  );
  // With β₁ = β₂ = 0 nothing is remembered: every step is the rate.
  const expected = [-1, -1.75, -2.25, -2.5, -2.5];
  for (const want of expected) {
    [p, state] = update(tensor([3]), state, p);
    assertNear(await p.read(), [want], 1e-6);
  }
});

onEveryDevice("the least epsilon keeps a parameter without a gradient", async (device) => {
  const optimizer = adam({ learningRate: 1, epsilon: 2 ** -126 });
  const p = tensor([3]);
  const [moved] = run(optimizer.update(tensor([0]), optimizer.init(p), p), device);
  assertEquals([...await moved.read()], [3]);
});

Deno.test("settings that train nothing, or to NaN, are refused", () => {
  const rules = "learningRate is needed, a finite number or a schedule; the betas are from 0";
  for (
    const [name, ...wrong] of [
      ["learningRate", NaN, Infinity, undefined, "fast"],
      ["beta1", 1, -0.1, NaN],
      ["beta2", 1, 2],
      ["epsilon", 1e-50, -1, NaN, 1e50, Infinity],
    ] as const
  ) {
    for (const value of wrong) {
      const options = { learningRate: 1, [name]: value } as unknown as AdamOptions;
      assertThrows(() => adam(options), RangeError, rules);
    }
  }
  const misspelt = { lr: 0.1 } as unknown as AdamOptions;
  assertThrows(
    () => adam(misspelt),
    TypeError,
    "Cannot use adam with option lr: options are { learningRate, beta1, beta2, epsilon }",
  );
});

Deno.test("settings of adamw, of sgd and of clipping that are out of range are refused", () => {
  const refused = (make: () => unknown, says: string) => assertThrows(make, RangeError, says);
  refused(
    () => adamw({ learningRate: 1, beta1: 1 }),
    "Cannot use adamw with learningRate 1, beta1",
  );
  for (const weightDecay of [-1, NaN, Infinity]) {
    refused(() => adamw({ learningRate: 1, weightDecay }), `weightDecay ${weightDecay}: it is a`);
  }
  for (const momentum of [-0.1, 1, NaN]) {
    refused(() => sgd({ learningRate: 1, momentum }), `momentum ${momentum}: learningRate is`);
  }
  refused(() => sgd({} as SgdOptions), "learningRate undefined and momentum 0");
  refused(() => sgd({ learningRate: 1, nesterov: true }), "nesterov needs a momentum");
  for (const most of [0, -1, NaN, Infinity]) {
    refused(() => clipByGlobalNorm(tensor([1]), most), `norm ${most}: it is a finite number above`);
  }
  const misspelt = { learningRate: 1, nesterof: true } as unknown as SgdOptions;
  assertThrows(() => sgd(misspelt), TypeError, "options are { learningRate, momentum, nesterov }");
});

Deno.test("a gradient or state of another shape is refused with its path, even where it would broadcast", () => {
  const optimizer = adam({ learningRate: 1 });
  const params = { w: tensor([1, 2]) }, state = optimizer.init(params);
  for (const w of [tensor([1, 2, 3]), tensor(1), tensor([[1, 2]])]) {
    assertThrows(
      () => optimizer.update({ w }, state, params),
      ShapeError,
      `Cannot update [2] by a gradient [${w.shape.join(", ")}] and a state [2], [2], at .w`,
    );
  }
  assertThrows(
    () => optimizer.update(params, { ...state, v: { w: tensor(0) } }, params),
    ShapeError,
  );
});

Deno.test("gradients and states of another form than the parameters are refused with the path", () => {
  const params: Params = asParams(values.adam.start);
  const optimizer = adam({ learningRate: 1 });
  const state = optimizer.init(params);
  assertThrows(
    () => optimizer.update({ ...params, b: [] }, state, params),
    TypeError,
    "Cannot match trees: the first has .b[0] where tree 2 has .layer.w",
  );
});
