/**
 * Puzzles of lesson 11: kernels by hand are run on every device, compared with a loop, and scored.
 *
 * All numbers are float32. The buffers of a puzzle are numbered: first its inputs, then what each
 * kernel stores. The last kernel stores the answer.
 *
 * @module
 */
import { type Device, openDevice } from "../../mod.ts";
import {
  type Combine,
  describeProgram,
  type Expr,
  type Index,
  indexing,
  type Kernel,
  type Program,
  scalar,
  type Slot,
} from "../../kernels/mod.ts";
import type { Question } from "./exercise.ts";

/** A formula of the loop variables. */
type Formula = (...axes: readonly Index[]) => Expr;

const RESULT: Expr = scalar.result("float32");
const common = (name: string, space: readonly number[], value: Expr) => ({
  ...{ name, space, loads: [] },
  stores: [{ dtype: "float32" as const, value }],
});

/** Element [...at] of a buffer that has this shape. */
export const read = (buffer: number, shape: readonly number[], ...at: readonly Index[]): Expr =>
  scalar.load(buffer, indexing.flatten(at, shape), "float32");

/** out[…axes] = value(…axes), for all axes of the space. */
export const map = (space: readonly number[], value: Formula): Kernel => ({
  ...common("map", space, value(...indexing.axesOf(space))),
  kind: "map",
});

/**
 * out[…axes] = value(result, …axes), where the result combines body(…axes, …k) over all k.
 *
 * @param value the result itself unless given
 */
export function reduce(
  space: readonly number[],
  over: readonly number[],
  combine: Combine,
  body: Formula,
  value: (result: Expr, ...axes: readonly Index[]) => Expr = (result) => result,
): Kernel {
  const axes = indexing.axesOf([...space, ...over]);
  const stored = value(RESULT, ...axes.slice(0, space.length));
  return { ...common(combine, space, stored), kind: "reduce", over, combine, body: body(...axes) };
}

/** out[i, j] = the sum over k of a(i, k)·b(k, j), which are elements of buffers. */
export function matmul(
  [m, n]: readonly [number, number],
  k: number,
  a: (i: Index, k: Index) => Expr,
  b: (k: Index, j: Index) => Expr,
): Kernel {
  const [i, j, l] = indexing.axesOf([m, n, k]), left = a(i, l), right = b(l, j);
  if (left.kind !== "load" || right.kind !== "load") {
    throw new TypeError(
      "The factors of a matmul kernel are elements of buffers, without a formula",
    );
  }
  return { ...common("matmul", [m, n], RESULT), kind: "matmul", over: [k], a: left, b: right };
}

/** out[i] = the sum of body(j) for all j up to i. */
export const scan = (size: number, body: Formula): Kernel => ({
  ...common("scan", [size], RESULT),
  ...{ kind: "scan", axis: 0, exclusive: false, body: body(...indexing.axesOf([size])) },
});

/** What kernels are to compute. */
export interface Puzzle {
  /** The number of elements of each input. */
  readonly sizes: readonly number[];
  /** The answer by plain loops. */
  readonly loop: (...inputs: readonly Float32Array[]) => readonly number[];
}

const sizeOf = (space: readonly number[]) => space.reduce((product, size) => product * size, 1);

/** The program of a puzzle's kernels. */
export function programOf({ sizes }: Puzzle, kernels: readonly Kernel[]): Program {
  const results = kernels.map(({ space }) => sizeOf(space));
  const slots: Slot[] = [
    ...sizes.map((_, number) => ({ kind: "input", number } as const)),
    ...results.slice(0, -1).map((_, number) => ({ kind: "scratch", number } as const)),
    { kind: "output", number: 0 },
  ];
  return {
    steps: kernels.map((kernel, i) => {
      const reads = slots.slice(0, sizes.length + i), writes = [slots[sizes.length + i]];
      return { kernel: { ...kernel, loads: reads.map(() => "float32" as const) }, reads, writes };
    }),
    inputs: sizes,
    outputs: [{ size: results[results.length - 1] }],
    scratch: results.slice(0, -1),
  };
}

/** The number of kernels, of operations, and of bytes that are read and stored. */
export function scoreOf(puzzle: Puzzle, kernels: readonly Kernel[]): number[] {
  const [first] = describeProgram(programOf(puzzle, kernels)).split("\n");
  return first.match(/\d+/g)!.map(Number);
}
const scoreText = ([kernels, operations, bytes]: readonly number[]) =>
  `${kernels} kernel${kernels === 1 ? "" : "s"}, ${operations} ops, ${bytes} bytes`;

/** The devices that are here. */
export async function openDevices(): Promise<Device[]> {
  const devices = [await openDevice("reference"), await openDevice("cpu", { threads: 1 })];
  try {
    devices.push(await openDevice("webgpu"));
  } catch (error) {
    console.log(`Without the webgpu device: ${error instanceof Error ? error.message : error}\n`);
  }
  return devices;
}

/** What a device makes of inputs. */
export async function runOn(
  device: Device,
  program: Program,
  inputs: readonly Float32Array[],
): Promise<number[]> {
  const executable = device.compile(program);
  const given = inputs.map((data) => {
    const buffer = device.allocate(data.length);
    device.write(buffer, data, "float32");
    return buffer;
  });
  const [{ size }] = program.outputs, output = device.allocate(size);
  executable.run(given, [output]);
  const values = [...await device.read(output, size, "float32")];
  for (const buffer of [...given, output]) buffer.free();
  executable.free();
  return values;
}

/** A question for kernels. They must be right on all devices, and score no worse than the best. */
export function puzzle(
  question: string,
  yours: Question<readonly Kernel[]>["yours"],
  { sizes, loop }: Puzzle,
  best: readonly Kernel[],
  devices: readonly Device[],
): Question<readonly Kernel[]> {
  const limit = scoreOf({ sizes, loop }, best), truth = `≤ ${scoreText(limit)}`;
  const inputs = sizes.map((size, n) =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(7 * i + n + 1))
  );
  return {
    question,
    yours,
    truth,
    async shown(kernels) {
      const wanted = loop(...inputs);
      for (const device of devices) {
        const got = await runOn(device, programOf({ sizes, loop }, kernels), inputs);
        const isRight = got.length === wanted.length &&
          got.every((value, i) => Math.abs(value - wanted[i]) < 1e-5);
        if (!isRight) {
          return `${device.name}: ${got.map((value) => +value.toPrecision(3)).join(" ")}`;
        }
      }
      const score = scoreOf({ sizes, loop }, kernels);
      return score.every((n, i) => n <= limit[i]) ? truth : scoreText(score);
    },
  };
}
