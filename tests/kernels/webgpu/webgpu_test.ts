/**
 * The WebGPU device: kernels built by hand, compared with the reference device, and the other
 * duties of a device.
 *
 * @module
 */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as at from "../../../kernels/indexing.ts";
import { openReference } from "../../../kernels/reference/device.ts";
import { INTRINSICS } from "../../../kernels/intrinsics.ts";
import * as s from "../../../kernels/scalar.ts";
import type { DType, Expr, Index, Intrinsic } from "../../../kernels/formula.ts";
import { WORKGROUP } from "../../../kernels/webgpu/wgsl/shader.ts";
import {
  axes,
  compare,
  integers,
  kernelOf,
  loadOf,
  noise,
  run,
  type Single,
  sizeOf,
  test,
} from "./helpers.ts";

const SIZES = [0, 1, 63, 64, 65, 1000];

test("a map of more than 65,535 workgroups reaches every element", async (device) => {
  const n = 65_535 * WORKGROUP + 1;
  const index = s.position(at.axisIndex(0, n));
  const kernel = { kind: "map", name: "positions", dtype: "int32", loads: [] } as const;
  const got = await run(device, { ...kernel, space: [n], value: index }, []);
  assertEquals(got.findIndex((value, i) => value !== i), -1);
});

test("maps of all sizes", async (device) => {
  for (const n of SIZES) {
    const value = s.add(s.mul(loadOf(0, [n]), s.constant(3)), loadOf(1, [n]));
    await compare(
      device,
      {
        kind: "map",
        name: `map of ${n}`,
        space: [n],
        dtype: "float32",
        loads: ["float32", "float32"],
        value,
      },
      [noise(n), noise(n).reverse()],
    );
  }
});

test("maps that move elements: transposed, broadcast, sliced, reshaped, gathered", async (device) => {
  const space = [3, 5, 7];
  const [i, j, k] = axes(space);
  const row = s.load(3, j, "int32");
  const reads: [number, Index][] = [
    [0, at.flatten([k, i, j], [7, 3, 5])],
    [1, k],
    [2, at.add(at.constantIndex(104), at.scale(at.flatten([i, j, k], space), -1))],
    [2, at.flatten(at.unflatten(at.flatten([j, i, k], [5, 3, 7]), [7, 15]).reverse(), [15, 7])],
    [2, at.flatten([at.constantIndex(1), at.valueIndex(row, 5), k], space)],
  ];
  for (const [buffer, index] of reads) {
    await compare(
      device,
      {
        kind: "map",
        name: `load ${buffer}`,
        space,
        dtype: "float32",
        loads: ["float32", "float32", "float32", "int32"],
        value: s.add(s.load(buffer, index, "float32"), s.convert(s.position(j), "float32")),
      },
      [noise(105), noise(7), noise(105), Int32Array.of(4, 0, 2, 2, 1)],
    );
  }
});

/** A map of up to two inputs. */
function mapOf(name: string, n: number, loads: readonly DType[], value: Expr): Single {
  return { kind: "map", name, space: [n], dtype: value.dtype, loads, value };
}

const floats = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  -2.5,
  3e9,
  -3e9,
  5e9,
  2 ** 127,
  -NaN,
  Infinity,
  -Infinity,
  1e-30,
];
const wholes = [0, 1, -1, 7, 31, 32, 33, 2 ** 31 - 1, -(2 ** 31), 0x12345678];
const pairs = (values: readonly number[]) => values.flatMap((x) => values.map((y) => [x, y]));

test("float32 operations, NaN and Infinity included", async (device) => {
  const grid = pairs(floats);
  const data = [0, 1].map((part) => Float32Array.from(grid, (pair) => pair[part]));
  const [x, y] = [0, 1].map((buffer) => loadOf(buffer, [grid.length]));
  const values: Record<string, Expr> = {
    add: s.add(x, y),
    sub: s.sub(x, y),
    mul: s.mul(x, y),
    min: s.min(x, y),
    max: s.max(x, y),
    neg: s.neg(x),
    abs: s.abs(x),
    floor: s.floor(x),
    round: s.round(x),
    sqrt: s.sqrt(x),
    less: s.less(x, y),
    lessEqual: s.lessEqual(x, y),
    equal: s.equal(x, y),
    select: s.select(s.less(x, y), x, y),
    int32: s.convert(x, "int32"),
    uint32: s.convert(x, "uint32"),
    bool: s.convert(x, "bool"),
    constants: s.select(s.less(x, y), s.constant(-Infinity), s.constant(NaN)),
  };
  for (const [name, value] of Object.entries(values)) {
    const result = await run(device, mapOf(name, grid.length, ["float32", "float32"], value), data);
    const wide = data.map((d) => new Float64Array(d));
    const reference = openReference();
    const want = await run(
      reference,
      mapOf(name, grid.length, ["float32", "float32"], value),
      wide,
    );
    for (let i = 0; i < grid.length; i++) {
      const [a, b] = [
        result[i],
        name in { add: 0, sub: 0, mul: 0, sqrt: 0 } ? Math.fround(want[i]) : want[i],
      ];
      assert(
        a === b || a !== a && b !== b || Math.abs(a - b) <= 1e-6 * Math.abs(b),
        `${name}(${grid[i]}) is ${a}, not ${b}`,
      );
    }
  }
});

