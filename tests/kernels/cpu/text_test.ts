/**
 * The text of WebAssembly: the example in the documentation of maps is what the emitter writes.
 *
 * @module
 */
import { assertStringIncludes } from "@std/assert";
import { explain, mul, type Tensor, zeros } from "../../../mod.ts";

Deno.test("the loop of a product of [4, 6] and [6] is the one that the documentation shows", async () => {
  const product = (x: Tensor, y: Tensor) => mul(x, y);
  const text = explain(product, { as: "wasm" })(zeros([4, 6]), zeros([6]));
  const file = new URL("../../../kernels/cpu/emit/map.ts", import.meta.url);
  const [, example] = (await Deno.readTextFile(file)).match(/```wat\n([^]*?) \* ```/)!;
  assertStringIncludes(text.replaceAll(/^ +/gm, ""), example.replaceAll(/^ \* +/gm, ""));
});
