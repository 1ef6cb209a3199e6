/**
 * A program as mathematics: each kernel as equations, with names instead of places in memory.
 *
 * @module
 */
import type { Program, Slot } from "../../kernels/device.ts";
import { slotName, table } from "../../kernels/describe.ts";
import { equationsOf, rangesOf, type Source } from "./formula.ts";

/** A tensor that a program reads or returns. */
export interface Named extends Required<Source> {
  readonly dtype: string;
}

/** What was stored by no step, as it has no elements. */
const EMPTY: Source = { name: "nothing" };

/**
 * The equations of a program. What kernel n leaves for later kernels is called vn; what it
 * returns has the name of the result, also where it is stored over an argument.
 */
export function equationsText(
  { steps, outputs }: Program,
  inputs: readonly Named[],
  results: readonly Named[],
): string {
  const held = new Map<string, Source>(inputs.map((input, i) => [`i${i}`, input]));
  const blocks = steps.map(({ kernel, reads, writes }, step) => {
    const sources = reads.map((slot) => held.get(slotName(slot)) ?? EMPTY);
    const isScratch = ({ kind }: Slot) => kind === "scratch";
    const several = writes.filter(isScratch).length > 1;
    const names = writes.map((slot, i) => {
      if (isScratch(slot)) return `v${step + 1}${several ? `.${i}` : ""}`;
      const { kind, number } = slot;
      const result = kind === "output" ? number : outputs.findIndex((out) => out.donor === number);
      return results[result].name;
    });
    const { equations, names: parts } = equationsOf(kernel, sources, names);
    writes.forEach((slot, i) => held.set(slotName(slot), { name: names[i], shape: kernel.space }));
    const ranges = rangesOf(kernel);
    const number = `${step + 1}`.padEnd(3);
    return [
      ...equations.map((line, i) => (i === 0 ? number : "   ") + line),
      ...parts.map((line) => `     with ${line}`),
      ...ranges === "" ? [] : [`     for ${ranges}`],
    ].join("\n");
  });
  const donors = outputs.flatMap(({ donor }, i) =>
    donor === undefined ? [] : [`${results[i].name} takes the memory of ${inputs[donor].name}`]
  );
  const legend = table([
    ...inputs.map(({ name, dtype, shape }) => [name, dtype, `[${shape.join(", ")}]`]),
  ]);
  return [legend.join("\n"), ...blocks, donors.join("\n")].filter((part) => part !== "")
    .join("\n\n");
}
