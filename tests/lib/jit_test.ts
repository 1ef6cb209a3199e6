/**
 * Compiled functions: they compute what the ops say, are traced once a form, nest, overwrite what
 * is donated and nothing else, and give memory back.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { jit, run, type Tensor, tensor } from "../../mod.ts";
import { devices, onEveryDevice, openByName, reference } from "../fixtures/devices.ts";
import { build, toTensor } from "../fixtures/naive.ts";

type Binary = (x: Tensor, y: Tensor) => readonly Tensor[];

/** Small integers, so that everything is exact. */
const integers = (shape: readonly number[], base = 7): Tensor =>
  toTensor(build(shape, (...index) => index.reduce((n, i, k) => n + (k + 2) * i, 3) % base - 2));
/** The elements, −0 as 0, which devices need not tell apart. */
const values = async (x: Tensor): Promise<number[]> => Array.from(await x.read(), (v) => v + 0);
const all = (list: readonly Tensor[]): Promise<number[][]> => Promise.all(list.map(values));

const N = 65;
/** Functions of two matrices; each would go wrong if what it still reads were overwritten. */
const functions: Readonly<Record<string, Binary>> = {
  elementwise: (x, y) => [g.add(x, y), g.sub(x, y)],
  "a chain": (x, y) => [g.max(g.mul(g.add(x, y), 3), g.neg(y))],
  transposed: (x, y) => [g.transpose(x), g.add(g.transpose(y), x)],
  flipped: (x, y) => [g.flip(x), g.flip(y, 0), g.add(x, g.flip(y))],
  "matrix products": (x, y) => [g.matmul(x, y), g.matmul(y, x), g.matmul(x, x)],
  "sums and running sums": (x, y) => [
    g.cumsum(x, { axis: 0 }),
    g.sum(x),
    g.add(y, g.sum(y, { axis: 1, keepDims: true })),
  ],
  "the arguments": (x, y) => [x, y],
  "the arguments, exchanged": (x, y) => [y, x],
  "an argument twice": (x) => [x, x],
  "an argument, and what it becomes": (x, y) => [g.add(x, 1), x, g.add(x, y)],
  "rows by number": (x, y) => [g.take(x, g.cast(g.slice(y, [0, 0], [N, 1]), "int32")), y],
  "no argument": () => [g.ones([N, N]), g.iota([N, N])],
};

onEveryDevice(
  "a jitted function computes the same as its ops, at the first call and at later ones",
  async (device) => {
    for (const [name, f] of Object.entries(functions)) {
      const compiled = jit(f, { device });
      for (const base of [7, 5]) {
        const [x, y] = [integers([N, N], base), integers([N, N], base + 1)];
        const eager = await all(run(f(x, y), reference));
        assertEquals(await all(compiled(x, y)), eager, name);
        assertEquals(await all(run(f(x, y), reference)), eager, `${name}: the arguments after it`);
      }
    }
  },
);

onEveryDevice("donated arguments may be overwritten, results are the same", async (device) => {
  for (const [name, f] of Object.entries(functions)) {
    for (const donate of [[0], [1], [0, 1]]) {
      const compiled = jit(f, { device, donate });
      for (const base of [7, 5]) {
        const args = [integers([N, N], base), integers([N, N], base + 1)] as const;
        const eager = await all(run(f(...args), reference));
        const given = [integers([N, N], base), integers([N, N], base + 1)] as const;
        // Both on the device only, and as host data.
        if (base === 7) run(given, device);
        assertEquals(await all(compiled(...given)), eager, `${name}, donating ${donate}`);
        for (const [i, x] of given.entries()) {
          if (!donate.includes(i)) assertEquals(await values(x), await values(args[i]));
          else await assertRejects(() => x.read(), Error, "it was donated to a jitted call");
        }
      }
    }
  }
});

onEveryDevice("donation: errors", async (device) => {
  const add = jit((x: Tensor, y: Tensor) => g.add(x, y), { device, donate: [0] });
  const x = tensor([1, 2]), y = tensor([3, 4]);
  assertThrows(() => add(y, y), TypeError, "Cannot donate a tensor that is an argument a second");
  assertEquals(await values(add(x, y)), [4, 6]);
  const gone = "Cannot use this tensor: it was donated to a jitted call";
  assertThrows(() => add(x, y), Error, gone);
  assertThrows(() => add(y, x), Error, gone);
  assertThrows(() => run(g.neg(x), device), Error, gone);
  await assertRejects(() => g.neg(x).read(), Error, gone);

  const closing = jit((x: Tensor) => g.add(x, y), { device, donate: [0] });
  assertThrows(() => closing(y), TypeError, "that the function also closes over");
  assertEquals(await values(closing(tensor([1, 1]))), [4, 5]);
  assertEquals(await values(y), [3, 4], "what was refused is still there");

  const far = jit((x: Tensor) => x, { device, donate: [1] });
  const message = "Cannot donate argument 1: there is 1 argument, counted from 0";
  assertThrows(() => far(y), RangeError, message);
});

