/**
 * The drawing of the running example as an expression, as a graph, as a kernel, and as machine
 * code.
 *
 * @module
 */
import { topologicalOrder } from "../../kernels/graph.ts";
import type { MatmulKernel } from "../../kernels/kernel.ts";
import { Picture } from "./picture.ts";
import { exampleExpression, exampleProgram, NAMES } from "./programs.ts";
import { formulaText } from "../../lib/seeing/formula.ts";
import { sourcesOf, wasmText, wgslText } from "./texts.ts";

/** The running example as an expression, as a graph, as a kernel, and as machine code. */
export function representations(): Picture {
  const picture = new Picture(1000, 350, "Four representations of softplus(x·w + b)");
  const panels = [
    { x: 16, width: 150, title: "1 expression", who: "lib/ops" },
    { x: 198, width: 204, title: "2 graph", who: "lib/tensor.ts" },
    { x: 434, width: 224, title: "3 kernel", who: "kernels/compiler" },
    { x: 690, width: 294, title: "4 code", who: "kernels/webgpu, kernels/cpu" },
  ];
  panels.forEach(({ x, width, title, who }, i) => {
    picture.text(x, 24, title, { bold: true, size: 14 });
    picture.text(x, 42, `made by ${who}`, { size: 11 });
    picture.box(x, 54, width, 280, { line: "faint" });
    if (i > 0) picture.line([x - 28, 184], [x - 4, 184], { arrow: true });
  });
  const code = { code: true, size: 11 }, note = { size: 11 };

  picture.lines(28, 80, ["softplus(", "  add(", "    matmul(x, w),", "    b,", "  ),", ")"], code);
  picture.lines(28, 230, [
    "Nothing is computed:",
    "each call makes an",
    "object that names",
    "its inputs.",
  ], note);

  drawGraph(picture, 300, 84);

  const program = exampleProgram();
  const kernel = program.steps[0].kernel as MatmulKernel;
  picture.lines(446, 80, [
    `${kernel.kind}, space [${kernel.space.join(", ")}]`,
    `over [${kernel.over}]`,
    "",
    ...formulaText(kernel, sourcesOf(NAMES)).replace(" = ", " =\n  ").replace("(Σ", "(\n    Σ")
      .replace(" + b", "\n    + b").replace(/\)$/, "\n  )").split("\n"),
  ], code);
  picture.lines(446, 230, [
    "One kernel for four ops: an index",
    "space, loads, a sum over k, and",
    "one store.",
  ], note);

  picture.text(702, 80, "WGSL, some lines", { bold: true, size: 11 });
  const shader = wgslText(program).split("\n");
  picture.lines(
    702,
    98,
    pick(shader, /for \(var k/, /sum0_0 \+=/, /let v0 = input/, /result \+/, /= softplus_f32\(/),
    code,
  );
  picture.text(702, 192, "WebAssembly, some lines", { bold: true, size: 11 });
  const loop = wasmText(program);
  picture.lines(
    702,
    210,
    pick(loop, /v128\.load\b/, /load32_splat/, /madd|f32x4\.mul/, /v128\.store/)
      .flatMap((line) => line.replaceAll(/ {2}(?=(f32x4|v128)\.)/g, "\n  ").split("\n")),
    { ...code, size: 10 },
  );
  return picture;
}

/** The first line like each of some patterns. */
function pick(lines: readonly string[], ...patterns: readonly RegExp[]): string[] {
  return patterns.map((pattern) => {
    const line = lines.find((line) => pattern.test(line));
    if (line === undefined) {
      throw new Error(`The drawing shows a line like ${pattern}: there is none`);
    }
    return line.trim();
  });
}

/** The nodes of the running example below their inputs, the middle of the last one at x. */
function drawGraph(picture: Picture, x: number, y: number): void {
  const order = topologicalOrder([exampleExpression()]);
  const names = NAMES.values();
  const places = new Map<unknown, readonly [x: number, y: number]>();
  let leaves = 0;
  for (const node of order) {
    const inputs = node.inputs.map((input) => places.get(input)!);
    const middle = inputs.reduce((sum, [x]) => sum + x, 0) / inputs.length;
    const below = Math.max(...inputs.map(([, y]) => y)) + 66;
    const isLeaf = inputs.length === 0;
    places.set(node, isLeaf ? [x - 60 + 60 * leaves++, y] : [middle, below]);
  }
  for (const node of order) {
    const [x, y] = places.get(node)!;
    for (const input of node.inputs) {
      const [fromX, fromY] = places.get(input)!;
      picture.line([fromX, fromY + 11], [x + (fromX - x) / 4, y - 12], { arrow: true });
    }
  }
  for (const node of order) {
    const [x, y] = places.get(node)!;
    const isLeaf = node.inputs.length === 0;
    const label = isLeaf ? names.next().value! : node.label.split(" ")[0];
    const width = isLeaf ? 30 : 74;
    const fill = isLeaf ? "faint" : "paper";
    picture.box(x - width / 2, y - 11, width, 22, { fill });
    picture.text(x, y + 4, label, { code: true, size: 11, anchor: "middle" });
  }
}
