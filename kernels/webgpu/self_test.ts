/**
 * A GPU whose driver computes wrong numbers is worse than none. Before a device is used, one
 * program of four small kernels must give the numbers of plain loops.
 *
 * @module
 */
import { compile } from "../compiler/compile.ts";
import type { Buffer, Data, Device } from "../device.ts";
import type { Expr, Intrinsic } from "../formula.ts";
import { type Lowering, type Node, sizeOf } from "../graph.ts";
import { INTRINSICS } from "../intrinsics.ts";
import { add, constant, equal, intrinsic, max, position, select } from "../scalar.ts";

/** The largest allowed error, relative to 1 or to the number, whichever is larger. */
const TOLERANCE = 1e-5;

/** Numbers from 2⁻¹⁰ to 20, where all intrinsics are defined. */
const XS = /* @__PURE__ */ Float32Array.from({ length: 32 }, (_, i) => 2 ** -10 + i * i / 50);
const NAMES = /* @__PURE__ */ Object.keys(INTRINSICS) as Intrinsic[];

/** Small integers that look random: sums of them are exact. */
const integers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >> 28);

/** The rows that are added up by the scatter. */
const ROWS = /* @__PURE__ */ Int32Array.from({ length: 40 }, (_, u) => (u * u) % 5);

/**
 * The numbers of all checks, by plain loops: the reference device makes functions of texts, which
 * the Content-Security-Policy of a page may forbid.
 */
function expectedNumbers(): Map<string, number[]> {
  const table = (count: number, of: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => of(i));
  const total = (count: number, of: (i: number) => number) =>
    table(count, of).reduce((sum, x) => sum + x, 0);
  const summands = integers(900), left = integers(37 * 21), right = integers(21 * 43);
  const bias = integers(43), updates = integers(120);
  return new Map([
    ["elementwise functions", NAMES.flatMap((name) => Array.from(XS, INTRINSICS[name].exact))],
    ["sum", table(3, (row) => total(300, (i) => summands[300 * row + i]))],
    [
      "product with bias and rectifier",
      table(37 * 43, (at) => {
        const row = Math.floor(at / 43), column = at % 43;
        const sum = total(21, (k) => left[21 * row + k] * right[43 * k + column]);
        return Math.max(sum + bias[column], 0);
      }),
    ],
    [
      "scatter",
      table(
        15,
        (at) => total(40, (u) => ROWS[u] === Math.floor(at / 3) ? updates[3 * u + at % 3] : 0),
      ),
    ],
  ]);
}

/**
 * Runs the checks on a device.
 *
 * @throws {Error} where a number is wrong or a kernel does not compile; it names the device and the
 * kernel.
 */
export async function checkNumbers(device: Device): Promise<void> {
  const expected = expectedNumbers();
  const fail = (what: string): never => {
    throw new Error(`Cannot use ${device.description}: ${what}`);
  };
  const results = await compute(device).catch((error) =>
    fail(error instanceof Error ? error.message : String(error))
  );
  for (const [name, numbers] of expected) {
    numbers.forEach((want, i) => {
      const got = results.get(name)![i];
      if (Math.abs(got - want) <= TOLERANCE * Math.max(1, Math.abs(want))) return;
      const element = name === "elementwise functions"
        ? `${NAMES[Math.floor(i / XS.length)]}(${XS[i % XS.length]})`
        : `element ${i}`;
      fail(`it computes ${element} of the ${name} as ${got} instead of ${want}`);
    });
  }
}

/** Computes all checks on a device, as one program; gives the numbers of each by its name. */
async function compute(device: Device): Promise<Map<string, Data>> {
  const inputs: Node[] = [];
  const inputBuffers: Buffer[] = [];
  const leaf = (shape: number[], data: Data = integers(sizeOf(shape))): Node => {
    const dtype = data instanceof Int32Array ? "int32" : "float32";
    const node: Node = { shape, dtype, inputs: [], lowering: { kind: "leaf" }, label: "leaf" };
    const buffer = device.allocate(data.length);
    device.write(buffer, data, dtype);
    inputs.push(node);
    inputBuffers.push(buffer);
    return node;
  };
  const of = (label: string, shape: number[], lowering: Lowering, ...inputs: Node[]): Node => ({
    ...{ label, shape, lowering, inputs, dtype: "float32" },
  });
  const sizes = [37, 43]; // which no tile divides
  const product = of(
    "matmul",
    sizes,
    { kind: "matmul", left: [0, 2], right: [2, 1], over: [21] },
    leaf([37, 21]),
    leaf([21, 43]),
  );
  const outputs = [
    of("elementwise functions", [NAMES.length, XS.length], {
      kind: "map",
      element: ([which, x], read) =>
        NAMES.reduce<Expr>((rest, name, i) => {
          const isIt = equal(position(which), constant(i, "int32"));
          return select(isIt, intrinsic(INTRINSICS[name])(read(0, [x])), rest);
        }, constant(0)),
    }, leaf([XS.length], XS)),
    // Three sums of 300 numbers, each by a team of threads.
    of("sum", [3], { kind: "reduce", combine: "add", axes: [1] }, leaf([3, 300])),
    of(
      "product with bias and rectifier",
      sizes,
      {
        kind: "map",
        element: (at, read) => max(add(read(0, at), read(1, [at[1]])), constant(0)),
      },
      product,
      leaf([43]),
    ),
    of("scatter", [5, 3], { kind: "scatter" }, leaf([40], ROWS), leaf([40, 3])),
  ];

  const executable = device.compile(compile(outputs, inputs, device.traits));
  const outputBuffers = outputs.map(({ shape }) => device.allocate(sizeOf(shape)));
  executable.run(inputBuffers, outputBuffers);
  const numbers = await Promise.all(
    outputBuffers.map((buffer) => device.read(buffer, buffer.size, "float32")),
  );
  executable.free();
  for (const buffer of [...inputBuffers, ...outputBuffers]) buffer.free();
  return new Map(outputs.map(({ label }, i) => [label, numbers[i]]));
}
