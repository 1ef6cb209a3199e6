/**
 * A program as readable text: its kernels, what each computes, reads and writes, and where
 * everything lies in memory.
 *
 * @module
 */
import type { Program, Slot } from "./device.ts";
import { sizeOf } from "./graph.ts";
import { bodiesOf, exprsOf, formulasOf, type Kernel, loadsOf, valuesOf } from "./kernel.ts";
import type { Expr } from "./formula.ts";

/** The program as a table, a line a kernel, with totals before and the buffers after it. */
export function describeProgram(program: Program): string {
  const rows = program.steps.map((step, i) => [
    `${i + 1}`,
    step.kernel.kind,
    shapeOf(step.kernel),
    amount(operationsOf(step.kernel)),
    amount(bytesOf(step.kernel)),
    `${step.reads.map(slotName).join(" ")} → ${step.writes.map(slotName).join(" ")}`,
    step.kernel.name,
  ]);
  const total = (f: (kernel: Kernel) => number) =>
    program.steps.reduce((n, { kernel }) => n + f(kernel), 0);
  const operations = total(operationsOf);
  const buffers = (sizes: readonly number[]) =>
    `${counted(sizes.length, "buffer")} of ${amount(4 * sizes.reduce((a, b) => a + b, 0))} bytes`;
  const takenOver = program.outputs.filter(({ donor }) => donor !== undefined).length;
  return [
    `${counted(rows.length, "kernel")}, ${counted(operations, "operation", amount(operations))}, ` +
    `${amount(total(bytesOf))} bytes moved`,
    "",
    ...table([
      ["", "kind", "space (over)", "operations", "bytes", "reads → writes", "computes"],
      ...rows,
    ]),
    "",
    `inputs   ${buffers(program.inputs)}`,
    `outputs  ${buffers(program.outputs.map(({ size }) => size))}, ` +
    `${takenOver} of them in place of a donated input`,
    `scratch  ${buffers(program.scratch)}`,
    ...program.scratch.map((size, i) =>
      `  s${i}  ${amount(4 * size)} bytes  ${usersOf(program, i)}`
    ),
  ].join("\n");
}

/** Which kernels write and read a scratch buffer, in order. */
function usersOf({ steps }: Program, number: number): string {
  const isIt = (slot: Slot) => slot.kind === "scratch" && slot.number === number;
  return steps.flatMap(({ reads, writes }, i) => {
    if (writes.some(isIt)) return [`written by ${i + 1}`];
    return reads.some(isIt) ? [`read by ${i + 1}`] : [];
  }).join(", ");
}

/** The name of a slot: i0, o0 or s0. */
export const slotName = ({ kind, number }: Slot): string => kind[0] + number;

function shapeOf(kernel: Kernel): string {
  const over = "over" in kernel ? ` (${kernel.over.join(", ")})` : "";
  return `[${kernel.space.join(", ")}]${over}`;
}

/**
 * The number of arithmetic operations: each scalar op counts one for every element that it is
 * evaluated for.
 */
export function operationsOf(kernel: Kernel): number {
  const outputs = sizeOf(kernel.space);
  const over = "over" in kernel ? sizeOf(kernel.over) : 1;
  const points = kernel.kind === "scatter" ? over * sizeOf(kernel.space.slice(1)) : outputs * over;
  const combining = kernel.kind === "map" ? 0 : kernel.kind === "matmul" ? 2 : 1;
  const stored = opsIn(valuesOf(kernel));
  return points * (combining + opsIn(bodiesOf(kernel))) + outputs * stored;
}

const opsIn = (formulas: readonly Expr[]): number =>
  exprsOf(formulas).filter(({ kind }) => kind === "call").length;

/** The bytes that a kernel stores, and those of its inputs up to the last element that it reads. */
export function bytesOf(kernel: Kernel): number {
  const ends = new Map<number, number>();
  for (const { buffer, at } of loadsOf(formulasOf(kernel))) {
    ends.set(buffer, Math.max(ends.get(buffer) ?? 0, at.max + 1));
  }
  const loaded = [...ends.values()].reduce((n, end) => n + end, 0);
  return 4 * (loaded + kernel.stores.length * sizeOf(kernel.space));
}

/** "1 kernel", "2 kernels", "26.2 M operations". */
export const counted = (n: number, noun: string, text = `${n}`): string =>
  `${text} ${noun}${n === 1 ? "" : "s"}`;

/** A number with three digits and a unit. */
export function amount(n: number): string {
  for (const [unit, size] of [["G", 1e9], ["M", 1e6], ["k", 1e3]] as const) {
    if (n >= size) return `${(n / size).toPrecision(3)} ${unit}`;
  }
  return `${n}`;
}

/** Lines with the columns aligned. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
}
