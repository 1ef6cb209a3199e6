/**
 * What devices make of a program, as text: JavaScript, WGSL and WebAssembly.
 *
 * @module
 */
import { compileProgram } from "../../kernels/cpu/program.ts";
import type { Program, Slot } from "../../kernels/device.ts";
import { slotName } from "../../kernels/describe.ts";
import { functionText } from "../../kernels/reference/device.ts";
import { launchesOf } from "../../kernels/webgpu/emit/launches.ts";
import { type Choose, chooseForHardware } from "../../kernels/webgpu/emit/variants.ts";
import { bind } from "../../kernels/webgpu/program.ts";
import { disassemble } from "./wasm_text.ts";

/** Each kernel as the reference device runs it, a JavaScript function of its buffers. */
export function javascriptText({ steps }: Program): string {
  return steps.map(({ kernel, reads, writes }, i) => {
    const buffers = [...writes, ...reads].map(slotName).join(", ");
    return `// kernel ${i + 1}: ${kernel.name}, called with ${buffers}\n` +
      indented(functionText(kernel));
  }).join("\n\n");
}

/** Code with a block a level of two spaces. */
function indented(code: string): string {
  let depth = 0;
  return code.split("\n").map((line) => {
    if (line.startsWith("}")) depth--;
    const text = "  ".repeat(depth) + line;
    if (line.endsWith("{")) depth++;
    return text;
  }).join("\n");
}

/** Each launch of each kernel as a GPU runs it. @param choose how it computes products */
export function wgslText(program: Program, choose: Choose = chooseForHardware): string {
  const scratch = [...program.scratch];
  const between = (size: number): Slot => ({ kind: "scratch", number: scratch.push(size) - 1 });
  return program.steps.flatMap((whole, i) => {
    const launches = launchesOf(whole, choose, between);
    return launches.map(({ step, emit }, launch) => {
      const { bindings, slots } = bind(step);
      const { code, grid } = emit(bindings);
      const part = launches.length === 1 ? "" : `, launch ${launch + 1} of ${launches.length}`;
      const groups = `${grid.join(" × ")} workgroups`;
      return `// kernel ${i + 1}: ${whole.kernel.name}${part}, ${groups}; ` +
        `bindings ${slots.map(slotName).join(" ")}\n${code.trim()}`;
    });
  }).join("\n\n");
}

/** The functions of the program's WebAssembly module, as the cpu device runs them on one thread. */
export function wasmText(program: Program): string {
  return disassemble(compileProgram(program, false).bytes)
    .map(({ name, lines }) =>
      [`(func ${name}`, ...lines.map((line) => `  ${line}`), ")"].join("\n")
    ).join("\n\n");
}
