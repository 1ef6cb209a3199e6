/**
 * Running kernels that were built by hand, on a WebGPU device and on the reference device.
 *
 * @module
 */
import "../../fixtures/backend.ts";
import { assert, assertEquals } from "@std/assert";
import type { Data, Device, Program } from "../../../kernels/device.ts";
import * as at from "../../../kernels/indexing.ts";
import type { Kernel, Store } from "../../../kernels/kernel.ts";
import { openReference } from "../../../kernels/reference/device.ts";
import * as s from "../../../kernels/scalar.ts";
import type { DType, Index, Load } from "../../../kernels/formula.ts";
import { findAdapter, openWebgpu, type WebgpuOptions } from "../../../kernels/webgpu/device.ts";

const adapter = await findAdapter({ software: true });

/**
 * The adapter of these tests, as a text. WebGPU does not tell what is below it. Deno has OpenGL and
 * Vulkan on Linux, and of these only OpenGL does not know the size of subgroups: then Deno says
 * what the size may be at all, 4 to 128.
 */
export function adapterText(): string {
  if (adapter === undefined) return "no adapter: they are left out";
  const { description, vendor, subgroupMinSize, subgroupMaxSize } = adapter.info;
  const below = Deno.build.os !== "linux"
    ? ""
    : subgroupMinSize === 4 && subgroupMaxSize === 128
    ? " over OpenGL"
    : " over Vulkan";
  return `${description || vendor || "an adapter without a name"}${below}`;
}

/** A test on a WebGPU device, or none where there is no adapter. */
export function test(
  name: string,
  body: (device: Device) => Promise<void>,
  options: WebgpuOptions = {},
): void {
  Deno.test({
    name,
    ignore: adapter === undefined,
    fn: async () => {
      const device = await openWebgpu({ software: true, ...options });
      try {
        await body(device);
      } finally {
        device.close();
      }
    },
  });
}

/** The number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
/** The positions along all axes of a shape. */
export const axes = (shape: readonly number[]): Index[] =>
  shape.map((size, axis) => at.axisIndex(axis, size));
/** A load at all axes of a shape, row-major. */
export const loadOf = (
  buffer: number,
  shape: readonly number[],
  dtype: DType = "float32",
): Load => s.load(buffer, at.flatten(axes(shape), shape), dtype);

/** A kernel of one store. */
export type Single =
  & Store
  & (Kernel extends infer K ? K extends Kernel ? Omit<K, "stores"> : never : never);

/** The kernel with its one store. */
export const kernelOf = ({ dtype, value, ...rest }: Single): Kernel =>
  ({ ...rest, stores: [{ dtype, value }] }) as Kernel;

/** One kernel as a program: each input is one load. */
export function programOf(kernel: Single, inputs: readonly number[]): Program {
  return {
    steps: [{
      kernel: kernelOf(kernel),
      reads: inputs.map((_, number) => ({ kind: "input", number })),
      writes: [{ kind: "output", number: 0 }],
    }],
    inputs,
    outputs: [{ size: sizeOf(kernel.space) }],
    scratch: [],
  };
}

/** Runs a kernel and reads its output. */
export async function run(
  device: Device,
  kernel: Single,
  data: readonly Data[],
): Promise<Data> {
  const sizes = data.map(({ length }) => length);
  const executable = device.compile(programOf(kernel, sizes));
  const inputs = data.map((values, i) => {
    const buffer = device.allocate(sizes[i]);
    device.write(buffer, values, kernel.loads[i]);
    return buffer;
  });
  const output = device.allocate(sizeOf(kernel.space));
  executable.run(inputs, [output]);
  const values = await device.read(output, output.size, kernel.dtype);
  executable.free();
  for (const buffer of [...inputs, output]) buffer.free();
  return values;
}

/** Runs a kernel on both devices; floats must agree to `tolerance`, relative to 1 or the value. */
export async function compare(
  device: Device,
  kernel: Single,
  data: readonly Data[],
  tolerance = 1e-5,
): Promise<void> {
  const reference = openReference();
  const wide = data.map((values) =>
    values instanceof Float32Array ? new Float64Array(values) : values
  );
  const [got, want] = [await run(device, kernel, data), await run(reference, kernel, wide)];
  assertEquals(got.length, want.length);
  for (let i = 0; i < got.length; i++) {
    const same = Object.is(got[i], want[i]) ||
      Math.abs(got[i] - want[i]) <= tolerance * Math.max(1, Math.abs(want[i]));
    assert(same, `${kernel.name}: element ${i} is ${got[i]}, not ${want[i]}`);
  }
  reference.close();
}

/** Numbers in −1 … 1 that look random. */
export const noise = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => (Math.imul(i + 1, 0x9e3779b1) >> 8) / 2 ** 23);

/** Integers from −8 to 7 that look random: their sums are exact, in any order. */
export const integers = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >> 28);
