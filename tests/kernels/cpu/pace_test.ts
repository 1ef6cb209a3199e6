/**
 * The choice between working with workers and alone, on machines whose times are made up.
 *
 * @module
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { Pace } from "../../../kernels/cpu/threads/pace.ts";

/**
 * Does a number of stretches of work in the way that the pace chooses, and returns the number that
 * were done together.
 */
function work(pace: Pace, stretches: number, together: number, alone: number): number {
  let count = 0;
  for (let i = 0; i < stretches; i++) {
    const isTogether = pace.together;
    count += Number(isTogether);
    for (let part = 0; part < 10; part++) pace.note(5e6, (isTogether ? together : alone) / 10);
  }
  return count;
}

Deno.test("pace: workers that pay are used, and trials of the other way become rare", () => {
  const pace = new Pace();
  work(pace, 1000, 10, 18);
  assertLess(0.99 * 2000, work(pace, 2000, 10, 18));
});

Deno.test("pace: workers that cost more than they save rest", () => {
  const pace = new Pace();
  work(pace, 1000, 40, 18);
  assertLess(work(pace, 2000, 40, 18), 0.01 * 2000);
});

Deno.test("pace: when other programs come, workers rest, except for a trial now and then", () => {
  const pace = new Pace();
  work(pace, 5000, 10, 18);
  assertLess(work(pace, 100, 60, 25), 10);
});

Deno.test("pace: when other programs leave, workers return within two times the longest rest", () => {
  const pace = new Pace();
  work(pace, 5000, 60, 25);
  work(pace, 256, 10, 18);
  assertLess(0.95 * 100, work(pace, 100, 10, 18));
});

Deno.test("pace: nothing is judged before there was enough work", () => {
  const pace = new Pace();
  for (let i = 0; i < 9; i++) pace.note(5e6, 1000);
  assert(pace.together);
  pace.note(5e6, 1000);
  assertEquals(pace.together, false, "the first trial");
});
