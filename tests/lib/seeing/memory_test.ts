import { assert, assertEquals } from "@std/assert";
import { trainingProgram } from "../../../dev/show/programs.ts";
import { slotName } from "../../../kernels/describe.ts";
import { livesOf, memoryText } from "../../../lib/seeing/memory.ts";

const program = trainingProgram();

Deno.test("no slot holds two values at once", () => {
  const lives = livesOf(program).filter(({ slot }) => slot.kind === "scratch");
  for (const { slot, from, reads } of lives) {
    const later = lives.filter((other) =>
      slotName(other.slot) === slotName(slot) && other.from! > from!
    );
    const end = reads.at(-1) ?? from!;
    for (const other of later) assert(other.from! > end, `${slotName(slot)} at ${other.from}`);
  }
});

Deno.test("each step reads and writes what the bars say", () => {
  const text = memoryText(program, program.inputs.map((_, i) => `x${i}`));
  const [header, ...bars] = text.split("\n\n")[0].split("\n");
  program.steps.forEach(({ reads, writes }, step) => {
    for (const [slots, marks] of [[reads, "rx"], [writes, "wx"]] as const) {
      for (const slot of slots) {
        const bar = bars.find((line) => line.startsWith(`${slotName(slot)} `))!;
        const mark = bar[header.indexOf("1") + 3 * step];
        assert(marks.includes(mark), `${bar} at ${step + 1}`);
      }
    }
  });
  assertEquals(bars.filter((line) => /^s\d/.test(line)).length, program.scratch.length);
});
