/**
 * Opening a GPU: finding an adapter, checking that it computes right, and measuring which variants of a product it likes.
 *
 * ```ts ignore
 * const device = await openWebgpu();
 * console.log(device.description);
 * ```
 *
 * @module
 */
import type { Device } from "../device.ts";
import { DeviceLostError } from "./errors.ts";
import { WebgpuDevice } from "./gpu.ts";
import { checkNumbers } from "./self_test.ts";
import { subgroupSizeOf, subgroupVariantsOf } from "./subgroups.ts";
import { measureSpeeds } from "./tune.ts";
import {
  type Choose,
  chooseInSoftware,
  chooserBy,
  type Speed,
  TEAMS,
  TURNS_IN_SOFTWARE,
  type Variant,
} from "./variants.ts";

export { DeviceLostError };

/** Which adapters to take, and what of them to use. */
export interface WebgpuOptions {
  /** Where there is no hardware adapter, take one that computes on the CPU (llvmpipe, SwiftShader): slow. */
  readonly software?: boolean;
  /** The limits to ask for: as much as is of use (the default), or what every adapter has, for tests. */
  readonly limits?: "useful" | "default";
  /** How to compute products, for tests. */
  readonly choose?: Choose;
  /** Whether to measure the variants of a product; unless given, on hardware. */
  readonly tune?: boolean;
}

/** Finds a hardware adapter, else a software adapter if that will do; undefined if there is none. */
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

/** Adapters whose numbers were checked in this process, by description. */
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
        ? "Cannot open a WebGPU device: there is no adapter (Debian's mesa-vulkan-drivers has one in software)"
        : "Cannot open a WebGPU device: there is no hardware adapter; software adapters are used only on request",
    );
  }
  const gpu = await requestDevice(adapter, options);
  const { vendor, description, architecture } = adapter.info;
  const name = description || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter";
  const title = `${name} by WebGPU${isSoftware(adapter) ? ", in software" : ""}`;
  const software = isSoftware(adapter);
  const choose = options.choose ?? await chooser(gpu, adapter.info, title, software, options.tune);
  const mostTurns = software ? TURNS_IN_SOFTWARE : Infinity;
  const device = new WebgpuDevice(gpu, title, { choose, mostTurns });
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

/** More buffers per kernel than this are not asked for. */
const MOST_BUFFERS = 32;

/** Asks for a device with the features and limits that are of use. */
export async function requestDevice(
  adapter: Pick<GPUAdapter, "features" | "limits" | "info" | "requestDevice">,
  { limits }: WebgpuOptions = {},
): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  const useful = {
    maxBufferSize,
    maxStorageBufferBindingSize,
    maxStorageBuffersPerShaderStage: Math.min(maxStorageBuffersPerShaderStage, MOST_BUFFERS),
  };
  const request = (...features: GPUFeatureName[]) =>
    adapter.requestDevice({
      requiredLimits: limits === "default" ? {} : useful,
      requiredFeatures: adapter.features.has("timestamp-query")
        ? [...features, "timestamp-query"]
        : features,
    });
  if (subgroupSizeOf(adapter.info) === undefined) return await request();
  try {
    return await request("subgroups");
  } catch (error) {
    // Deno 2.9 does not list this feature even where it has it, so that only the request can tell.
    if (!(error instanceof TypeError) || adapter.features.has("subgroups")) throw error;
    return await request();
  }
}

/** What was measured in this process, by description; later devices of an adapter choose like its first. */
const measured = new Map<string, ReadonlyMap<Variant, Speed>>();

async function chooser(
  device: GPUDevice,
  info: GPUAdapterInfo,
  title: string,
  software: boolean,
  tune = !software,
): Promise<Choose> {
  if (!tune) return software ? chooseInSoftware : chooserBy(TEAMS);
  let speeds = measured.get(title);
  if (speeds === undefined) {
    speeds = await measureSpeeds(
      device,
      software ? 128 : 2048,
      await subgroupVariantsOf(device, info),
    );
    measured.set(title, speeds);
  }
  return chooserBy(speeds);
}
