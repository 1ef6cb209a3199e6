/**
 * Products on WebGPU: both variants are right for every layout, and give the same bits.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as at from "../../../kernels/indexing.ts";
import type { MatmulKernel } from "../../../kernels/kernel.ts";
import * as s from "../../../kernels/scalar.ts";
import {
  type Choose,
  chooseForHardware,
  chooseInSoftware,
  productParts,
  TEAM,
  type Variant,
} from "../../../kernels/webgpu/emit/variants.ts";
import { axes, compare, kernelOf, noise, run, type Single, sizeOf, test } from "./helpers.ts";

/**
 * All layouts of a product: either factor transposed, b shared by the whole batch, and an epilogue.
 */
function productsOf(batches: readonly number[], m: number, k: number, n: number): Single[] {
  const space = [...batches, m, n];
  const rank = space.length;
  const [row, column] = [at.axisIndex(rank - 2, m), at.axisIndex(rank - 1, n)];
  const inner = at.axisIndex(rank, k);
  const batch = axes(batches);
  const as = {
    a: at.flatten([...batch, row, inner], [...batches, m, k]),
    aᵀ: at.flatten([...batch, inner, row], [...batches, k, m]),
  };
  const bs = {
    b: at.flatten([...batch, inner, column], [...batches, k, n]),
    bᵀ: at.flatten([...batch, column, inner], [...batches, n, k]),
    "one b": at.flatten([inner, column], [k, n]),
  };
  const value = s.max(
    s.add(s.result("float32"), s.load(2, column, "float32")),
    s.convert(s.position(row), "float32"),
  );
  return Object.entries(as).flatMap(([aName, a]) =>
    Object.entries(bs).map(([bName, b]): Single => ({
      ...{ kind: "matmul", name: `[${batches}] ${m}×${k}×${n}, ${aName}·${bName}`, space },
      ...{ over: [k], dtype: "float32", loads: ["float32", "float32", "float32"], value },
      ...{ a: s.load(0, a, "float32"), b: s.load(1, b, "float32") },
    }))
  );
}

const dataOf = ({ space }: Single, k: number) => {
  const [m, n] = space.slice(-2);
  const count = sizeOf(space.slice(0, -2));
  return [noise(count * m * k), noise(count * k * n), noise(n)];
};

const titleOf = ({ rows, vectors, team }: Variant) =>
  `${rows}×${vectors * 4} a thread` + (team ? `, ${team.down}×${team.across} threads` : "");

const ALONE: Variant[] = [[4, 1], [8, 2]].map(([rows, vectors]) => ({ rows, vectors }));
const VARIANTS = [...ALONE, TEAM];

/** Sizes below and above those of tiles, divisible by four and not. */
const SIZES: [number[], number, number, number][] = [
  [[], 3, 5, 7],
  [[], 132, 20, 136],
  [[2, 3], 6, 12, 8],
];

/** Over OpenGL a team takes seconds to compile: then each factor is read in each way once. */
for (const variant of VARIANTS) {
  const choose: Choose = () => ({ variant, parts: 1 });
  test(`products with ${titleOf(variant)}`, async (device) => {
    for (const [batches, m, k, n] of SIZES) {
      const [plain, bᵀ, oneB, aᵀ, both] = productsOf(batches, m, k, n);
      const kernels = batches.length > 0 ? [oneB] : m < 100 ? [bᵀ] : [plain, both];
      if (variant !== TEAM) kernels.push(aᵀ);
      for (const kernel of kernels) await compare(device, kernel, dataOf(kernel, k));
    }
  }, { choose });
}

test("products of one element, and of no depth", async (device) => {
  for (const [m, k, n] of [[1, 1, 1], [8, 0, 4]]) {
    for (const kernel of productsOf([], m, k, n)) await compare(device, kernel, dataOf(kernel, k));
  }
});

for (const variant of [ALONE[0], TEAM]) {
  const choose: Choose = ({ over: [depth] }) => ({ variant, parts: depth / 4 });
  test(`products in parts with ${titleOf(variant)}`, async (device) => {
    const [sizes, layouts] = variant === TEAM ? [1, 1] : [2, 4];
    for (
      const [batches, m, k, n] of ([[[3], 4, 16, 8], [[], 20, 72, 33]] as const).slice(0, sizes)
    ) {
      for (const kernel of productsOf(batches, m, k, n).slice(0, layouts)) {
        await compare(device, kernel, dataOf(kernel, k));
      }
    }
  }, { choose });
}

