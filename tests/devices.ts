/**
 * The devices that the suite runs on: all that can be opened here. A device that is missing says why, once, and its tests
 * are reported as ignored.
 *
 * @module
 */
import type { Device } from "../kernels/device.ts";
import { openCpu } from "../kernels/cpu/device.ts";
import { openReference } from "../kernels/reference/device.ts";
import { openWebgpu } from "../kernels/webgpu/device.ts";

/** The name of a device. */
export type Name = Device["name"];

/** Opens a device; software adapters are good enough for a test. */
export async function openByName(name: Name): Promise<Device> {
  switch (name) {
    case "reference":
      return openReference();
    case "cpu":
      return openCpu();
    case "webgpu":
      return await openWebgpu({ software: true });
  }
}

const names: readonly Name[] = ["reference", "cpu", "webgpu"];
const opened = new Map<Name, Device>();
for (const name of names) {
  try {
    opened.set(name, await openByName(name));
  } catch (error) {
    console.log(`Skipping the ${name} device: ${error instanceof Error ? error.message : error}`);
  }
}
globalThis.addEventListener("unload", () => opened.forEach((device) => device.close()));

/** The devices that could be opened. */
export const devices: readonly Device[] = [...opened.values()];

/** Those of float32; the reference device computes in float64. */
export const float32Devices: readonly Device[] = devices.filter((d) => d.name !== "reference");

/** A device of float64, against which the others are held. */
export const reference: Device = opened.get("reference")!;

/** Settings of {@linkcode onEveryDevice}. */
export interface Where {
  /** The devices that the test is for, all unless given. */
  readonly only?: readonly Name[];
}

/** Registers a test for each device: "… on reference", "… on cpu", "… on webgpu". */
export function onEveryDevice(
  title: string,
  test: (device: Device) => void | Promise<void>,
  { only = names }: Where = {},
): void {
  for (const name of only) {
    const device = opened.get(name);
    Deno.test({
      name: `${title} on ${name}`,
      ignore: device === undefined,
      fn: () => test(device!),
    });
  }
}
