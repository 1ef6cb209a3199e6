/** The cpu device on kernels written by hand, against plain loops in float64. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { openCpu } from "../../../kernels/cpu/device.ts";
import type { Data } from "../../../kernels/device.ts";
import type { DType, Expr, Index } from "../../../kernels/formula.ts";
import { add, axisIndex, flatten, valueIndex } from "../../../kernels/indexing.ts";
import { constantIndex, scale } from "../../../kernels/indexing.ts";
import type { Kernel, Store } from "../../../kernels/kernel.ts";
import * as scalar from "../../../kernels/scalar.ts";

const device = openCpu({ threads: 1 });
const sizes = [0, 1, 3, 4, 5, 63, 64, 65, 1000];
const float = (buffer: number, at: Index) => scalar.load(buffer, at, "float32");
const random = (n: number) => Float32Array.from({ length: n }, () => Math.random() * 4 - 2);
const dtypeOf = (data: Data): DType =>
  data instanceof Float32Array
    ? "float32"
    : data instanceof Int32Array
    ? "int32"
    : data instanceof Uint32Array
    ? "uint32"
    : "bool";

/** A kernel of one store, without its kind's own name and without the list of its loads. */
type Draft =
  & Store
  & (Kernel extends infer K ? K extends Kernel ? Omit<K, "name" | "loads" | "stores"> : never
    : never);

async function run(draft: Draft, ...inputs: Data[]): Promise<number[]> {
  const { dtype, value, ...rest } = draft;
  const loads = inputs.map(dtypeOf);
  const kernel = { ...rest, name: draft.kind, loads, stores: [{ dtype, value }] } as Kernel;
  const size = kernel.space.reduce((n, d) => n * d, 1);
  const executable = device.compile({
    steps: [{
      kernel,
      reads: inputs.map((_, number) => ({ kind: "input", number })),
      writes: [{ kind: "output", number: 0 }],
    }],
    inputs: inputs.map((data) => data.length),
    outputs: [{ size }],
    scratch: [],
  });
  const buffers = inputs.map((data) => {
    const buffer = device.allocate(data.length);
    device.write(buffer, data, dtypeOf(data));
    return buffer;
  });
  const output = device.allocate(size);
  executable.run(buffers, [output]);
  const result = await device.read(output, size, dtype);
  for (const thing of [...buffers, output, executable]) thing.free();
  return [...result];
}

const map = (space: number[], value: Expr, ...inputs: Data[]) =>
  run({ kind: "map", space, dtype: value.dtype, value }, ...inputs);

function assertClose(actual: number[], expected: number[], tolerance = 1e-5): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((x, i) => assertAlmostEquals(x, expected[i], tolerance, `element ${i}`));
}

Deno.test("cpu: maps read along rows, across them, backwards and by an index, of all sizes", async () => {
  for (const n of sizes) {
    const m = 3;
    const [i, j] = [axisIndex(0, m), axisIndex(1, n)];
    const x = random(m * n), transposed = random(m * n), row = random(n), table = random(7);
    const at = Int32Array.from({ length: n }, (_, k) => k * 5 % 7);
    const backwards = n === 0 ? j : add(constantIndex(n - 1), scale(j, -1));
    const terms: Expr[] = [
      float(0, flatten([i, j], [m, n])),
      float(1, flatten([j, i], [n, m])),
      float(2, backwards),
      float(3, valueIndex(scalar.load(4, j, "int32"), 7)),
    ];
    const actual = await map([m, n], terms.reduce(scalar.add), x, transposed, row, table, at);
    const expected = Array.from({ length: m * n }, (_, at) => {
      const i = Math.floor(at / n), j = at % n;
      return x[at] + transposed[j * m + i] + row[n - 1 - j] + table[j * 5 % 7];
    });
    assertClose(actual, expected);
  }
});

