/**
 * Runs graphs: compiles the expressions under some roots, once for each structure, and launches
 * them on a device.
 *
 * @module
 */
import type { Buffer, Device, Executable, Program } from "../kernels/device.ts";
import { type Node, sizeOf } from "../kernels/graph.ts";
import { compile } from "../kernels/compiler/compile.ts";
import type { Storage } from "./storage.ts";

/** A node that may hold its contents already. */
export interface Value extends Node {
  readonly inputs: readonly Value[];
  /**
   * The contents of a leaf; undefined for other nodes, and for the parameters of a function that is
   * being traced.
   */
  readonly storage: Storage | undefined;
}

/** The number of compiled structures that a device keeps. */
const CACHE_SIZE = 256;
const caches = new WeakMap<Device, Map<string, Executable>>();

let openDefault: (() => Device) | undefined;
let defaultDevice: Device | undefined;

/**
 * Sets what opens the device for expressions of host data alone. It is called when that device is
 * first needed.
 */
export function setDefaultDevice(open: () => Device): void {
  openDefault = open;
  defaultDevice = undefined;
}

/**
 * The device that the leaves of some graphs live on; the default device where they are all host
 * data.
 */
export function deviceOf(leaves: readonly Value[]): Device {
  for (const leaf of leaves) {
    const home = leaf.storage?.home;
    if (home !== undefined) return home;
  }
  if (openDefault === undefined) {
    throw new Error(
      "Cannot compute: no device is set for host data. Importing mod.ts sets the CPU",
    );
  }
  return defaultDevice ??= openDefault();
}

/**
 * Computes the roots, on the device of their leaves unless another is given, and returns a buffer
 * for each.
 *
 * @param order the nodes under the roots, each after its inputs
 */
export function evaluate(
  order: readonly Value[],
  roots: readonly Value[],
  device?: Device,
): Buffer[] {
  const leaves = order.filter((node) => node.lowering.kind === "leaf");
  const target = device ?? deviceOf(leaves);
  const executable = cached(
    target,
    structureOf(order, roots),
    () => target.compile(compile(roots, leaves, target.traits)),
  );
  const outputs = roots.map((root) => ({ size: sizeOf(root.shape) }));
  return launch(target, executable, leaves.map((leaf) => bufferOf(leaf, target)), outputs);
}

/**
 * Runs a program and returns the buffers of its outputs: new buffers, or those of the inputs that
 * donate theirs. If the run fails, for want of memory say, the new buffers are freed.
 */
export function launch(
  device: Device,
  executable: Executable,
  inputs: readonly Buffer[],
  outputs: Program["outputs"],
): Buffer[] {
  const made: Buffer[] = [];
  try {
    const results = outputs.map(({ size, donor }) => {
      if (donor !== undefined) return inputs[donor];
      made.push(device.allocate(size));
      return made[made.length - 1];
    });
    executable.run(inputs, results);
    return results;
  } catch (error) {
    for (const buffer of made) buffer.free();
    throw error;
  }
}

/** The buffer of a leaf on a device. */
export function bufferOf(leaf: Value, device: Device): Buffer {
  if (leaf.storage === undefined) {
    throw new Error(
      "Cannot read a tensor while its function is being traced: return it, and read the result of the call",
    );
  }
  return leaf.storage.on(device);
}

/** Everything that a compiled program depends on, as text. */
function structureOf(order: readonly Value[], roots: readonly Value[]): string {
  const numbers = new Map(order.map((node, i) => [node, i]));
  const number = (node: Value) => numbers.get(node)!;
  const lines = order.map((n) => `${n.label};${n.dtype};${n.shape};${n.inputs.map(number)}`);
  return `${lines.join("\n")}\n${roots.map(number)}`;
}

function cached(device: Device, key: string, compile: () => Executable): Executable {
  let cache = caches.get(device);
  if (cache === undefined) caches.set(device, cache = new Map());
  const executable = cache.get(key) ?? compile();
  // A map keeps the order of insertion. Every use moves an entry to the end, so the first is the
  // one unused for longest.
  cache.delete(key);
  cache.set(key, executable);
  if (cache.size > CACHE_SIZE) {
    const [oldest, unused] = cache.entries().next().value!;
    cache.delete(oldest);
    unused.free();
  }
  return executable;
}