test("integer and bool operations", async (device) => {
  const grid = pairs(wholes);
  for (const dtype of ["int32", "uint32"] as const) {
    const Type = dtype === "int32" ? Int32Array : Uint32Array;
    const data = [0, 1].map((part) => Type.from(grid.map((pair) => pair[part])));
    const [x, y] = [0, 1].map((buffer) => loadOf(buffer, [grid.length], dtype));
    const values = [s.add, s.sub, s.mul, s.min, s.max, s.and, s.or, s.xor, s.less, s.lessEqual]
      .map((op) => op(x, y))
      .concat([s.equal(x, y), s.neg(x), s.shiftLeft(x, y), s.shiftRight(x, y)])
      .concat([s.convert(x, "float32"), s.convert(x, "bool")])
      .concat(dtype === "int32" ? [s.abs(x), s.convert(x, "uint32")] : [s.convert(x, "int32")])
      .concat([s.add(s.constant(2 ** 31 - 1, dtype), s.constant(9, dtype))]);
    for (const value of values) {
      const name = value.kind === "call" ? `${dtype} ${value.op}` : dtype;
      await compare(device, mapOf(name, grid.length, [dtype, dtype], value), data);
    }
  }
  const bools = [Uint8Array.of(0, 0, 1, 1), Uint8Array.of(0, 1, 0, 1)];
  const [p, q] = [0, 1].map((buffer) => loadOf(buffer, [4], "bool"));
  const values = [s.and(p, q), s.or(p, q), s.xor(p, q), s.equal(p, q), s.select(p, q, p)]
    .concat([s.convert(p, "float32"), s.convert(p, "int32"), s.and(p, s.constant(1, "bool"))]);
  for (const value of values) {
    await compare(device, mapOf("bools", 4, ["bool", "bool"], value), bools);
  }
});

test("bitcasts", async (device) => {
  const bits = Uint32Array.of(0x7fc00000, 0x3f800000, 0xff800000, 0x80000000, 7);
  const back = s.bitcast(s.bitcast(loadOf(0, [5], "uint32"), "int32"), "float32");
  assertEquals(
    await run(device, mapOf("bitcast", 5, ["uint32"], back), [bits]),
    new Float32Array(bits.buffer),
  );
});

test("intrinsics", async (device) => {
  const ordinary = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 20);
  const data = Float32Array.of(...ordinary, NaN, Infinity, -Infinity, 0, 1e-30, 1e30, -1e30, 88.7);
  for (const name of Object.keys(INTRINSICS) as Intrinsic[]) {
    const value = s.intrinsic(INTRINSICS[name])(loadOf(0, [data.length]));
    const got = await run(device, mapOf(name, data.length, ["float32"], value), [data]);
    data.forEach((x, i) => {
      if ((name === "sin" || name === "cos") && Math.abs(x) > 8192) return;
      const want = Math.fround(INTRINSICS[name].exact(x));
      const error = Math.abs(got[i] - want) / Math.abs(want);
      const isSame = Object.is(got[i], want) || got[i] === want || Math.abs(want) < 2 ** -126;
      assert(isSame || error < 5e-7, `${name}(${x}) is ${got[i]}, not ${want}`);
    });
  }
});

test("reductions: alone, in teams, in parts, empty", async (device) => {
  const shapes: [number[], number[]][] = [
    [[], [0]],
    [[], [1]],
    [[], [1000]],
    [[], [1024, 1025]],
    [[7], [33]],
    [[64], [65]],
    [[65], [1000]],
    [[3, 2], [100_003]],
    [[66_000], [130]],
    [[0], [5]],
  ];
  for (const [space, over] of shapes) {
    const all = [...space, ...over];
    const data = noise(sizeOf(all));
    const columns = s.load(
      0,
      at.flatten(axes(all).slice(space.length).concat(axes(all).slice(0, space.length)), [
        ...over,
        ...space,
      ]),
      "float32",
    );
    for (const body of [loadOf(0, all), columns]) {
      for (const combine of ["add", "max"] as const) {
        const value = s.mul(s.result("float32"), s.constant(0.5));
        const common = { space, dtype: "float32", loads: ["float32"], value } as const;
        const name = `${combine} of [${all}] over the last ${over.length}`;
        await compare(device, { kind: "reduce", name, combine, over, body, ...common }, [data]);
      }
    }
  }
});

