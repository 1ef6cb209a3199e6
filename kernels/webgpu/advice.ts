/**
 * What helps where there is no WebGPU adapter, which differs between runtimes and browsers.
 *
 * @module
 */

/** Where a program runs, as far as WebGPU is concerned. */
export interface Environment {
  /** As in `navigator.userAgent`; Node 20 and older have none. */
  readonly userAgent?: string;
  /** Whether there is `navigator.gpu`. */
  readonly hasWebgpu: boolean;
  /** Whether a page was served by https or from this machine; undefined outside of pages. */
  readonly isSecure?: boolean;
}

/** The environment of this program. */
export function here(): Environment {
  const { navigator, isSecureContext: isSecure } = globalThis as Partial<typeof globalThis> & {
    readonly isSecureContext?: boolean;
  };
  return { userAgent: navigator?.userAgent, hasWebgpu: navigator?.gpu !== undefined, isSecure };
}

/** Why there is no adapter in an environment, and what helps. */
export function adviceAt({ userAgent = "Node.js", hasWebgpu, isSecure }: Environment): string {
  if (userAgent.startsWith("Node.js")) return "Node has no WebGPU; the cpu device works there";
  if (userAgent.startsWith("Deno")) {
    return "there is no adapter; on Linux install a Vulkan driver (Debian's mesa-vulkan-drivers also computes without a GPU)";
  }
  if (isSecure === false) {
    return "browsers offer WebGPU only to pages from https or from localhost";
  }
  const chromium = "Chrome and Edge on Linux need the flag chrome://flags/#enable-unsafe-webgpu";
  return hasWebgpu
    ? `this browser has no adapter; ${chromium}, and chrome://gpu or about:support tells what is missing`
    : `this browser has no WebGPU; current versions of Chrome, Edge, Firefox and Safari have it (${chromium})`;
}