// On no device yet: it is not refused, and lost.
onEveryDevice("a tensor that is donated twice is refused", (device) => {
  const f = jit((list: readonly Tensor[]) => list.map((x) => g.add(x, 1)), { device, donate: [0] });
  const x = tensor([1, 2]);
  assertThrows(() => f([x, x]), TypeError, "Cannot donate a tensor that is an argument a second");
});

onEveryDevice("a donated tree is overwritten, step by step", async (device) => {
  type State = { readonly sum: Tensor; readonly count: readonly [Tensor] };
  const step = jit(({ sum, count: [n] }: State, x: Tensor): State => ({
    sum: g.add(sum, x),
    count: [g.add(n, 1)],
  }), { device, donate: [0] });
  let state: State = { sum: tensor([0, 0]), count: [tensor(0)] };
  for (let i = 1; i <= 100; i++) state = step(state, tensor([i, 1]));
  assertEquals(await all([state.sum, ...state.count]), [[5050, 100], [100]]);
});

onEveryDevice("a tensor that is returned twice becomes two tensors", async (device) => {
  for (const donate of [[], [0]]) {
    const twice = jit((x: Tensor) => {
      const y = g.mul(x, 2);
      return { a: y, b: [y, x, x] };
    }, { device, donate });
    const x = tensor([1, 2]);
    const { a, b } = twice(x);
    a.dispose();
    b[1].dispose();
    assertEquals(await all([b[0], b[2]]), [[2, 4], [1, 2]]);
    if (donate.length === 0) assertEquals(await values(x), [1, 2]);
    await assertRejects(() => a.read(), Error, "it was disposed of");
  }
});

// Tracing

Deno.test("a function is traced once for each tree, shape, dtype and device", async () => {
  let traces = 0;
  const f = jit((tree: unknown, n: Tensor | number) => {
    traces++;
    return (g.treeLeaves(tree) as Tensor[]).map((x) => g.mul(x, g.cast(n as Tensor, x.dtype)));
  });
  const check = async (tree: unknown, n: number, expected: number[][], count: number) => {
    assertEquals(await all(f(tree, n)), expected);
    assertEquals(traces, count, `${expected}`);
  };
  await check(tensor([1, 2]), 2, [[2, 4]], 1);
  await check(tensor([3, 4]), 5, [[15, 20]], 1);
  await check(g.add(tensor([3, 4]), 1), 2, [[8, 10]], 1); // an expression
  await check(tensor([1, 2, 3]), 2, [[2, 4, 6]], 2); // another size
  await check(tensor([[1, 2]]), 2, [[2, 4]], 3); // another rank
  await check(tensor([1, 2], { dtype: "int32" }), 2, [[2, 4]], 4);
  await check([tensor([1, 2])], 3, [[3, 6]], 5); // another tree
  await check({ a: tensor([1, 2]) }, 3, [[3, 6]], 6);
  await check({ b: tensor([1, 2]) }, 3, [[3, 6]], 7);
  await check([7], 3, [[21]], 8); // numbers are scalars
  await check([tensor(7)], 3, [[21]], 8);
  await check(tensor([9, 9]), 2, [[18, 18]], 8);
  await check(run(tensor([1, 2]), devices[0]), 1, [[1, 2]], 8);
  const there = run(g.add(tensor([1, 2]), 0), reference);
  await check(there, 3, [[3, 6]], 9); // on another device
});

onEveryDevice(
  "it may close over leaves, over expressions, and over what is disposed later",
  async (device) => {
    const leaf = tensor([1, 2]), expression = g.mul(leaf, 10);
    const f = jit((x: Tensor) => g.add(g.mul(x, leaf), expression), { device });
    for (const n of [1, 2]) {
      assertEquals(await values(f(tensor([n, n]))), [n + 10, 2 * n + 20]);
      if (n === 1) run(expression, device);
    }
    leaf.dispose();
    assertThrows(() => f(tensor([1, 1])), Error, "Cannot use this tensor: it was disposed of");
  },
);

onEveryDevice("jit, grad and jit within one another", async (device) => {
  const cube = (x: Tensor) => g.mul(x, g.mul(x, x));
  const x = () => tensor(2);
  const is = async (expected: number, f: (x: Tensor) => Tensor) =>
    assertEquals(await run(f(x()), device).item(), expected);
  await is(12, jit(g.grad(cube), { device }));
  await is(12, g.grad(jit(cube, { device })));
  await is(6, g.grad(jit(g.grad(jit(g.grad(cube))))));
  await is(512, jit((x) => jit(cube)(jit(cube)(x)), { device }));
  // Inner functions that know the outer argument only by closing over it.
  const constant = tensor(5);
  await is(10, jit((x) => jit((c: Tensor) => g.mul(c, x))(constant), { device }));
  await is(5, g.grad((x) => jit((c: Tensor) => g.mul(c, x))(constant)));
  // The inner one is compiled while the outer is traced: its value is a constant there.
  await is(
    27,
    jit((x) => g.add(x, jit((c: Tensor) => g.mul(c, c), { device })(constant)), { device }),
  );
});

