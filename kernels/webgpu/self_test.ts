/**
 * A GPU whose driver computes wrong numbers is worse than none. Before a device is used, one
 * program of four small kernels must give the numbers that JavaScript computes.
 *
 * @module
 */
import type { Buffer, Data, Device, Program } from "../device.ts";
import { axisIndex, flatten } from "../indexing.ts";
import type { Kernel } from "../kernel.ts";
import type { Expr, Intrinsic } from "../formula.ts";
import { INTRINSICS } from "../intrinsics.ts";
import { add, constant, equal, intrinsic, load, max, position, result, select } from "../scalar.ts";

/** A kernel, its inputs, and the numbers that it must give. */
interface Check {
  readonly kernel: Kernel;
  readonly inputs: readonly Data[];
  readonly expected: readonly number[];
  /** The name of element i in an error message, where its index says little. */
  readonly describe?: (i: number) => string;
}

/** The largest allowed error, relative to 1 or to the number, whichever is larger. */
const TOLERANCE = 1e-5;

/**
 * Runs the checks on a device.
 *
 * @throws {Error} where a number is wrong or a kernel does not compile; it names the device and the
 * kernel.
 */
export async function checkNumbers(device: Device): Promise<void> {
  const checks = [checkIntrinsics(), checkSum(), checkProduct(), checkScatter()];
  const fail = (what: string): never => {
    throw new Error(`Cannot use ${device.description}: ${what}`);
  };
  const results = await compute(device, checks).catch((error) =>
    fail(error instanceof Error ? error.message : String(error))
  );
  checks.forEach(({ kernel, expected, describe = (i) => `element ${i}` }, c) => {
    expected.forEach((want, i) => {
      const got = results[c][i];
      if (Math.abs(got - want) <= TOLERANCE * Math.max(1, Math.abs(want))) return;
      fail(`in its ${kernel.name}, ${describe(i)} is ${got}, not ${want}`);
    });
  });
}

/** Runs the kernels of all checks as one program. */
async function compute(device: Device, checks: readonly Check[]): Promise<Data[]> {
  const data = checks.flatMap(({ kernel, inputs }) =>
    inputs.map((values, i) => ({ values, dtype: kernel.loads[i] }))
  );
  let next = 0;
  const program: Program = {
    steps: checks.map(({ kernel }, number) => ({
      kernel,
      reads: kernel.loads.map(() => ({ kind: "input", number: next++ })),
      writes: [{ kind: "output", number }],
    })),
    inputs: data.map(({ values }) => values.length),
    outputs: checks.map(({ expected }) => ({ size: expected.length })),
    scratch: [],
  };
  const executable = device.compile(program);
  const buffers: Buffer[] = [];
  try {
    const allocate = (size: number) => {
      const buffer = device.allocate(size);
      buffers.push(buffer);
      return buffer;
    };
    const inputs = data.map(({ values, dtype }) => {
      const buffer = allocate(values.length);
      device.write(buffer, values, dtype);
      return buffer;
    });
    const outputs = program.outputs.map(({ size }) => allocate(size));
    executable.run(inputs, outputs);
    return await Promise.all(outputs.map((output) => device.read(output, output.size, "float32")));
  } finally {
    executable.free();
    for (const buffer of buffers) buffer.free();
  }
}

/** Every intrinsic at numbers from 2⁻¹⁰ to 20, where all are defined. */
function checkIntrinsics(): Check {
  const xs = Float32Array.from({ length: 32 }, (_, i) => 2 ** -10 + i * i / 50);
  const names = Object.keys(INTRINSICS) as Intrinsic[];
  const [n, count] = [names.length, xs.length];
  const x = load(0, axisIndex(1, count), "float32");
  const which = position(axisIndex(0, n));
  const value = names.reduce<Expr>(
    (rest, name, i) => select(equal(which, constant(i, "int32")), intrinsic(name)(x), rest),
    constant(0),
  );
  return {
    kernel: {
      ...{ kind: "map", name: "elementwise functions", space: [n, count], loads: ["float32"] },
      stores: [{ dtype: "float32", value }],
    },
    inputs: [xs],
    expected: names.flatMap((name) => Array.from(xs, INTRINSICS[name].exact)),
    describe: (i) => `${names[Math.floor(i / count)]}(${xs[i % count]})`,
  };
}

/** Small integers that look random: sums of them are exact. */
const integers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >> 28);

const dot = (count: number, term: (i: number) => number): number =>
  Array.from({ length: count }, (_, i) => term(i)).reduce((sum, x) => sum + x, 0);

/** A sum of 300 numbers by a team of threads, for each of three outputs. */
function checkSum(): Check {
  const [rows, over] = [3, 300];
  const data = integers(rows * over);
  const at = flatten([axisIndex(0, rows), axisIndex(1, over)], [rows, over]);
  return {
    kernel: {
      ...{ kind: "reduce", name: "sum", combine: "add", space: [rows], over: [over] },
      ...{ loads: ["float32"], body: load(0, at, "float32") },
      stores: [{ dtype: "float32", value: result("float32") }],
    },
    inputs: [data],
    expected: Array.from({ length: rows }, (_, r) => dot(over, (k) => data[r * over + k])),
  };
}

/** A product with bias and rectifier, of sizes that no tile divides. */
function checkProduct(): Check {
  const [m, k, n] = [37, 21, 43];
  const [a, b, bias] = [integers(m * k), integers(k * n), integers(n)];
  const [row, column, inner] = [axisIndex(0, m), axisIndex(1, n), axisIndex(2, k)];
  const shifted = add(result("float32"), load(2, column, "float32"));
  return {
    kernel: {
      ...{ kind: "matmul", name: "product", space: [m, n], over: [k] },
      loads: ["float32", "float32", "float32"],
      a: load(0, flatten([row, inner], [m, k]), "float32"),
      b: load(1, flatten([inner, column], [k, n]), "float32"),
      stores: [{ dtype: "float32", value: max(shifted, constant(0)) }],
    },
    inputs: [a, b, bias],
    expected: Array.from({ length: m * n }, (_, i) => {
      const [r, c] = [Math.floor(i / n), i % n];
      return Math.max(dot(k, (j) => a[r * k + j] * b[j * n + c]) + bias[c], 0);
    }),
  };
}

/** 40 updates of three columns, to five rows. */
function checkScatter(): Check {
  const [rows, columns, updates] = [5, 3, 40];
  const data = integers(updates * columns);
  const targets = Int32Array.from({ length: updates }, (_, u) => (u * u) % rows);
  const u = axisIndex(2, updates);
  const at = flatten([u, axisIndex(1, columns)], [updates, columns]);
  return {
    kernel: {
      ...{ kind: "scatter", name: "scatter", space: [rows, columns], over: [updates] },
      ...{ loads: ["int32", "float32"], row: load(0, u, "int32"), body: load(1, at, "float32") },
      stores: [{ dtype: "float32", value: result("float32") }],
    },
    inputs: [targets, data],
    expected: Array.from({ length: rows * columns }, (_, i) => {
      const [r, c] = [Math.floor(i / columns), i % columns];
      return dot(updates, (u) => targets[u] === r ? data[u * columns + c] : 0);
    }),
  };
}
