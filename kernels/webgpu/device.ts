/**
 * Opening a GPU: finding an adapter, and checking that it computes right.
 *
 * ```ts ignore
 * const device = await openWebgpu();
 * console.log(device.description);
 * ```
 *
 * @module
 */
import type { Device } from "../device.ts";
import { adviceAt, here } from "./advice.ts";
import { MOST_BUFFERS, WebgpuDevice } from "./gpu.ts";
import { checkNumbers } from "./self_test.ts";
import {
  type Choose,
  chooseForHardware,
  chooseInSoftware,
  TURNS_IN_SOFTWARE,
} from "./emit/variants.ts";

/** Options of a WebGPU device. */
export interface WebgpuOptions {
  /**
   * If there is no hardware adapter, take one that computes on the CPU (llvmpipe, SwiftShader),
   * which is slow.
   */
  readonly software?: boolean;
  /**
   * The limits to ask for: `useful`, as large as is of use, or `default`, what every adapter has.
   */
  readonly limits?: "useful" | "default";
  /** How to compute products; unless given, the adapter decides. */
  readonly choose?: Choose;
}

/**
 * Finds a hardware adapter, or a software adapter if the options allow that; undefined if there is
 * none.
 */
export async function findAdapter(
  { software = false }: WebgpuOptions = {},
): Promise<GPUAdapter | undefined> {
  const gpu = globalThis.navigator?.gpu;
  if (gpu === undefined) return undefined;
  const best = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (best !== null && (software || !isSoftware(best))) return best;
  if (!software) return undefined;
  return await gpu.requestAdapter({ forceFallbackAdapter: true }) ?? undefined;
}

function isSoftware({ info }: GPUAdapter): boolean {
  const names = [info.vendor, info.architecture, info.device, info.description].join(" ");
  return info.isFallbackAdapter || /llvmpipe|swiftshader|basic render/i.test(names);
}

/** The descriptions of adapters whose numbers were checked in this process. */
const checked = new Set<string>();

/**
 * Opens a GPU.
 *
 * @throws {Error} where there is none, or it computes wrong numbers.
 */
export async function openWebgpu(options: WebgpuOptions = {}): Promise<Device> {
  const adapter = await findAdapter(options);
  if (adapter === undefined) {
    throw new Error(
      options.software
        ? `Cannot open a WebGPU device: ${adviceAt(here())}`
        : "Cannot open a WebGPU device: there is no hardware adapter; pass { software: true } to take a software adapter",
    );
  }
  const { vendor, description, architecture } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const software = isSoftware(adapter);
  const title = `${name} by WebGPU${software ? ", in software" : ""}`;
  const device = new WebgpuDevice(await requestDevice(adapter, options), title, {
    choose: options.choose ?? (software ? chooseInSoftware : chooseForHardware),
    mostTurns: software ? TURNS_IN_SOFTWARE : Infinity,
  });
  if (!checked.has(title)) {
    try {
      await checkNumbers(device);
    } catch (error) {
      device.close();
      throw error;
    }
    checked.add(title);
  }
  return device;
}

/** Asks for a device with the limits that are of use, and with timestamps, for `profile`. */
function requestDevice(adapter: GPUAdapter, { limits }: WebgpuOptions): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  const useful = {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage: Math.min(maxStorageBuffersPerShaderStage, MOST_BUFFERS),
  };
  return adapter.requestDevice({
    requiredLimits: limits === "default" ? {} : useful,
    requiredFeatures: adapter.features.has("timestamp-query") ? ["timestamp-query"] : [],
  });
}