Deno.test("cpu: integers wrap around, are compared with or without sign, and shift by one count or by one for each lane", async () => {
  const i = axisIndex(0, 5);
  const u = new Uint32Array([0, 1, 2 ** 31, 2 ** 32 - 1, 7]);
  const s = new Int32Array([0, -1, 33, 31, 4]);
  const [a, b] = [scalar.load(0, i, "uint32"), scalar.load(1, i, "int32")];
  const expectMap = async (value: Expr, expected: (u: number, s: number) => number) =>
    assertEquals(await map([5], value, u, s), [...u].map((x, k) => expected(x, s[k])));
  await expectMap(scalar.mul(a, scalar.constant(3, "uint32")), (x) => Math.imul(x, 3) >>> 0);
  await expectMap(scalar.less(a, scalar.convert(b, "uint32")), (x, y) => Number(x < y >>> 0));
  await expectMap(scalar.less(b, scalar.constant(4, "int32")), (_, y) => Number(y < 4));
  await expectMap(scalar.shiftLeft(a, scalar.convert(b, "uint32")), (x, y) => (x << y) >>> 0);
  await expectMap(scalar.shiftRight(b, scalar.convert(a, "int32")), (x, y) => y >> x);
  const four = scalar.convert(scalar.load(1, constantIndex(4), "int32"), "uint32");
  await expectMap(scalar.shiftLeft(a, four), (x) => (x << 4) >>> 0);
  await expectMap(scalar.convert(a, "float32"), (x) => Math.fround(x));
});

Deno.test("cpu: floats keep NaN in min and max, saturate as integers, and compare false with NaN", async () => {
  const x = new Float32Array([NaN, Infinity, -Infinity, 2.5, -1.5, 3e9]);
  const value = float(0, axisIndex(0, 6));
  const one = scalar.constant(1);
  assertEquals(await map([6], scalar.max(value, one), x), [NaN, Infinity, 1, 2.5, 1, 3e9]);
  assertEquals(await map([6], scalar.min(one, value), x), [NaN, 1, -Infinity, 1, -1.5, 1]);
  const [least, most] = [-(2 ** 31), 2 ** 31 - 1];
  assertEquals(await map([6], scalar.convert(value, "int32"), x), [0, most, least, 2, -1, most]);
  assertEquals(await map([6], scalar.lessEqual(value, one), x), [0, 0, 1, 0, 1, 0]);
  assertEquals(await map([6], scalar.round(value), x), [NaN, Infinity, -Infinity, 2, -2, 3e9]);
});

Deno.test("cpu: sums and maxima along rows and down columns, of all sizes", async () => {
  for (const m of sizes) {
    for (const n of [0, 1, 4, 5, 17, 65]) {
      const x = random(m * n);
      const row = (i: number) => [...x.subarray(i * n, (i + 1) * n)];
      const columns = Array.from({ length: n }, (_, j) => x.filter((_, at) => at % n === j));
      const [first, last] = [axisIndex(0, m), axisIndex(1, n)];
      const body = float(0, flatten([first, last], [m, n]));
      const down = float(0, flatten([axisIndex(1, m), axisIndex(0, n)], [m, n]));
      const common = { kind: "reduce", dtype: "float32", value: scalar.result("float32") } as const;
      assertClose(
        await run({ ...common, combine: "add", space: [m], over: [n], body }, x),
        Array.from({ length: m }, (_, i) => row(i).reduce((a, b) => a + b, 0)),
        1e-4,
      );
      assertEquals(
        await run({ ...common, combine: "max", space: [n], over: [m], body: down }, x),
        columns.map((column) => Math.max(...column)),
      );
    }
  }
});

