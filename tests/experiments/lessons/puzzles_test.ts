import { assertEquals } from "@std/assert";
import answers from "../../../experiments/lessons/answers/11_kernels.ts";
import { map, puzzle, read, reduce } from "../../../experiments/lessons/puzzles.ts";
import { type Index, intrinsics, type Kernel, scalar as s } from "../../../kernels/mod.ts";
import { reference } from "../../fixtures/devices.ts";

const constant = s.constant, x = (i: Index) => read(0, [6], i);
/** What a puzzle shows for some kernels. */
const shown = (loop: (x: Float32Array) => number[], size: number, answer: number) => {
  const about = { sizes: [size], loop: (x: Float32Array) => loop(x) };
  const { shown, truth } = puzzle("", [], about, answers[answer], [reference]);
  return async (...kernels: Kernel[]) => [`${await shown!(kernels)}`, `${truth}`];
};
const line = shown((x) => [...x].map((v) => 2 * v + 1), 6, 0);

Deno.test("a puzzle shows the numbers of wrong kernels", async () => {
  const [text] = await line(map([6], (i) => s.mul(constant(2), x(i))));
  assertEquals(text.split(" ").slice(0, 2), ["reference:", "1.68"]); // 2·sin 1
  const [short] = await line(map([5], (i) => s.add(s.add(x(i), x(i)), constant(1))));
  assertEquals(short.split(" ").length, 1 + 5);
});

Deno.test("a puzzle shows the score of kernels that do too much", async () => {
  const dear = map([6], (i) => s.add(s.mul(constant(1), s.add(x(i), x(i))), constant(1)));
  assertEquals(await line(dear), ["1 kernel, 18 ops, 48 bytes", "≤ 1 kernel, 12 ops, 48 bytes"]);
});

Deno.test("a puzzle is solved by kernels that do less than the answer", async () => {
  const exp = s.intrinsic(intrinsics.exp), at = (i: Index, j: Index) => read(0, [3, 4], i, j);
  const single = reduce(
    [3, 4],
    [4],
    "add",
    (i, j, k) => exp(s.sub(at(i, k), at(i, j))),
    (sum) => s.div(constant(1), sum),
  );
  const softmax = shown(
    (x) => {
      const powers = [...x].map(Math.exp);
      return powers.map((p, n) => {
        const first = n - n % 4;
        return p / powers.slice(first, first + 4).reduce((a, b) => a + b);
      });
    },
    12,
    7,
  );
  const [yours, truth] = await softmax(single);
  assertEquals([yours, truth], [truth, "≤ 2 kernels, 192 ops, 168 bytes"]);
});
