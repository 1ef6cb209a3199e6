/**
 * Products on WebGPU: every variant of them is right for every layout, and all give the same bits.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as at from "../../kernels/indexing.ts";
import type { MatmulKernel } from "../../kernels/kernel.ts";
import * as s from "../../kernels/scalar.ts";
import { findAdapter, requestDevice } from "../../kernels/webgpu/device.ts";
import { subgroupSizeOf, subgroupVariantsOf } from "../../kernels/webgpu/subgroups.ts";
import { measureSpeeds } from "../../kernels/webgpu/tune.ts";
import {
  type Choose,
  chooseInSoftware,
  chooserBy,
  partsOf,
  TEAMS,
  tileOf,
  type Variant,
} from "../../kernels/webgpu/variants.ts";
import {
  axes,
  compare,
  kernelOf,
  noise,
  run,
  type Single,
  sizeOf,
  test,
} from "./webgpu_helpers.ts";

/** All layouts of a product: either factor transposed, and b the same for the whole batch, with an epilogue. */
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

const titleOf = ({ rows, vectors, team, subgroup }: Variant) =>
  `${rows}×${vectors * 4} a thread` + (team ? `, ${team.down}×${team.across} threads` : "") +
  (subgroup ? `, a subgroup of ${subgroup.size}` : "");

const ALONE: Variant[] = [[4, 1], [8, 2]].map(([rows, vectors]) => ({ rows, vectors }));
const adapter = await findAdapter({ software: true });
const gpu = adapter && await requestDevice(adapter);
const SUBGROUPS = adapter && gpu ? await subgroupVariantsOf(gpu, adapter.info) : [];
gpu?.destroy();
if (SUBGROUPS.length === 0) console.log("Skipped: no subgroups of one size");
const VARIANTS = [...ALONE, ...TEAMS.keys(), ...SUBGROUPS];

/** Sizes below and above those of tiles, divisible by four and not. */
const SIZES: [number[], number, number, number][] = [
  [[], 3, 5, 7],
  [[], 132, 20, 136],
  [[2, 3], 6, 12, 8],
];

for (const variant of VARIANTS) {
  const choose: Choose = () => ({ variant, parts: 1 });
  test(`products with ${titleOf(variant)}`, async (device) => {
    for (const [batches, m, k, n] of SIZES) {
      const all = productsOf(batches, m, k, n);
      // To compile takes long in software: the large size in all layouts, the others in some.
      for (const kernel of m > 100 ? all : [all[1], all[3]]) {
        await compare(device, kernel, dataOf(kernel, k));
      }
    }
  }, { choose });
}

test("products of one element, and of no depth", async (device) => {
  for (const [m, k, n] of [[1, 1, 1], [8, 0, 4]]) {
    for (const kernel of productsOf([], m, k, n)) await compare(device, kernel, dataOf(kernel, k));
  }
});

for (const variant of [ALONE[0], [...TEAMS.keys()][0], ...SUBGROUPS.slice(0, 1)]) {
  for (const parts of [2, 8]) {
    const choose: Choose = () => ({ variant, parts });
    test(`products in ${parts} parts with ${titleOf(variant)}`, async (device) => {
      for (const [batches, m, k, n] of [[[], 20, 1000, 33], [[3], 4, 16, 8]] as const) {
        for (const kernel of productsOf(batches, m, k, n).slice(0, 4)) {
          await compare(device, kernel, dataOf(kernel, k));
        }
      }
    }, { choose });
  }
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
}, { choose: () => ({ variant: VARIANTS[2], parts: 4 }) });

test("measured variants compute as well as others", async (device) => {
  for (const kernel of productsOf([], 33, 12, 40)) {
    await compare(device, kernel, dataOf(kernel, 12));
  }
}, { tune: true });

/** An adapter without one of its features. */
const without = (adapter: GPUAdapter, refused: GPUFeatureName) => ({
  ...{ limits: adapter.limits, info: adapter.info },
  features: new Set([...adapter.features].filter((feature) => feature !== refused)),
  requestDevice: (descriptor: GPUDeviceDescriptor = {}) =>
    [...descriptor.requiredFeatures ?? []].includes(refused)
      ? Promise.reject(new TypeError(`no ${refused}`))
      : adapter.requestDevice(descriptor),
});

Deno.test({
  name: "subgroups are offered where a device has them, and all of them one size",
  ignore: adapter === undefined || subgroupSizeOf(adapter.info) === undefined,
  fn: async () => {
    const open = async () => (await findAdapter({ software: true }))!;
    const { info } = adapter!;
    const asked = (await open()).requestDevice({ requiredFeatures: ["subgroups"] });
    const has = await asked.then((device) => (device.destroy(), true), () => false);
    assertEquals(SUBGROUPS.length, has ? 2 : 0);
    if (!has) return;
    const plain = await requestDevice(without(await open(), "subgroups"));
    assert(!plain.features.has("subgroups"));
    assertEquals(await subgroupVariantsOf(plain, info), []);
    const device = await requestDevice(await open());
    const [four, eight] = await subgroupVariantsOf(device, info);
    assertEquals([four, eight], SUBGROUPS);
    const mixed = { ...info, subgroupMinSize: 8, subgroupMaxSize: 32 };
    assertEquals(await subgroupVariantsOf(device, mixed), []);
    assertEquals(tileOf(eight), [8, info.subgroupMinSize * 4]);

    const speeds = await measureSpeeds(device, 64, SUBGROUPS);
    assertEquals([...speeds.keys()], [...TEAMS.keys(), ...SUBGROUPS]);
    const kernel = kernelOf(productsOf([], 64, 64, 64)[0]) as MatmulKernel;
    const quicker = new Map([...speeds, [eight, { alone: 0, full: 0 }]]);
    assertEquals(chooserBy(quicker)(kernel).variant, eight);
    for (const one of [plain, device]) one.destroy();
  },
});

Deno.test("the choice: larger tiles for larger products, parts that divide a long k", () => {
  const kernel = (m: number, k: number, n: number) =>
    kernelOf(productsOf([], m, k, n)[0]) as MatmulKernel;
  const choose = chooserBy(TEAMS);
  const tile = (m: number, k: number, n: number) =>
    [...TEAMS.keys()].indexOf(choose(kernel(m, k, n)).variant);
  assertEquals([tile(20, 100, 20), tile(4096, 100, 4096)], [0, 2]);
  assertEquals(partsOf(kernel(784, 1000, 200)), 4);
  assertEquals(partsOf(kernel(200, 1009, 20)), 1, "1009 is a prime");
  assertEquals(partsOf(kernel(200, 100, 20)), 1, "100 steps are not worth two");
  assertEquals(partsOf(kernel(4096, 4096, 4096)), 1, "4096 tiles fill the machine");
  assertEquals(chooseInSoftware(kernel(1000, 784, 200)).variant, { rows: 8, vectors: 2 });
});