test("reductions of integers and bools, and max of NaN", async (device) => {
  for (const n of [5, 50_000]) {
    for (const dtype of ["int32", "uint32", "bool"] as const) {
      const values = Array.from({ length: n }, (_, i) => Math.imul(i, 0x9e3779b1));
      const data = dtype === "int32"
        ? Int32Array.from(values)
        : dtype === "uint32"
        ? Uint32Array.from(values)
        : Uint8Array.from(values, (v) => v & 1);
      const body = loadOf(0, [n], dtype);
      const common = { space: [], over: [n], dtype, loads: [dtype], body } as const;
      const value = s.result(dtype);
      const kernel = { kind: "reduce", name: dtype, ...common, value } as const;
      await compare(device, { ...kernel, combine: "max" }, [data]);
      if (dtype !== "bool") await compare(device, { ...kernel, combine: "add" }, [data]);
    }
    const data = noise(n).fill(NaN, 3, 4);
    const body = loadOf(0, [n]);
    const common = { dtype: "float32", loads: ["float32"], value: s.result("float32") } as const;
    const kernel = {
      kind: "reduce",
      combine: "max",
      space: [],
      over: [n],
      body,
      ...common,
    } as const;
    assertEquals([...await run(device, { name: "max", ...kernel }, [data])], [NaN]);
  }
});

test("a sum of millions keeps its digits", async (device) => {
  const n = 5_000_000;
  const value = s.result("float32");
  const kernel: Single = {
    ...{ kind: "reduce", name: "sum", combine: "add", space: [], over: [n], dtype: "float32" },
    ...{ loads: ["float32"], body: loadOf(0, [n]), value },
  };
  const [sum] = await run(device, kernel, [new Float32Array(n).fill(0.1)]);
  assert(Math.abs(sum / (n * Math.fround(0.1)) - 1) < 5e-7, `the sum is ${sum}`);
});

test("scans along every axis", async (device) => {
  const space = [4, 65, 3];
  for (const axis of [0, 1, 2]) {
    for (const exclusive of [false, true]) {
      const body = s.mul(loadOf(0, space), s.constant(2));
      const value = s.add(s.result("float32"), loadOf(1, space));
      await compare(device, {
        ...{ kind: "scan", name: `scan along ${axis}`, space, axis, exclusive, body, value },
        ...{ dtype: "float32", loads: ["float32", "float32"] },
      }, [noise(780), noise(780)]);
    }
  }
});

test("scatters, repeated rows in order, by searching and by lists", async (device) => {
  for (
    const [rows, columns, updates] of [[6, 5, 40], [6, 5, 40_000], [700, 3, 2000], [1, 1, 40_000]]
  ) {
    const [, c, u] = axes([rows, columns, updates]);
    // The last row has no updates.
    const targets = Int32Array.from(
      { length: updates },
      (_, i) => (Math.imul(i, i) >>> 3) % Math.max(1, rows - 1),
    );
    await compare(device, {
      ...{ kind: "scatter", name: `scatter of ${updates} to ${rows}`, space: [rows, columns] },
      ...{ over: [updates], dtype: "float32", loads: ["int32", "float32"] },
      row: s.load(0, u, "int32"),
      body: s.load(1, at.flatten([u, c], [updates, columns]), "float32"),
      value: s.neg(s.result("float32")),
    }, [targets, integers(updates * columns)]);
  }
});

test("loops that llvmpipe would cut short are refused", async (device) => {
  const n = 70_000;
  const body = loadOf(0, [n]);
  const kernel: Single = {
    ...{ kind: "scan", name: "cumsum", space: [n], axis: 0, exclusive: false, body },
    ...{ dtype: "float32", loads: ["float32"], value: s.result("float32") },
  };
  if (!device.description.includes("in software")) return;
  await assertRejects(() => run(device, kernel, [noise(n)]), RangeError, "cumsum [70000]");
  // Too many rows for dealing the updates out, and all updates may be for one row.
  const rows = 40_000, u = at.axisIndex(1, n);
  const scatter: Single = {
    ...{ kind: "scatter", name: "scatterAdd", space: [rows], over: [n] },
    ...{ row: s.load(0, u, "int32"), body: s.load(1, u, "float32") },
    ...{ dtype: "float32", loads: ["int32", "float32"], value: s.result("float32") },
  };
  const data = [new Int32Array(n), noise(n)];
  await assertRejects(() => run(device, scatter, data), RangeError, "scatterAdd [40000]");
});