Deno.test("cpu: a sum of a million float32 is right to 1e-6, along a row and down columns", async () => {
  const n = 1_000_000;
  const x = Float32Array.from({ length: n }, Math.random);
  const sum = (from: number, step: number) => {
    let total = 0;
    for (let i = from; i < n; i += step) total += x[i];
    return total;
  };
  const common = {
    kind: "reduce",
    dtype: "float32",
    combine: "add",
    value: scalar.result("float32"),
  } as const;
  const whole = await run({ ...common, space: [], over: [n], body: float(0, axisIndex(0, n)) }, x);
  assertAlmostEquals(whole[0] / sum(0, 1), 1, 1e-6);
  const at = flatten([axisIndex(1, n / 20), axisIndex(0, 20)], [n / 20, 20]);
  const columns = await run({ ...common, space: [20], over: [n / 20], body: float(0, at) }, x);
  columns.forEach((total, j) => assertAlmostEquals(total / sum(j, 20), 1, 1e-6));
});

Deno.test("cpu: running sums along either axis, with and without the element itself", async () => {
  for (const n of sizes) {
    const m = 5;
    const x = Int32Array.from({ length: m * n }, (_, i) => i * 7 % 11);
    const body = scalar.load(0, flatten([axisIndex(0, m), axisIndex(1, n)], [m, n]), "int32");
    for (const [axis, exclusive] of [[0, false], [0, true], [1, false], [1, true]] as const) {
      const value = scalar.result("int32");
      const draft = { kind: "scan", space: [m, n], dtype: "int32", axis, exclusive } as const;
      const [step, length] = axis === 0 ? [n, m] : [1, n];
      const expected = [...x].map((own, at) => {
        let sum = exclusive ? 0 : own;
        for (let k = Math.floor(at / step) % length; k > 0; k--) sum += x[at -= step];
        return sum;
      });
      assertEquals(await run({ ...draft, body, value }, x), expected);
    }
  }
});

Deno.test("cpu: a scatter adds rows up where they fall", async () => {
  for (const n of [1, 4, 7]) {
    const updates = random(10 * n), base = random(3 * n);
    const rows = Int32Array.from({ length: 10 }, (_, u) => u * u % 3);
    const [c, u] = [axisIndex(1, n), axisIndex(2, 10)];
    const here = flatten([axisIndex(0, 3), c], [3, n]);
    const actual = await run(
      {
        kind: "scatter",
        space: [3, n],
        over: [10],
        dtype: "float32",
        row: scalar.load(0, u, "int32"),
        body: float(1, flatten([u, c], [10, n])),
        value: scalar.add(scalar.result("float32"), float(2, here)),
      },
      rows,
      updates,
      base,
    );
    const expected = [...base];
    updates.forEach((x, at) => expected[rows[Math.floor(at / n)] * n + at % n] += x);
    assertClose(actual, expected);
  }
});

Deno.test("cpu: products of matrices, transposed or not, with bias and relu in the same kernel", async () => {
  const shapes = [[1, 1, 1], [3, 5, 0], [5, 8, 4], [6, 9, 7], [7, 64, 65], [64, 17, 63], [
    13,
    8,
    2051,
  ]];
  for (const [m, n, k] of shapes) {
    const a = random(m * k), b = random(k * n), bias = random(n);
    const [i, j, over] = [axisIndex(0, m), axisIndex(1, n), axisIndex(2, k)];
    for (const flips of [0, 1, 2, 3]) {
      const left = flips & 1 ? flatten([over, i], [k, m]) : flatten([i, over], [m, k]);
      const right = flips & 2 ? flatten([j, over], [n, k]) : flatten([over, j], [k, n]);
      const product = scalar.result("float32");
      const fused = scalar.max(scalar.add(product, float(2, j)), scalar.constant(0));
      for (const value of [product, fused]) {
        const actual = await run(
          {
            kind: "matmul",
            space: [m, n],
            over: [k],
            dtype: "float32",
            a: float(0, left),
            b: float(1, right),
            value,
          },
          a,
          b,
          bias,
        );
        const expected = actual.map((_, at) => {
          const row = Math.floor(at / n), column = at % n;
          let sum = 0;
          for (let t = 0; t < k; t++) {
            sum += a[flips & 1 ? t * m + row : row * k + t] *
              b[flips & 2 ? column * k + t : t * n + column];
          }
          return value === product ? sum : Math.max(0, sum + bias[column]);
        });
        assertClose(actual, expected, 1e-5 * (10 + k));
      }
    }
  }
});

