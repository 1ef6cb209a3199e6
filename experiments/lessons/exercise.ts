/**
 * Exercises of the lessons: a table of yours, the truth and a verdict.
 *
 * @module
 */

/** What stands where you write something of your own. */
export const hole: unique symbol = Symbol("hole");

/** A question of an exercise, which asks for a T. */
export interface Question<T> {
  readonly question: string;
  /** What you wrote. */
  readonly yours: T | typeof hole;
  /** What is compared with the truth: what you wrote, unless this makes something of it. */
  readonly shown?: (yours: T) => string | number | Promise<string | number>;
  readonly truth: string | number;
}

/** Numbers are right if they differ from the truth by less than this. */
const TOLERANCE = 1e-8;

/**
 * Prints a line for each question: what you wrote, the truth, and whether they agree. The truth
 * stays hidden until you have written something.
 *
 * @param answers what `--answers` writes into the holes, in the order of the questions
 */
export async function exercise<T>(
  questions: readonly Question<T>[],
  answers: readonly T[],
): Promise<void> {
  const isSolved = Deno.args.includes("--answers");
  let holes = 0, wrong = 0;
  const rows = [["", "yours", "truth", ""]];
  for (
    const [i, { question, yours, shown = (x: T) => x as string | number, truth }] of questions
      .entries()
  ) {
    const written = isSolved ? answers[i] : yours;
    if (written === hole) {
      holes++;
      rows.push([question, "…", "?", "a hole"]);
      continue;
    }
    const value = await shown(written);
    const isRight = typeof value === "number" && typeof truth === "number"
      ? Math.abs(value - truth) < TOLERANCE
      : value === truth;
    if (!isRight) wrong++;
    rows.push([question, `${value}`, `${truth}`, isRight ? "right" : "not yet"]);
  }
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  for (const row of rows) {
    console.log(row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
  }
  const counted = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;
  console.log(
    holes + wrong === 0
      ? "\nAll right."
      : `\n${counted(holes, "hole is", "holes are")} left, ${
        counted(wrong, "answer is", "answers are")
      } not right yet.`,
  );
  if (isSolved && wrong > 0) Deno.exitCode = 1;
}
