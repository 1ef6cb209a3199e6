/**
 * Opening a device by name.
 *
 * @module
 */
import { openCpu } from "./cpu/device.ts";
import type { Device } from "./device.ts";
import { openReference } from "./reference/device.ts";
import { findAdapter, openWebgpu } from "./webgpu/device.ts";

/**
 * - `auto`: a GPU where there is a hardware WebGPU adapter, else the CPU;
 * - `cpu`: WebAssembly SIMD, on all processors;
 * - `webgpu`: WebGPU, on a software adapter where there is no other;
 * - `reference`: float64 in plain JavaScript, slow and obviously right.
 */
export type DeviceName = "auto" | "cpu" | "webgpu" | "reference";

/**
 * Opens a device. It is closed by its `close` method.
 *
 * @param options `threads`: how many the CPU may use, 1 … 16; as many as it has processors unless given
 * @throws {Error} for `webgpu` where there is no adapter at all; {RangeError} where an option is out of range.
 */
export async function openDevice(
  name: DeviceName = "auto",
  options: { readonly threads?: number } = {},
): Promise<Device> {
  switch (name) {
    case "auto":
      return await findAdapter() === undefined ? openCpu(options) : await openWebgpu();
    case "cpu":
      return openCpu(options);
    case "webgpu":
      return await openWebgpu({ software: true });
    case "reference":
      return openReference();
  }
}
