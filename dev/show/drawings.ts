/**
 * The drawings of kernels/README.md, each of a real program.
 *
 * @module
 */
import type { Program, Slot } from "../../kernels/device.ts";
import type { MatmulKernel, Store } from "../../kernels/kernel.ts";
import { FLOORS } from "../floors.ts";
import { type Colour, Picture } from "./picture.ts";
import { stridedProgram, tiledProgram, trainingProgram } from "./programs.ts";
import { representations } from "./representations.ts";
import { formulaText, indexText } from "../../lib/seeing/formula.ts";
import { sourcesOf, wasmText } from "./texts.ts";

/** The drawings by their paths. */
export const drawings = (): Map<string, string> =>
  new Map([
    ["dev/figures/representations.svg", `${representations()}`],
    ["dev/figures/index.svg", `${strides()}`],
    ["dev/figures/tile.svg", `${tile()}`],
    ["dev/figures/memory.svg", `${memory(trainingProgram())}`],
    ["dev/figures/floors.svg", `${floors()}`],
  ]);

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
  const [rows, columns] = kernel.space;
  const cells = Array.from({ length: rows * columns }, (_, cell) => ({
    i: Math.floor(cell / columns),
    j: cell % columns,
  }));
  const readAt = new Set(cells.map(({ i, j }) => position(i, j)));
  picture.text(16, 26, "mul(transpose(slice(x, [1, 2], [2, 4])), 10)", { code: true, size: 13 });
  picture.text(16, 62, "x, a buffer of 4 · 6 numbers", { size: 12, bold: true });
  for (let at = 0; at < 24; at++) {
    const x = 16 + side * (at % 6), y = 76 + side * Math.floor(at / 6);
    const isRead = readAt.has(at);
    picture.box(x, y, side, side, {
      fill: isRead ? "first" : "paper",
      strength: isRead ? 0.35 : 1,
      line: "faint",
    });
    picture.text(x + side / 2, y + 22, `${at}`, { anchor: "middle", code: true, bold: isRead });
  }
  picture.line([236, 76 + 2 * side], [292, 76 + 2 * side], { arrow: true });
  picture.text(308, 62, `out, [${rows}, ${columns}]`, { bold: true });
  for (const { i, j } of cells) {
    const x = 308 + side * j, y = 76 + side * i;
    picture.box(x, y, side, side, { fill: "first", strength: 0.35, line: "faint" });
    picture.text(x + side / 2, y + 22, `${position(i, j)}`, { anchor: "middle", code: true });
  }
  picture.text(400, 96, formulaText(kernel, sourcesOf(["x"])), {
    code: true,
    size: 13,
    bold: true,
  });
  picture.lines(400, 124, [
    `${read.at.constant} = 6·1 + 2: where the slice begins`,
    "6: one step of j is a row of x",
    "1: one step of i is a column of x",
    "Slice and transpose copy nothing:",
    `they only changed the index, ${indexText(read.at)}.`,
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
  const title = `[${m}, ${k}] · [${k}, ${n}] in tiles of ${rows} rows and ${columns} columns`;
  picture.text(16, 26, title, { bold: true, size: 14 });
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

/** A value in scratch memory: its slot, the step that writes it, and the steps that read it. */
interface Value {
  readonly slot: number;
  readonly from: number;
  readonly reads: number[];
}

/**
 * The values that lie in the scratch memory of a program, in the order in which they are written.
 */
function valuesOf({ steps }: Program): Value[] {
  const values: Value[] = [];
  const isScratch = ({ kind }: Slot) => kind === "scratch";
  steps.forEach(({ reads, writes }, step) => {
    for (const { number } of reads.filter(isScratch)) {
      const { reads } = values.findLast(({ slot }) => slot === number)!;
      if (reads.at(-1) !== step) reads.push(step);
    }
    for (const { number } of writes.filter(isScratch)) {
      values.push({ slot: number, from: step, reads: [] });
    }
  });
  return values;
}

/** The scratch memory of a program as bars over its steps. */
function memory(program: Program): Picture {
  const { steps, scratch, outputs } = program;
  const left = 96, top = 70, row = 24, column = 44;
  const right = left + column * steps.length, bottom = top + row * scratch.length;
  const picture = new Picture(right + 24, bottom + 64, "A memory plan");
  const title =
    "Scratch memory of a training step: each bar is one value, from the step that writes " +
    "it to its last reader";
  picture.text(16, 26, title, { bold: true, size: 13 });
  picture.text(left - 8, top - 8, "step", { anchor: "end", size: 11 });
  const mark = (step: number, y: number, text: string, code = false) =>
    picture.text(left + column * (step + 0.5), y, text, { anchor: "middle", size: 11, code });
  steps.forEach((_, step) => mark(step, top - 8, `${step + 1}`));
  scratch.forEach((size, slot) => {
    const y = top + row * slot;
    const bytes = size === 1 ? "4 bytes" : `${(4 * size / 1000).toFixed(1)} kB`;
    picture.text(left - 8, y + 15, `s${slot}  ${bytes}`, { anchor: "end", size: 11 });
    picture.line([left, y + row], [right, y + row], { colour: "faint" });
  });
  const values = valuesOf(program);
  values.forEach(({ slot, from, reads }, i) => {
    const isFirst = values.findIndex((value) => value.slot === slot) === i;
    const colour = isFirst ? "first" : "second";
    const x = left + column * from + 3, y = top + row * slot;
    const width = column * ((reads.at(-1) ?? from) - from + 1) - 6;
    picture.box(x, y + 4, width, row - 8, { fill: colour, strength: 0.35, line: colour });
    mark(from, y + 16, "w", true);
    for (const step of reads) mark(step, y + 16, "r", true);
  });
  const taken = outputs.filter(({ donor }) => donor !== undefined).length;
  picture.lines(16, bottom + 32, [
    `w: written, r: read. ${values.length} values lie in ${scratch.length} slots: a slot is used ` +
    "again as soon as its value has been read for the last time.",
    `${taken} of the ${outputs.length} outputs (parameters and Adam's moments) overwrite donated ` +
    "inputs and need no memory of their own.",
  ]);
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
