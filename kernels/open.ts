/**
 * Opening a device by name.
 *
 * @module
 */
import { openCpu } from "./cpu/device.ts";
import { NoRoomError } from "./cpu/memory.ts";
import type { Device } from "./device.ts";
import { openReference } from "./reference/device.ts";
import { findAdapter, openWebgpu } from "./webgpu/device.ts";

/**
 * - `auto`: a GPU where there is a hardware WebGPU adapter that computes right, else the CPU;
 * - `cpu`: WebAssembly SIMD, on all processors;
 * - `webgpu`: WebGPU, on a software adapter where there is no other;
 * - `reference`: float64 in plain JavaScript, slow and obviously right.
 */
export type DeviceName = "auto" | Device["name"];

/** Settings of {@linkcode openDevice}. */
export interface DeviceOptions {
  /** The number of threads of the CPU, 1 … 16; the number of its processors unless given. */
  readonly threads?: number;
}

/**
 * Opens a device. It is closed by its `close` method.
 *
 * @throws {Error} for `webgpu` where there is no adapter at all, and for `cpu` where WebAssembly is
 * forbidden; {RangeError} where no device has that name, an option is out of range, or there is no
 * room for another cpu device's memory.
 */
export async function openDevice(
  name: DeviceName = "auto",
  options: DeviceOptions = {},
): Promise<Device> {
  if (!DEVICE_NAMES.includes(name)) {
    const [last, ...others] = DEVICE_NAMES.map((known) => `"${known}"`).reverse();
    const text = typeof name === "string" || name === null ? JSON.stringify(name) : typeof name;
    throw new RangeError(
      `Cannot open a device by ${text}: its name is ${others.reverse().join(", ")} or ${last}`,
    );
  }
  return await openers[name](options);
}

const openers: Readonly<
  Record<DeviceName, (options: DeviceOptions) => Device | Promise<Device>>
> = {
  auto: openBest,
  cpu: openCpuInRoom,
  webgpu: () => openWebgpu({ software: true }),
  reference: openReference,
};

/** All names of devices. */
export const DEVICE_NAMES = /* @__PURE__ */ Object.keys(openers) as readonly DeviceName[];

/** A GPU that was found but does not work is reported, since the CPU may be slower. */
async function openBest(options: DeviceOptions): Promise<Device> {
  if (await findAdapter() === undefined) return await openCpuInRoom(options);
  try {
    return await openWebgpu();
  } catch (error) {
    console.warn(`${error instanceof Error ? error.message : error}; going on with the CPU`);
    return await openCpuInRoom(options);
  }
}

/**
 * Where WebAssembly has no room for another memory, waits for the collector to free those of
 * forgotten devices.
 */
async function openCpuInRoom(options: DeviceOptions): Promise<Device> {
  for (let attempt = 0;; attempt++) {
    try {
      return openCpu(options);
    } catch (error) {
      if (!(error instanceof NoRoomError && attempt < 5)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
