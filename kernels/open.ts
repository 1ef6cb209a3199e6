/**
 * Opening a device by name.
 *
 * @module
 */
import type { Device } from "./device.ts";
import { openCpu } from "./cpu/device.ts";
import { openReference } from "./reference/device.ts";
import { openWebgpu } from "./webgpu/device.ts";

/** `auto` is a hardware WebGPU adapter where there is one, else the CPU. */
export type DeviceName = "auto" | "reference" | "cpu" | "webgpu";

/** Opens a device. */
export async function openDevice(name: DeviceName = "auto"): Promise<Device> {
  switch (name) {
    case "reference":
      return openReference();
    case "cpu":
      return openCpu();
    case "webgpu":
      return await openWebgpu({ software: true });
    case "auto":
      return openCpu();
  }
}
