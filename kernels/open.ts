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
 * - `cpu`: WebAssembly SIMD;
 * - `webgpu`: WebGPU, on a software adapter where there is no other;
 * - `reference`: float64 in plain JavaScript, slow and obviously right.
 */
export type DeviceName = "auto" | "cpu" | "webgpu" | "reference";

/**
 * Opens a device. It is closed by its `close` method.
 *
 * @throws {Error} for `webgpu` where there is no adapter at all.
 */
export async function openDevice(name: DeviceName = "auto"): Promise<Device> {
  switch (name) {
    case "auto":
      return await findAdapter() === undefined ? openCpu() : await openWebgpu();
    case "cpu":
      return openCpu();
    case "webgpu":
      return await openWebgpu({ software: true });
    case "reference":
      return openReference();
  }
}
