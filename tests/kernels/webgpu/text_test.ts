/**
 * The text of shaders: the example in the documentation of the emitter is what the emitter writes.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { axisIndex } from "../../../kernels/indexing.ts";
import type { MapKernel } from "../../../kernels/kernel.ts";
import { load, mul } from "../../../kernels/scalar.ts";
import { emitMap } from "../../../kernels/webgpu/emit/emitter.ts";
import { kernelOf, loadOf } from "./helpers.ts";

Deno.test("the shader of a product of [4, 6] and [6] is the one that the documentation shows", async () => {
  const space = [4, 6];
  const kernel = kernelOf({
    ...{ kind: "map", name: "mul", space, dtype: "float32", loads: ["float32", "float32"] },
    value: mul(loadOf(0, space), load(1, axisIndex(1, 6), "float32")),
  }) as MapKernel;
  const { code, grid } = emitMap(kernel, [1, 2]);
  const file = new URL("../../../kernels/webgpu/emit/emitter.ts", import.meta.url);
  const [, example] = (await Deno.readTextFile(file)).match(/```wgsl\n([^]*?) \* ```/)!;
  const head = `// mul
@group(0) @binding(0) var<storage, read_write> output0: array<f32>;
@group(0) @binding(1) var<storage, read> input1: array<f32>;
@group(0) @binding(2) var<storage, read> input2: array<f32>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
`;
  assertEquals(code, `${head}${example.replaceAll(/^ \* /gm, "  ")}}`);
  assertEquals(grid, [1, 1]);
});
