/**
 * Whether relaxed SIMD exists here: a multiplication and an addition in one instruction, and a
 * quicker select.
 *
 * @module
 */
import { FunctionBuilder } from "./assembler.ts";
import { ModuleBuilder } from "./module.ts";

/** Found once, by validating a function with such an instruction. */
export const hasRelaxed: boolean = typeof WebAssembly === "object" && (() => {
  const fn = new FunctionBuilder("probe", 0);
  const x = fn.local("v128");
  fn.code.get(x).get(x).get(x).op("f32x4.relaxed_madd").set(x);
  const module = new ModuleBuilder();
  module.add(fn);
  return WebAssembly.validate(module.finish());
})();
