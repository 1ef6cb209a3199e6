/**
 * The shaders of maps and scans: a thread computes an element of a map, or a line of a scan. Other
 * kernels have files of their own.
 *
 * What a thread does in the elementwise product of a [4, 6] buffer with a [6] buffer. Thread i
 * computes element i, whose column is i % 6; `tests/kernels/webgpu/text_test.ts` holds this text
 * against the emitter.
 *
 * ```wgsl
 * let i = id.x + id.y * 256u;
 * if (i >= 24u) { return; }
 * let v0 = input1[i];
 * let v1 = i % 6u;
 * let v2 = input2[v1];
 * let v3 = v0 * v2;
 * output0[i] = v3;
 * ```
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { MapKernel, ScanKernel } from "../../kernel.ts";
import { cascade } from "./cascade.ts";
import { type Bindings, groupFrom, KernelWriter, type Shader, threadsOf } from "../wgsl/shader.ts";
import { unsigned } from "../wgsl/wgsl.ts";
import { Block } from "../wgsl/writer.ts";

/** Writes the shader of a map. */
export function emitMap(kernel: MapKernel, bindings: Bindings): Shader {
  const root = new Block();
  const head = threadsOf(sizeOf(kernel.space), root);
  const writer = new KernelWriter(kernel, bindings, root, [groupFrom(0, kernel.space, "i", root)]);
  writer.store(root);
  return writer.shader(head);
}

/** Writes the shader of a scan: one thread walks along each line. */
export function emitScan(kernel: ScanKernel, bindings: Bindings): Shader {
  const { space, axis, exclusive, body } = kernel;
  const root = new Block();
  const loop = new Block(root);
  const others = space.map((_, other) => other).filter((other) => other !== axis);
  const sizes = others.map((other) => space[other]);
  const head = threadsOf(sizeOf(sizes), root);
  const writer = new KernelWriter(kernel, bindings, root, [
    { axes: others, sizes, counter: { text: "i", home: root } },
    groupFrom(axis, [space[axis]], "j", loop),
  ]);
  const sum = cascade(root, body.dtype, space[axis]);
  const include = sum.include(writer.value(body).text);
  if (!exclusive) loop.push(include);
  // The element may lie where the result goes, so it was read above, before this stores.
  writer.store(loop, sum.value);
  if (exclusive) loop.push(include);
  root.attach(`for (var j = 0u; j < ${unsigned(space[axis])}; j++)`, loop);
  return writer.shader(head);
}
