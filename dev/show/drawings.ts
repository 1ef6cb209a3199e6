/**
 * The drawings of kernels/README.md, each of a real program.
 *
 * @module
 */
import type { Program, Slot } from "../../kernels/device.ts";
import { topologicalOrder } from "../../kernels/graph.ts";
import type { MatmulKernel, Store } from "../../kernels/kernel.ts";
import { FLOORS } from "../floors.ts";
import { type Colour, Picture } from "./picture.ts";
import {
  exampleExpression,
  exampleProgram,
  NAMES,
  stridedProgram,
  tiledProgram,
  trainingProgram,
} from "./programs.ts";
import { formulaText, indexText, wasmText, wgslText } from "./texts.ts";

/** The drawings by their paths. */
export const drawings = (): Map<string, string> =>
  new Map([
    ["dev/figures/representations.svg", `${representations()}`],
    ["dev/figures/index.svg", `${strides()}`],
    ["dev/figures/tile.svg", `${tile()}`],
    ["dev/figures/memory.svg", `${memory(trainingProgram())}`],
    ["dev/figures/floors.svg", `${floors()}`],
  ]);

/** The running example as an expression, as a graph, as a kernel, and as machine code. */
function representations(): Picture {
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
    ...formulaText(kernel, NAMES).replace(" = ", " =\n  ").replace("(Σ", "(\n    Σ")
      .replace(" + b", "\n    + b").replace(/\)$/, "\n  )").split("\n"),
  ], code);
  picture.lines(446, 230, [
    "One kernel for four ops: an index",
    "space, loads, a sum over k, and",
    "one store.",
  ], note);

  const pick = (text: readonly string[], ...patterns: readonly RegExp[]) =>
    patterns.map((pattern) => text.find((line) => pattern.test(line))!.trim());
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

/** A [4, 6] buffer, and the elements of it that a kernel reads, in the kernel's order. */
function strides(): Picture {
  const picture = new Picture(720, 236, "An index is a sum of strides");
  const { kernel } = stridedProgram().steps[0];
  const read = loadOf(kernel.stores[0].value);
  const position = (i: number, j: number) =>
    read.at.terms.reduce(
      (at, { atom, scale }) => at + scale * (atom.kind === "axis" ? [i, j][atom.axis] : 0),
      read.at.constant,
    );
  const side = 34;
  const read2d = new Map<number, string>();
  const [rows, columns] = kernel.space;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) read2d.set(position(i, j), `${i},${j}`);
  }
  picture.text(16, 26, "mul(transpose(slice(x, [1, 2], [2, 4])), 10)", { code: true, size: 13 });
  picture.text(16, 62, "x, a buffer of 4 · 6 numbers", { size: 12, bold: true });
  for (let at = 0; at < 24; at++) {
    const x = 16 + side * (at % 6), y = 76 + side * Math.floor(at / 6);
    const isRead = read2d.has(at);
    picture.box(x, y, side, side, {
      fill: isRead ? "first" : "paper",
      strength: isRead ? 0.35 : 1,
      line: "faint",
    });
    picture.text(x + side / 2, y + 22, `${at}`, { anchor: "middle", code: true, bold: isRead });
  }
  picture.line([236, 76 + 2 * side], [292, 76 + 2 * side], { arrow: true });
  picture.text(308, 62, `out, [${rows}, ${columns}]`, { bold: true });
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const x = 308 + side * j, y = 76 + side * i;
      picture.box(x, y, side, side, { fill: "first", strength: 0.35, line: "faint" });
      picture.text(x + side / 2, y + 22, `${position(i, j)}`, { anchor: "middle", code: true });
    }
  }
  picture.text(400, 96, formulaText(kernel, ["x"]), { code: true, size: 13, bold: true });
  picture.lines(400, 124, [
    `${read.at.constant} = 6·1 + 2: where the slice begins`,
    "6: one step of j is a row of x",
    "1: one step of i is a column of x",
    "Slice and transpose copy nothing:",
    `they only changed the index, ${indexText(read.at, ["x"])}.`,
  ]);
  return picture;
}

function loadOf(expr: Store["value"]): Extract<Store["value"], { kind: "load" }> {
  if (expr.kind === "load") return expr;
  if (expr.kind !== "call") throw new Error("No load in this formula");
  return loadOf(expr.args[0]);
}

/** The tile of a product on the cpu device: what lies in registers while the loop over k runs. */
function tile(): Picture {
  const program = tiledProgram();
  const { space: [m, n], over: [k] } = program.steps[0].kernel as MatmulKernel;
  const { rows, columns } = tileSize(wasmText(program));
  const side = 14, gap = 16, left = 16;
  const top = 56 + side * k + gap; // where a and out begin
  const bLeft = left + side * k + gap; // where b and out begin
  const picture = new Picture(bLeft + side * n + 330, top + side * m + 32, "A product's tile");
  picture.text(
    16,
    26,
    `[${m}, ${k}] · [${k}, ${n}] in tiles of ${rows} rows and ${columns} columns`,
    {
      bold: true,
      size: 14,
    },
  );
  const grid = (x: number, y: number, down: number, across: number) => {
    for (let i = 0; i < down; i++) {
      for (let j = 0; j < across; j++) {
        picture.box(x + side * j, y + side * i, side, side, { line: "faint" });
      }
    }
  };
  const mark = (
    x: number,
    y: number,
    down: number,
    across: number,
    fill: Colour,
    strength: number,
  ) => picture.box(x, y, side * across, side * down, { fill, strength, line: fill });
  const now = Math.floor(k / 3); // the turn of the loop that the picture shows
  grid(left, top, m, k);
  mark(left, top, rows, k, "first", 0.12);
  mark(left + side * now, top, rows, 1, "first", 0.6);
  picture.text(left, top + side * m + 20, "a: read where it is");
  grid(bLeft, 56, k, n);
  mark(bLeft, 56, k, columns, "second", 0.12);
  mark(bLeft, 56 + side * now, 1, columns, "second", 0.6);
  grid(bLeft, top, m, n);
  mark(bLeft, top, rows, columns, "third", 0.5);
  picture.text(bLeft, top + side * m + 20, "out");
  const x = bLeft + side * n + gap;
  picture.text(x, 68, `b: packed into panels of ${columns} columns`);
  picture.lines(x, 116, [
    "one turn of the loop over k:",
    `${columns / 4} loads of 4 numbers of a panel,`,
    `${rows} numbers of a column of a, and`,
    `${rows * columns / 4} multiplications with addition,`,
    `4 numbers each`,
  ]);
  picture.lines(x, top + 14, [
    `the tile: ${rows * columns} sums, held in ${rows * columns / 4} of the`,
    "16 vector registers until k ends;",
    `each of the ${rows + columns} numbers that a turn reads`,
    `takes part in ${columns} or ${rows} multiplications`,
  ]);
  return picture;
}