Deno.test("cpu: a product over 100,000 terms keeps five digits", async () => {
  for (const k of [1023, 1024, 1025, 2048, 100_003]) {
    const a = Float32Array.from({ length: k }, (_, i) => i % 3 === 0 ? 0.1 : 0.3);
    const exact = a.reduce((sum, x) => sum + x * x, 0);
    const [sum] = await run(
      {
        kind: "matmul",
        over: [k],
        a: float(0, axisIndex(2, k)),
        b: float(1, axisIndex(2, k)),
        dtype: "float32",
        value: scalar.result("float32"),
        space: [1, 1],
      },
      a,
      a,
    );
    assertAlmostEquals(sum / exact, 1, 1e-5);
  }
});

Deno.test("cpu: memory stays flat, and what was freed cannot be used", () => {
  const device = openCpu({ maximumBytes: 2 ** 21 });
  const value = float(0, axisIndex(0, 1000));
  const executable = device.compile({
    steps: [{
      kernel: {
        kind: "map",
        name: "copy",
        space: [1000],
        loads: ["float32"],
        stores: [{ dtype: "float32", value }],
      },
      reads: [{ kind: "input", number: 0 }],
      writes: [{ kind: "output", number: 0 }],
    }],
    inputs: [1000],
    outputs: [{ size: 1000 }],
    scratch: [],
  });
  const before = device.bytesInUse();
  for (let i = 0; i < 10_000; i++) {
    const [input, output] = [device.allocate(1000), device.allocate(1000)];
    executable.run([input], [output]);
    input.free();
    output.free();
    output.free();
  }
  assertEquals(device.bytesInUse(), before);
  const buffer = device.allocate(1000);
  buffer.free();
  assertThrows(() => executable.run([buffer], [buffer]), Error, "it was freed");
  assertThrows(() => device.allocate(10 ** 6), RangeError, "Cannot allocate 4000000 bytes");
  device.close();
});

Deno.test("cpu: a kernel may write over an input that it reads at the same element", async () => {
  const [m, n, k] = [7, 13, 5];
  const data = [random(m * k), random(k * n), random(m * n)];
  const [i, j, over] = [axisIndex(0, m), axisIndex(1, n), axisIndex(2, k)];
  const kernel: Kernel = {
    kind: "matmul",
    name: "accumulate",
    space: [m, n],
    over: [k],
    loads: ["float32", "float32", "float32"],
    a: scalar.load(0, flatten([i, over], [m, k]), "float32"),
    b: scalar.load(1, flatten([over, j], [k, n]), "float32"),
    stores: [{
      dtype: "float32",
      value: scalar.add(scalar.result("float32"), float(2, flatten([i, j], [m, n]))),
    }],
  };
  const slots = [0, 1, 2].map((number) => ({ kind: "input", number } as const));
  const executable = device.compile({
    steps: [{ kernel, reads: slots, writes: [slots[2]] }],
    inputs: data.map((d) => d.length),
    outputs: [{ size: m * n, donor: 2 }],
    scratch: [],
  });
  const buffers = data.map((d) => device.allocate(d.length));
  buffers.forEach((buffer, i) => device.write(buffer, data[i], "float32"));
  executable.run(buffers, [buffers[2]]);
  const expected = [...data[2]].map((start, at) => {
    let sum = start;
    for (let t = 0; t < k; t++) {
      sum += data[0][Math.floor(at / n) * k + t] * data[1][t * n + at % n];
    }
    return sum;
  });
  assertClose([...await device.read(buffers[2], m * n, "float32")], expected);
});
