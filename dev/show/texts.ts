/**
 * The parts of a program's code that the READMEs show.
 *
 * @module
 */
import { compileProgram } from "../../kernels/cpu/program.ts";
import type { Program } from "../../kernels/device.ts";
import { launchesOf } from "../../kernels/webgpu/emit/launches.ts";
import { chooseInSoftware } from "../../kernels/webgpu/emit/variants.ts";
import type { Source } from "../../lib/seeing/formula.ts";
import { disassemble } from "../../lib/seeing/wasm_text.ts";

/** Buffers by their names, to be read by their positions in memory. */
export const sourcesOf = (names: readonly string[]): Source[] => names.map((name) => ({ name }));

/** The shader of a program's first kernel, without the functions that write out intrinsics. */
export function wgslText({ steps: [step] }: Program): string {
  const [launch] = launchesOf(step, chooseInSoftware, () => {
    throw new Error("The READMEs show shaders of one launch");
  });
  const { code } = launch.emit(step.reads.map((_, i) => step.writes.length + i));
  const left: string[] = [];
  let lines = 0;
  const shown = code.replaceAll(/^fn (\w+)[^]*?\n}\n/gm, (text, name) => {
    if (name === "finish") return text;
    left.push(name);
    lines += text.split("\n").length - 1;
    return "";
  });
  const note = `// Left out here: ${left.join(", ")}; ${lines} lines\n`;
  return left.length === 0 ? shown : shown.replace(/^fn finish/m, `${note}fn finish`);
}

/**
 * The innermost loop of a program's product, as WebAssembly text. Its locals are named a, b, c, …
 * in the order in which they occur.
 */
export function wasmText(program: Program): string[] {
  const isSum = (line: string) => /f32x4\.(relaxed_madd|mul)/.test(line);
  const { lines } = disassemble(compileProgram(program, false).bytes)
    .find(({ name, lines }) => !name.endsWith("(pack)") && lines.some(isSum))!;
  const first = lines.findIndex(isSum);
  const begin = lines.findLastIndex((line, i) => i < first && line.trim() === "loop");
  const indent = lines[begin].length - "loop".length;
  const length = lines.slice(begin).findIndex((line) => line === `${" ".repeat(indent)}end`) + 1;
  const names = new Map<string, string>();
  const nameOf = (local: string) => {
    if (!names.has(local)) names.set(local, String.fromCharCode("a".charCodeAt(0) + names.size));
    return names.get(local)!;
  };
  return lines.slice(begin, begin + length).map((line) =>
    line.slice(indent).replaceAll(
      /local\.(get|set|tee) (\d+)/g,
      (_, what, local) => `local.${what} $${nameOf(local)}`,
    )
  );
}
