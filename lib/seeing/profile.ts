/**
 * How long each kernel of a function takes.
 *
 * @module
 */
import { amount, bytesOf, counted, operationsOf, table } from "../../kernels/describe.ts";
import type { Buffer, Device, Program, Slot, Step } from "../../kernels/device.ts";
import { placeIn } from "../../kernels/remember.ts";
import { WebgpuDevice } from "../../kernels/webgpu/gpu.ts";
import { checkCount, checkDevice, checkFunction, checkOptions } from "../checks.ts";
import { deviceOf } from "../evaluate.ts";
import { flattenArguments, type OrNumbers, trace, type Traceable } from "../jit.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** Settings of {@linkcode profile}. */
export interface ProfileOptions {
  /** The device to run on; the device of the arguments unless given. */
  readonly device?: Device;
  /** The numbers of the arguments that are overwritten, as of `jit`: here their copies. None unless given. */
  readonly donate?: readonly number[];
  /** The number of runs that are measured, after two that are not; 20 unless given. */
  readonly runs?: number;
}

/** What one kernel takes. */
export interface KernelTime {
  /** Its place in the program, from 1. */
  readonly number: number;
  /** How it computes: map, reduce, matmul, scan or scatter. */
  readonly kind: string;
  /** The ops that it computes. */
  readonly name: string;
  /** The median over the runs. */
  readonly milliseconds: number;
  /** The arithmetic operations; each function, such as exp, counts as one. */
  readonly operations: number;
  /** The bytes that it reads and writes. */
  readonly bytes: number;
}

/** What a program takes. */
export interface Profile {
  /** The kernels, the slowest first. */
  readonly kernels: readonly KernelTime[];
  /** The sum over the kernels. */
  readonly milliseconds: number;
  /** All that as a table, with GFLOP/s and GB/s. */
  readonly text: string;
}

/**
 * Runs the program that `jit` makes of f, and measures each kernel: on a GPU by timestamps that it
 * takes itself; elsewhere each kernel is launched alone, which adds some microseconds. The
 * arguments are copied, so that a profile changes no tensor.
 *
 * @example
 * ```ts
 * import { matmul, ones, profile, softmax, type Tensor } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const layer = (x: Tensor, w: Tensor) => softmax(matmul(x, w));
 * const { kernels, text } = await profile(layer)(ones([100, 784]), ones([784, 10]));
 * assertEquals(kernels.length, text.split("\n").length - 3);
 * ```
 * @throws {Error} where the GPU has no timestamp queries, or f depends on the arguments of a
 * function being traced.
 */
export function profile<A extends readonly unknown[], R>(
  f: Traceable<A, R>,
  options: ProfileOptions = {},
): (...args: OrNumbers<A>) => Promise<Profile> {
  checkFunction("profile", f);
  checkOptions("profile", options, "device", "donate", "runs");
  checkDevice(options.device);
  const { runs = 20 } = options;
  checkCount("profile by a number of runs of", runs, 1);
  return async (...args) => {
    const { leaves } = flattenArguments(args);
    const device = options.device ?? deviceOf(leaves);
    const traced = trace(f, args, leaves, options.donate);
    if (traced === undefined || leaves.some((leaf) => leaf.isTraced)) {
      throw new Error(
        "Cannot profile a function that depends on the arguments of a function being traced",
      );
    }
    const program = traced.plan(device.traits);
    const tensors = traced.inputs.map((x) => typeof x === "number" ? leaves[x] : x);
    const made: Buffer[] = [];
    const allocate = (size: number) => {
      made.push(device.allocate(size));
      return made[made.length - 1];
    };
    try {
      const inputs = await Promise.all(tensors.map((x) => copyOf(x, device, allocate)));
      const outputs = program.outputs.map(({ size, donor }) =>
        donor === undefined ? allocate(size) : inputs[donor]
      );
      const times = device instanceof WebgpuDevice
        ? await timeOnGpu(device, program, inputs, outputs, runs)
        : timeAlone(device, program, inputs, outputs, allocate, runs);
      return profileOf(program, times, `${device.description}; median of ${counted(runs, "run")}`);
    } finally {
      for (const buffer of made) buffer.free();
    }
  };
}

