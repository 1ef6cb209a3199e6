/**
 * The memory of a program as bars over its steps: which buffer holds a value when.
 *
 * @module
 */
import type { Program, Slot } from "../../kernels/device.ts";
import { amount, counted, slotName, table } from "../../kernels/describe.ts";
import { sizeOf } from "../../kernels/graph.ts";

/** A value in a slot: the step that writes it, and those that read it; counted from 0. */
export interface Life {
  readonly slot: Slot;
  /** In elements. */
  readonly size: number;
  /** undefined for what is there before the first step. */
  readonly from?: number;
  readonly reads: readonly number[];
}

/** The values of a program in the order in which they are written, the inputs first. */
export function livesOf({ steps, inputs }: Program): Life[] {
  const lives: (Life & { reads: number[] })[] = inputs.map((size, number) => ({
    slot: { kind: "input", number },
    size,
    reads: [],
  }));
  const named = (slot: Slot) => ({ slot: other }: Life) => slotName(other) === slotName(slot);
  steps.forEach(({ kernel, reads, writes }, step) => {
    for (const slot of reads) {
      // A value without elements was stored by no step.
      const read = lives.findLast(named(slot))?.reads;
      if (read?.at(-1) !== step) read?.push(step);
    }
    const size = sizeOf(kernel.space);
    for (const slot of writes) lives.push({ slot, size, from: step, reads: [] });
  });
  return lives;
}

/** The most steps that have two columns each. */
const WIDE = 30;

/**
 * A line for each buffer: its name, its bytes, and a bar from the step that writes a value (w) to
 * the last that reads it (r). Where a step reads a value and stores another over it, it is an x.
 */
export function memoryText(program: Program, names: readonly string[]): string {
  const { steps, inputs, outputs, scratch } = program;
  const lives = livesOf(program);
  const width = steps.length <= WIDE ? 3 : 1;
  const bar = (slot: Slot) => {
    const cells = steps.map(() => ["·", " "]);
    for (const { slot: other, from, reads } of lives) {
      if (slotName(other) !== slotName(slot)) continue;
      const isKept = slot.kind !== "scratch";
      const begin = from ?? 0;
      const end = isKept && from !== undefined ? steps.length : reads.at(-1) ?? from ?? -1;
      for (let step = begin; step <= Math.min(end, steps.length - 1); step++) {
        const isBoth = step === from && cells[step][0] === "r";
        const mark = step === from ? "w" : reads.includes(step) ? "r" : "─";
        cells[step] = [isBoth ? "x" : mark, step < end ? "─" : " "];
      }
    }
    return cells.map(([mark, fill]) => mark + fill.repeat(width - 1)).join("").trimEnd();
  };
  const line = (slot: Slot, size: number, name = "") =>
    [slotName(slot), name, amount(4 * size), bar(slot)] as const;
  const rows = [
    ["", "", "bytes", header(steps.length, width)],
    ...inputs.map((size, number) => line({ kind: "input", number }, size, names[number])),
    ...outputs.flatMap(({ size, donor }, number) =>
      donor === undefined ? [line({ kind: "output", number }, size)] : []
    ),
    ...scratch.map((size, number) => line({ kind: "scratch", number }, size)),
  ];
  return [...table(rows), "", summary(program, lives)].join("\n");
}

/** The numbers of the steps; where they are narrow, of each tenth. */
function header(steps: number, width: number): string {
  const numbers = Array.from({ length: steps }, (_, i) => i + 1);
  if (width > 1) return numbers.map((n) => `${n}`.padEnd(width)).join("").trimEnd();
  const tens = numbers.filter((n) => n % 10 === 0).map((n) => `${n}`.padStart(10));
  return tens.join("");
}

/** What the slots save: the scratch memory of the program, and what its values would take. */
function summary({ scratch, steps }: Program, lives: readonly Life[]): string {
  const kept = lives.filter(({ slot }) => slot.kind === "scratch");
  if (kept.length === 0) return "w: written, r: read, x: read and overwritten. No scratch memory";
  const bytes = (sizes: readonly number[]) => 4 * sizes.reduce((sum, size) => sum + size, 0);
  const alive = steps.map((_, step) =>
    bytes(
      kept.filter(({ from, reads }) => from! <= step && step <= (reads.at(-1) ?? from!))
        .map(({ size }) => size),
    )
  );
  const most = Math.max(...alive);
  const [slots, apart] = [bytes(scratch), bytes(kept.map(({ size }) => size))];
  return "w: written, r: read, x: read and overwritten\n" +
    `scratch: ${counted(kept.length, "value")} in ${counted(scratch.length, "slot")} of ` +
    `${amount(slots)} bytes; a buffer for each would take ${amount(apart)} bytes; ` +
    `step ${alive.indexOf(most) + 1} needs ${amount(most)} bytes at once`;
}