test("donated inputs are overwritten, and shared inputs are read twice", async (device) => {
  const n = 100;
  const [x, y, z] = [0, 1, 2].map((buffer) => loadOf(buffer, [n]));
  const kernel = mapOf("x + y·z", n, ["float32", "float32", "float32"], s.add(x, s.mul(y, z)));
  const [zero, one] = [0, 1].map((number) => ({ kind: "input", number }) as const);
  const executable = device.compile({
    steps: [{
      kernel: kernelOf(kernel),
      reads: [zero, one, one],
      writes: [zero],
    }],
    inputs: [n, n],
    outputs: [{ size: n, donor: 0 }],
    scratch: [],
  });
  const [state, other] = [device.allocate(n), device.allocate(n)];
  device.write(state, noise(n).map(Math.round), "float32");
  device.write(other, new Float32Array(n).fill(2), "float32");
  for (let i = 0; i < 3; i++) executable.run([state, other], [state]);
  assertEquals(await device.read(state, n, "float32"), noise(n).map((v) => Math.round(v) + 12));
  const error = assertThrows(() => executable.run([state, state], [state]), TypeError);
  assert(error.message.includes("x + y·z"), error.message);
});

test("two stores over two loads: all is computed before anything is stored", async (device) => {
  const n = 100;
  const [x, y] = [0, 1].map((buffer) => loadOf(buffer, [n]));
  const dtype = "float32";
  const stores = [{ dtype, value: s.add(x, y) }, { dtype, value: s.sub(x, y) }] as const;
  const slots = [0, 1].map((number) => ({ kind: "input", number }) as const);
  const executable = device.compile({
    steps: [{
      kernel: { kind: "map", name: "x ± y", space: [n], loads: [dtype, dtype], stores },
      reads: slots,
      writes: slots,
    }],
    inputs: [n, n],
    outputs: [{ size: n, donor: 0 }, { size: n, donor: 1 }],
    scratch: [],
  });
  const buffers = [device.allocate(n), device.allocate(n)];
  device.write(buffers[0], new Float32Array(n).fill(5), dtype);
  device.write(buffers[1], new Float32Array(n).fill(3), dtype);
  executable.run(buffers, buffers);
  assertEquals(await device.read(buffers[0], n, dtype), new Float32Array(n).fill(8));
  assertEquals(await device.read(buffers[1], n, dtype), new Float32Array(n).fill(2));
});

test("steps see the results of the steps before", async (device) => {
  const n = 1000;
  const x = loadOf(0, [n]);
  const double = mapOf("double", n, ["float32"], s.add(x, x));
  const input = { kind: "input", number: 0 } as const;
  const [a, b] = [0, 1].map((number) => ({ kind: "scratch", number }) as const);
  const executable = device.compile({
    steps: [
      { kernel: kernelOf(double), reads: [input], writes: [a] },
      { kernel: kernelOf(double), reads: [a], writes: [b] },
      { kernel: kernelOf(double), reads: [b], writes: [b] },
      { kernel: kernelOf(double), reads: [b], writes: [{ kind: "output", number: 0 }] },
    ],
    inputs: [n],
    outputs: [{ size: n }],
    scratch: [n, n],
  });
  const [from, to] = [device.allocate(n), device.allocate(n)];
  device.write(from, noise(n), "float32");
  executable.run([from], [to]);
  assertEquals(await device.read(to, n, "float32"), noise(n).map((v) => v * 16));
});

test("memory is reused, bounded, and checked", async (device) => {
  const before = device.bytesInUse();
  for (let i = 0; i < 1000; i++) device.allocate(2 ** 18).free();
  assert(device.bytesInUse() - before <= 2 ** 20 + 2 ** 18, `${device.bytesInUse()} bytes`);
  assertEquals(await device.read(device.allocate(0), 0, "bool"), new Uint8Array(0));
  const buffer = device.allocate(3);
  assertThrows(() => device.allocate(2 ** 40), RangeError, "maxBufferSize");
  assertThrows(() => device.write(buffer, new Float32Array(4), "float32"), RangeError);
  await assertRejects(() => device.read(buffer, 4, "float32"), RangeError);
  buffer.free();
  buffer.free();
  await assertRejects(() => device.read(buffer, 3, "float32"), TypeError, "freed");
});

test("a kernel that does not compile is named when something is read", async (device) => {
  const wrong = s.add(loadOf(0, [4]), s.convert(loadOf(0, [4]), "int32"));
  const kernel = mapOf("floats plus integers", 4, ["float32"], wrong);
  const message = (await assertRejects(() => run(device, kernel, [noise(4)]), Error)).message;
  assert(/floats plus integers \(line \d+: let v\d+ = v0 \+/.test(message), message);
  // The device goes on.
  assertEquals(
    (await run(device, mapOf("x", 4, ["float32"], loadOf(0, [4])), [noise(4)])).length,
    4,
  );
});