/** A copy of a tensor's contents on a device. */
async function copyOf(
  x: Tensor,
  device: Device,
  allocate: (size: number) => Buffer,
): Promise<Buffer> {
  const data = await x.read();
  const buffer = allocate(x.size);
  device.write(buffer, data, x.dtype);
  return buffer;
}

/** Runs that are not measured: shaders compile, and threads start. */
const WARM_UP = 2;

/** The milliseconds of each step in each run. */
type Times = readonly (readonly number[])[];

async function timeOnGpu(
  device: WebgpuDevice,
  program: Program,
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  runs: number,
): Promise<Times> {
  const executable = device.compile(program);
  const times: number[][] = [];
  try {
    for (let run = 0; run < WARM_UP + runs; run++) {
      times.push((await executable.time(inputs, outputs)).map((nanoseconds) => nanoseconds / 1e6));
    }
  } finally {
    executable.free();
  }
  return times.slice(WARM_UP);
}

/** Runs each step as a program of its own, on a device that has computed when `run` returns. */
function timeAlone(
  device: Device,
  program: Program,
  inputs: readonly Buffer[],
  outputs: readonly Buffer[],
  allocate: (size: number) => Buffer,
  runs: number,
): Times {
  const buffers = { input: inputs, output: outputs, scratch: program.scratch.map(allocate) };
  const bufferOf = ({ kind, number }: Slot) => buffers[kind][number];
  const steps = program.steps.map((step) => {
    const { alone, reads, writes } = aloneOf(step, bufferOf);
    return { executable: device.compile(alone), reads, writes };
  });
  const times: number[][] = [];
  try {
    for (let run = 0; run < WARM_UP + runs; run++) {
      times.push(steps.map(({ executable, reads, writes }) => {
        const began = performance.now();
        executable.run(reads, writes);
        return performance.now() - began;
      }));
    }
  } finally {
    for (const { executable } of steps) executable.free();
  }
  return times.slice(WARM_UP);
}

/** A step as a program, and its buffers. What it reads and overwrites is donated. */
function aloneOf({ kernel, reads, writes }: Step, bufferOf: (slot: Slot) => Buffer) {
  const read: Buffer[] = [], written = writes.map(bufferOf);
  const slotsRead = reads.map((slot): Slot => ({
    kind: "input",
    number: placeIn(read, bufferOf(slot)),
  }));
  const donors = written.map((buffer) => read.includes(buffer) ? read.indexOf(buffer) : undefined);
  const alone: Program = {
    steps: [{
      kernel,
      reads: slotsRead,
      writes: donors.map((donor, number): Slot =>
        donor === undefined ? { kind: "output", number } : { kind: "input", number: donor }
      ),
    }],
    inputs: read.map(({ size }) => size),
    outputs: donors.map((donor) => ({ size: sizeOf(kernel.space), donor })),
    scratch: [],
  };
  return { alone, reads: read, writes: written };
}

function profileOf({ steps }: Program, times: Times, how: string): Profile {
  const median = (numbers: readonly number[]) =>
    numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
  const kernels = steps.map(({ kernel }, i): KernelTime => ({
    number: i + 1,
    kind: kernel.kind,
    name: kernel.name,
    milliseconds: median(times.map((run) => run[i])),
    operations: operationsOf(kernel),
    bytes: bytesOf(kernel),
  })).sort((a, b) => b.milliseconds - a.milliseconds);
  const milliseconds = kernels.reduce((sum, kernel) => sum + kernel.milliseconds, 0);
  const rate = (count: number, { milliseconds }: KernelTime) =>
    count > 0 && milliseconds > 0 ? (count / milliseconds / 1e6).toPrecision(3) : "–";
  const rows = kernels.map((kernel) => [
    `${kernel.number}`,
    kernel.kind,
    kernel.milliseconds.toFixed(3),
    `${(100 * kernel.milliseconds / milliseconds || 0).toFixed(1)} %`,
    rate(kernel.operations, kernel),
    rate(kernel.bytes, kernel),
    amount(kernel.operations),
    amount(kernel.bytes),
    kernel.name,
  ]);
  const names = ["", "kind", "ms", "share", "GFLOP/s", "GB/s", "operations", "bytes", "computes"];
  const text = [
    `${how}, ${milliseconds.toFixed(3)} ms in ${counted(kernels.length, "kernel")}`,
    "",
    ...table([names, ...rows]),
  ].join("\n");
  return { kernels, milliseconds, text };
}