/** Overlapping windows of 3 by 2 elements and 4 channels, by a stride of 2, times a kernel. */
function convolution(): Single {
  const [n, y, x, o, i, j, c] = axes([2, 3, 6, 8, 3, 2, 4]);
  const windows = at.flatten([n, at.add(at.scale(y, 2), i), at.add(x, j), c], [2, 7, 7, 4]);
  const value = s.add(s.result("float32"), s.load(2, o, "float32"));
  return {
    ...{ kind: "matmul", name: "convolution", space: [2, 3, 6, 8], over: [3, 2, 4], value },
    ...{ dtype: "float32", loads: ["float32", "float32", "float32"] },
    ...{
      a: s.load(0, windows, "float32"),
      b: s.load(1, at.flatten([i, j, c, o], [3, 2, 4, 8]), "float32"),
    },
  };
}

for (const [variant, parts] of [[ALONE[0], 1], [ALONE[1], 3], [TEAM, 1], [TEAM, 3]] as const) {
  const choose: Choose = () => ({ variant, parts });
  test(`sums over several axes in ${parts} with ${titleOf(variant)}`, async (device) => {
    await compare(device, convolution(), [noise(2 * 7 * 7 * 4), noise(3 * 2 * 4 * 8), noise(8)]);
  }, { choose });
}

const bitsSeen = new Map<string, Float32Array>();
for (const variant of VARIANTS) {
  test(`the same bits as other variants: ${titleOf(variant)}`, async (device) => {
    for (const kernel of productsOf([], 70, 130, 68).slice(0, 1)) {
      const got = await run(device, kernel, dataOf(kernel, 130)) as Float32Array;
      const first = bitsSeen.get(kernel.name) ?? got;
      bitsSeen.set(kernel.name, first);
      assertEquals(new Uint32Array(got.buffer), new Uint32Array(first.buffer), kernel.name);
    }
  }, { choose: () => ({ variant, parts: 1 }) });
}

test("a product with two stores, in parts and as one", async (device) => {
  const [m, k, n] = [10, 64, 12];
  const [single] = productsOf([], m, k, n);
  const dtype = "float32";
  const stores = [s.result(dtype), s.neg(s.result(dtype))].map((
    value,
  ) => ({ dtype, value } as const));
  const kernel = { ...kernelOf(single), stores } as MatmulKernel;
  const slot = (kind: "input" | "output") => (number: number) => ({ kind, number }) as const;
  const data = dataOf(single, k);
  const executable = device.compile({
    steps: [{ kernel, reads: [0, 1, 2].map(slot("input")), writes: [0, 1].map(slot("output")) }],
    inputs: data.map(({ length }) => length),
    outputs: [{ size: m * n }, { size: m * n }],
    scratch: [],
  });
  const inputs = data.map((values) => {
    const buffer = device.allocate(values.length);
    device.write(buffer, values, dtype);
    return buffer;
  });
  const outputs = [device.allocate(m * n), device.allocate(m * n)];
  executable.run(inputs, outputs);
  const [plus, minus] = await Promise.all(outputs.map((out) => device.read(out, m * n, dtype)));
  assert(plus.some((x) => x !== 0));
  assertEquals(minus, plus.map((x) => -x));
  executable.free();
}, { choose: () => ({ variant: ALONE[0], parts: 4 }) });

Deno.test("the choice: teams for hardware, parts that divide a long k, threads alone in software", () => {
  const kernel = (m: number, k: number, n: number) =>
    kernelOf(productsOf([], m, k, n)[0]) as MatmulKernel;
  assertEquals(chooseForHardware(kernel(784, 1000, 200)), { variant: TEAM, parts: 4 });
  assertEquals(productParts(kernel(200, 1009, 20)), 1, "1009 is a prime");
  assertEquals(productParts(kernel(200, 100, 20)), 1, "100 steps are not worth two");
  assertEquals(productParts(kernel(4096, 4096, 4096)), 1, "4096 tiles fill the machine");
  assertEquals(chooseInSoftware(kernel(20, 784, 20)), { variant: ALONE[0], parts: 1 });
  assertEquals(chooseInSoftware(kernel(1000, 784, 200)), { variant: ALONE[1], parts: 1 });
});