onEveryDevice(
  "tensors cannot be read while their function is traced, constants can",
  async (device) => {
    const reads: Promise<unknown>[] = [];
    const f = jit((x: Tensor) => {
      const y = g.neg(x);
      reads.push(y.read().catch((error) => error), g.neg(tensor([3])).read());
      return y;
    }, { device });
    assertEquals(await values(f(tensor([1]))), [-1]);
    const [error, constant] = await Promise.all(reads);
    assert(error instanceof Error);
    assertMatch(
      error.message,
      /^Cannot read a tensor while its function is being traced: return it/,
    );
    assertEquals(constant, new Float32Array([-3]));
  },
);

// Devices

Deno.test("a call runs on the device of its arguments", async () => {
  const f = jit((x: Tensor, y: Tensor) => g.add(x, y));
  const here = devices.map((device) => run(g.add(tensor([1, 2]), 0), device));
  const results = here.map((x) => f(x, tensor([1, 1])));
  for (const [i, y] of results.entries()) {
    assertEquals(y.storage?.home, devices[i]);
    assertEquals(await values(y), [2, 3]);
  }
  // What can be read at once is copied to where it is used; a GPU makes one wait.
  for (const [i, { name, readNow }] of devices.entries()) {
    for (const device of devices.filter((other) => other !== devices[i])) {
      const move = jit((x: Tensor) => g.mul(x, 2), { device });
      if (readNow !== undefined) assertEquals(await values(move(here[i])), [2, 4]);
      else {
        const message =
          `Cannot use a tensor of the ${name} device on ${device.name}: read it, and make`;
        assertThrows(() => move(here[i]), TypeError, message);
      }
    }
  }
  // Host data goes to all of them.
  const x = tensor([1, 2]);
  for (const device of devices) {
    assertEquals(await values(jit((x: Tensor) => g.add(x, 1), { device })(x)), [2, 3]);
  }
});

onEveryDevice("run computes a tree in one program and returns it", async (device) => {
  const x = tensor([1, 2]);
  const tree = { a: g.add(x, 1), b: [g.mul(x, 3), 7, x] as const };
  assertEquals(run(tree, device), tree);
  assertEquals([tree.a, tree.b[0]].map((y) => y.storage?.home), [device, device]);
  assertEquals(tree.a.inputs, []);
  assertEquals(await all([tree.a, tree.b[0], x]), [[2, 3], [3, 6], [1, 2]]);
});

onEveryDevice("explain shows kernels, totals and buffers", (device) => {
  const f = (x: Tensor) => g.exp(g.neg(x));
  const text = g.explain(f, { device, donate: [0] })(g.ones([10, 10]));
  const totals = device.traits.fuses
    ? "1 kernel, 200 operations, 800 bytes moved"
    : "2 kernels, 200 operations, 1.60 k bytes moved";
  assertEquals(text.split("\n")[0], totals);
  assertMatch(text, /^1 +map +\[10, 10\] .* i0 → /m);
  assertMatch(text, /^inputs +1 buffer of 400 bytes$/m);
  assertMatch(text, /^outputs +1 buffer of 400 bytes, 1 of them in place of a donated input$/m);
});

// Memory

const SIDE = 100;
const LEAVES = 8;

onEveryDevice("2000 steps that dispose of nothing stay below 400 MB", async ({ name }) => {
  // All that is made takes 640 MB, in float64 twice as much. Where a read takes 16 ms there are
  // fewer and larger ones.
  const [steps, side] = name === "webgpu" ? [200, 320] : [2000, SIDE];
  const device = await openByName(name);
  const step = jit(
    (params: readonly Tensor[]) => params.map((x) => g.add(g.mul(x, 0.5), 1)),
    { device },
  );
  let params: readonly Tensor[] = Array.from({ length: LEAVES }, () => g.zeros([side, side]));
  let most = 0;
  for (let i = 0; i < steps; i++) {
    params = step(params);
    await params[i % LEAVES].read();
    most = Math.max(most, device.bytesInUse());
  }
  assertEquals((await params[0].read())[5], 2);
  assert(most < 4e8, `${most} bytes`);
  device.close();
});

onEveryDevice("memory that is disposed of, by hand or by using, is reused", async ({ name }) => {
  const device = await openByName(name);
  const compiled = jit((x: Tensor) => g.add(x, 1), { device });
  let x = compiled(g.zeros([SIDE, SIDE]));
  let before = Infinity;
  for (let i = 0; i < 200; i++) {
    const next = compiled(x);
    using unused = compiled(next);
    assertEquals(unused.shape, [SIDE, SIDE]);
    x.dispose();
    x = next;
    if (i === 10) before = device.bytesInUse();
  }
  assert(device.bytesInUse() <= before, `${device.bytesInUse()} bytes instead of ${before}`);
  assertEquals((await x.read())[0], 201);
  x.dispose();
  await assertRejects(() => x.read(), Error, "Cannot use this tensor: it was disposed of");
  assertThrows(() => compiled(x), Error, "Cannot use this tensor: it was disposed of");
  device.close();
});
