import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { command, findLessons } from "../../../experiments/commands/lesson.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";

const lessons = await findLessons();

for (const { number, file, question } of lessons) {
  Deno.test(`lesson ${number} passes with its answers, and has holes without`, async () => {
    const solved = await runTask("lesson", [`${number}`, "--answers"]);
    // A graphics driver may write to stderr as lesson 11 opens a GPU.
    assertEquals(solved.code, 0, solved.out + solved.err);
    assertMatch(solved.out, / right\n\nAll right\.\n$/);
    const open = await runTask("lesson", [`${number}`]);
    assertEquals(open.code, 0, open.err);
    assertMatch(open.out, /\n[1-9]\d* holes? (is|are) left, 0 answers are not right yet\.\n$/);
    assert(!/ (right|not yet)\n/.test(open.out), "the truth is shown before an answer");
  });

  Deno.test(`lesson ${number} has at most 100 lines of 100 columns, in cells`, async () => {
    const lines = (await Deno.readTextFile(file)).trimEnd().split("\n");
    assert(lines.length <= 100, `${lines.length} lines`);
    for (const line of lines) assert(line.length <= 100, line);
    assert(lines.filter((line) => line.startsWith("// %% ")).length >= 3);
    assertMatch(question, /\?$/);
  });
}

Deno.test("lesson lists the lessons in order", async () => {
  const numbers = lessons.map(({ number }) => number);
  assertEquals(numbers, Array.from({ length: 12 }, (_, i) => i + 1));
  const { code, out } = await runHere(command, []);
  assertEquals([code, out.split("\n").length - 1], [0, lessons.length]);
  assertStringIncludes(out, " 1  What is a tensor?");
});

Deno.test("lesson prints its help, and one sentence after a mistake", async () => {
  const { out } = await runHere(command, ["--help"]);
  assertStringIncludes(out, "deno task lesson 1 --answers");
  assertMistake(await runHere(command, ["99"]), 'there is no lesson "99"', "1 to");
  assertMistake(await runHere(command, ["--answers"]), "--answers needs the number");
  assertMistake(await runHere(command, ["1", "--answer"]), "did you mean --answers?");
});
