/**
 * Moving the contents of trees: to a device, to the host, to the bytes of a file, and back.
 *
 * @module
 */
import type { Data, Device } from "../kernels/device.ts";
import { checkDevice, describe, isPlain } from "./checks.ts";
import { tensor } from "./create.ts";
import { decodeTensors, encodeTensors, type NamedArray } from "./safetensors.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import {
  requireTensor,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePaths,
  treeUnflatten,
} from "./tree.ts";

/** A tree with the elements of its tensors in their place. */
export type Read<T> = T extends Tensor ? Data
  : T extends object ? { [K in keyof T]: Read<T[K]> }
  : T;

/**
 * Computes all tensors of a tree in one program, and reads them; numbers stay.
 *
 * @example
 * ```ts
 * import { add, readTree, tensor } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const x = tensor([1, 2]);
 * assertEquals(await readTree({ x, twice: add(x, x) }), {
 *   x: Float32Array.of(1, 2),
 *   twice: Float32Array.of(2, 4),
 * });
 * ```
 */
export async function readTree<T>(tree: T): Promise<Read<T>> {
  const leaves = treeLeaves(tree);
  Tensor.compute(leaves.filter((leaf) => leaf instanceof Tensor));
  const contents = leaves.map((leaf) => leaf instanceof Tensor ? leaf.read() : leaf);
  return treeUnflatten<unknown>(tree, await Promise.all(contents) as never) as Read<T>;
}

/**
 * A tree whose tensors are on a device. Tensors that are there already stay as they are; the
 * others are computed where they are, and copied. The tensors of the first tree keep their
 * contents: dispose of them where memory is short.
 *
 * @example
 * ```ts
 * import { openDevice, tensor, toDevice } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const device = await openDevice("cpu");
 * const data = await toDevice({ x: tensor([1, 2, 3]) }, device);
 * assertEquals(data.x.device, device);
 * device.close();
 * ```
 * @throws {TypeError} where the device is a name or a promise, or a leaf is a number.
 */
export async function toDevice<T>(tree: T, device: Device): Promise<T> {
  checkDevice(device);
  const { leaves, paths } = treeFlatten(tree);
  const tensors = leaves.map((leaf, i) => requireTensor(leaf, paths[i]));
  Tensor.compute(tensors);
  return treeUnflatten(tree, await Promise.all(tensors.map((x) => moved(x, device))));
}

async function moved(x: Tensor, device: Device): Promise<Tensor> {
  if (x.device === device) return x;
  const data = await x.read();
  const buffer = device.allocate(x.size);
  device.write(buffer, data, x.dtype);
  return Tensor.leaf(Storage.ofBuffer(buffer, x.size, x.dtype), x.shape);
}

/**
 * A tree as the bytes of a safetensors file, which Python reads too. A tensor is named after its
 * place in the tree: `encoder.0.weights`.
 *
 * @param metadata texts to keep beside the tensors
 * @throws {TypeError} where a leaf is a number, or two leaves have the same name.
 */
export async function saveTensors(
  tree: unknown,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const names = leafNames(tree);
  const odd = names.find((name, i) => name === "__metadata__" || names.indexOf(name) < i);
  if (odd !== undefined) {
    const why = odd === "__metadata__" ? "the file keeps that name" : "two tensors have that name";
    throw new TypeError(`Cannot save ${odd}: ${why}`);
  }
  if (!isPlain(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    throw new TypeError("Cannot save metadata that is not an object of texts");
  }
  return encodeTensors({ tensors: await readArrays(tree), metadata });
}

/**
 * The tensors of the bytes of a safetensors file, by name; or a tree built like another one, whose
 * tensors have other contents.
 *
 * @example
 * ```ts
 * import { loadTensors, ones, saveTensors } from "@echograd/echograd";
 * import { assertEquals } from "@std/assert";
 * const params = { layers: [{ w: ones([2, 2]) }] };
 * const bytes = await saveTensors(params);
 * assertEquals(Object.keys(loadTensors(bytes)), ["layers.0.w"]);
 * const again = loadTensors(bytes, params);
 * assertEquals(await again.layers[0].w.array(), [[1, 1], [1, 1]]);
 * ```
 * @throws {SafetensorsError} where the bytes are no such file; {TypeError} with the name of a
 * tensor that the file or the tree has not, or that has another shape or dtype.
 */
export function loadTensors(bytes: Uint8Array): Record<string, Tensor>;
/** A tree built like another one, with the contents that a safetensors file has for its tensors. */
export function loadTensors<T>(bytes: Uint8Array, like: T): T;
export function loadTensors(bytes: Uint8Array, like?: unknown): unknown {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot load ${describe(bytes)}: it takes the bytes of a file, a Uint8Array`,
    );
  }
  const { tensors } = decodeTensors(bytes);
  if (like !== undefined) return treeOfArrays(tensors, like);
  const named = [...tensors].map(([name, array]) => [name, tensorOf(array)]);
  return Object.fromEntries(named);
}

/** The name of each leaf of a tree in a file, as PyTorch writes it: `encoder.0.weights`. */
export function leafNames(tree: unknown): string[] {
  return treePaths(tree).map((path) => path.replaceAll("[", ".").replaceAll("]", "").slice(1));
}

/** The contents of the tensors of a tree, by {@linkcode leafNames}. */
export async function readArrays(tree: unknown): Promise<Map<string, NamedArray>> {
  const { leaves, paths } = treeFlatten(tree);
  const tensors = leaves.map((leaf, i) => requireTensor(leaf, paths[i]));
  const contents = await readTree(tensors), names = leafNames(tree);
  return new Map(tensors.map(({ shape }, i) => [names[i], { shape, data: contents[i] }]));
}

/**
 * A tree built like another one, with the arrays that have the names of its leaves.
 *
 * @throws {TypeError} with the name of an array that is missing, too many, or of another shape or
 * dtype.
 */
export function treeOfArrays<T>(arrays: ReadonlyMap<string, NamedArray>, like: T): T {
  const names = leafNames(like), rest = names.values();
  const extra = [...arrays.keys()].find((name) => !names.includes(name));
  if (extra !== undefined) throw new TypeError(`Cannot load ${extra}: the tree has none`);
  return treeMap(({ shape, dtype }) => {
    const name = rest.next().value!;
    const array = arrays.get(name);
    if (array === undefined) throw new TypeError(`Cannot load ${name}: it is missing`);
    const found = tensorOf(array);
    if (found.dtype !== dtype || `${found.shape}` !== `${shape}`) {
      const right = `the tree has ${dtype} [${shape}]`;
      throw new TypeError(`Cannot load ${name}: it is ${found.dtype} [${found.shape}], ${right}`);
    }
    return found;
  }, like);
}

function tensorOf({ shape, data }: NamedArray): Tensor {
  return tensor(data, { shape, dtype: data instanceof Uint8Array ? "bool" : undefined });
}