/** Rows and columns of a tile, counted in the text of its loop over k. */
function tileSize(loop: readonly string[]): { rows: number; columns: number } {
  const count = (pattern: RegExp) => loop.filter((line) => pattern.test(line)).length;
  const numbers = count(/load32_splat/); // of a: rows for each turn
  const sums = count(/madd|f32x4\.mul/); // rows · vectors for each turn
  const vectors = sums / numbers;
  const turns = count(/v128\.load\b/) / vectors;
  return { rows: numbers / turns, columns: 4 * vectors };
}

/** The scratch memory of a program as bars over its steps. */
function memory(program: Program): Picture {
  const { steps, scratch } = program;
  const left = 96, top = 70, row = 24, column = 44;
  const picture = new Picture(
    left + column * steps.length + 24,
    top + row * scratch.length + 64,
    "A memory plan",
  );
  const kilobytes = (size: number) => size === 1 ? "4 bytes" : `${(4 * size / 1000).toFixed(1)} kB`;
  picture.text(
    16,
    26,
    "Scratch memory of a training step: each bar is one value, from the step that writes it to its last reader",
    { bold: true, size: 13 },
  );
  picture.text(left - 8, top - 8, "step", { anchor: "end", size: 11 });
  steps.forEach((_, i) =>
    picture.text(left + column * (i + 0.5), top - 8, `${i + 1}`, { anchor: "middle", size: 11 })
  );
  const is = (slot: Slot, number: number) => slot.kind === "scratch" && slot.number === number;
  scratch.forEach((size, number) => {
    const y = top + row * number;
    picture.text(left - 8, y + 15, `s${number}  ${kilobytes(size)}`, { anchor: "end", size: 11 });
    picture.line([left, y + row], [left + column * steps.length, y + row], { colour: "faint" });
    const writes = steps.flatMap(({ writes }, i) =>
      writes.some((slot) => is(slot, number)) ? [i] : []
    );
    writes.forEach((from, value) => {
      const next = writes[value + 1] ?? Infinity;
      const to = steps.findLastIndex(({ reads }, i) =>
        i > from && i <= next && reads.some((slot) => is(slot, number))
      );
      const reads = steps.flatMap((step, i) =>
        i > from && i <= to && step.reads.some((slot) => is(slot, number)) ? [i] : []
      );
      picture.box(left + column * from + 3, y + 4, column * (to - from + 1) - 6, row - 8, {
        fill: value % 2 === 0 ? "first" : "second",
        strength: 0.35,
        line: value % 2 === 0 ? "first" : "second",
      });
      picture.text(left + column * (from + 0.5), y + 16, "w", {
        anchor: "middle",
        size: 11,
        code: true,
      });
      for (const i of reads) {
        picture.text(left + column * (i + 0.5), y + 16, "r", {
          anchor: "middle",
          size: 11,
          code: true,
        });
      }
    });
  });
  const values = scratch.reduce(
    (n, _, number) =>
      n + steps.filter(({ writes }) => writes.some((slot) => is(slot, number))).length,
    0,
  );
  const taken = program.outputs.filter(({ donor }) => donor !== undefined).length;
  picture.lines(16, top + row * scratch.length + 32, [
    `w: written, r: read. ${values} values lie in ${scratch.length} slots: a slot is used again as soon as its value has been read for the last time.`,
    `${taken} of the ${program.outputs.length} outputs (parameters and Adam's moments) overwrite donated inputs and need no memory of their own.`,
  ], { size: 12 });
  return picture;
}

/** The floors of the house, from the roof down. */
function floors(): Picture {
  const row = 30, left = 200;
  const picture = new Picture(860, 62 + row * FLOORS.length, "The floors of the house");
  picture.text(16, 26, "A file imports only from its own floor and from those below", {
    bold: true,
    size: 14,
  });
  FLOORS.forEach(({ name, rooms }, i) => {
    const y = 44 + row * i;
    const room = rooms[0].split("/")[0];
    picture.box(16, y, 828, row - 4, {
      fill: room === "experiments" ? "second" : room === "kernels" ? "third" : "first",
      strength: 0.16,
      line: "none",
    });
    picture.text(28, y + 17, name, { bold: true });
    const shown = rooms.length > 5 ? [...rooms.slice(0, 5), "…"] : rooms.map(nameOfRoom);
    picture.text(left, y + 17, shown.join("  "), { code: true, size: 11 });
  });
  return picture;
}

/** A folder whose rooms stand on other floors is what else lies in it. */
const nameOfRoom = (room: string): string =>
  FLOORS.some(({ rooms }) => rooms.some((other) => other.startsWith(`${room}/`)))
    ? `the other files of ${room}`
    : room;
