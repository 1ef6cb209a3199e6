/**
 * Random orders: always orders, all of them, equally often, and independent of each other.
 *
 * All keys are fixed, so what passes once passes for ever; the limits are passed by chance in one
 * of a million keys.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertNotEquals, assertThrows } from "@std/assert";
import {
  key,
  permutation,
  type PermutationOptions,
  permutations,
  randomInts,
  ShapeError,
  tensor,
  zeros,
} from "../../mod.ts";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  SIGMAS,
  zOfCorrelation,
} from "../fixtures/statistics.ts";
import { assertEven, countCells } from "../fixtures/chance.ts";

type Row = Int32Array;

/** The rows of some permutations. */
async function rowsOf(
  seed: number,
  rows: number,
  n: number,
  options: PermutationOptions = {},
): Promise<Row[]> {
  const orders = permutations(key(seed), rows, n, options);
  assertEquals([orders.dtype, orders.shape.length, orders.shape[0]], ["int32", 2, rows]);
  const data = await orders.read() as Int32Array, width = orders.shape[1];
  return Array.from({ length: rows }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const assertRow = (row: Row, members: readonly number[]): void =>
  assertEquals(Array.from(row.toSorted()), members);
/** The number of an order among all, 0 … n! − 1 (Lehmer's code). */
const rank = (row: Row): number =>
  row.reduce(
    (code, x, i) => code * (row.length - i) + row.subarray(i).filter((y) => y < x).length,
    0,
  );
const factorial = (n: number): number => n <= 1 ? 1 : n * factorial(n - 1);

for (const n of [1, 2, 3, 4, 5, 8, 31, 32, 33, 99, 1000]) {
  Deno.test(`every row is an order of ${n} numbers`, async () => {
    for (const row of await rowsOf(n, 50, n)) assertRow(row, range(n));
    assertRow(await permutation(key(n), n).read() as Row, range(n));
  });
}

Deno.test("one order is the first of one row", async () => {
  assertEquals(await permutation(key(3), 40).read(), await permutations(key(3), 1, 40).read());
  assertEquals(permutation(key(3), 40).shape, [40]);
});

Deno.test("a large order is a permutation, and numbers and places are uncorrelated", async () => {
  const n = 100_003;
  const order = await permutation(key(1), n).read() as Row;
  const places = new Uint8Array(n);
  order.forEach((x) => places[x]++);
  assert(places.every((count) => count === 1));
  assertLess(Math.abs(zOfCorrelation(order, range(n))), SIGMAS);
  assertLess(Math.abs(zOfCorrelation(order.subarray(1), order.subarray(0, n - 1))), SIGMAS);
  // The fixed points are Poisson of mean 1.
  assertLess(order.filter((x, i) => x === i).length, 10);
});

Deno.test("each row leaves out its own number, and all others are there", async () => {
  const rows = 200;
  for (const n of [2, 3, 24, 100]) {
    const exclude = randomInts(key(9), [rows], n);
    const left = await exclude.read();
    for (const [i, row] of (await rowsOf(n, rows, n, { exclude })).entries()) {
      assertRow(row, range(n).filter((x) => x !== left[i]));
    }
  }
  const one = await rowsOf(1, 2, 1, { exclude: zeros([2], "int32") });
  assertEquals(one.map((row) => row.length), [0, 0]);
});

Deno.test("the first of each row are those of the whole row", async () => {
  const exclude = randomInts(key(2), [30], 60);
  for (const options of [{}, { exclude }]) {
    const whole = await rowsOf(8, 30, 60, options);
    for (const take of [2, 23, 59]) {
      const first = await rowsOf(8, 30, 60, { ...options, take });
      assertEquals(first, whole.map((row) => row.slice(0, take)));
    }
  }
  assertEquals(await rowsOf(8, 3, 6, { take: 0 }), Array(3).fill(new Int32Array()));
});

Deno.test("the same key gives the same orders, another key others", async () => {
  assertEquals(await rowsOf(5, 20, 50), await rowsOf(5, 20, 50));
  assertNotEquals(await rowsOf(5, 20, 50), await rowsOf(6, 20, 50));
});

for (const n of [2, 3, 4, 5, 6]) {
  const orders = factorial(n);
  Deno.test(`all ${orders} orders of ${n} numbers are equally likely`, async () => {
    for (const seed of [1, 2, 3]) {
      const rows = await rowsOf(seed, 48_000, n);
      assertEven(countCells(orders, rows.length, (i) => rank(rows[i])), `key ${seed}`);
    }
  });
}

Deno.test("all orders of 4 of 5 numbers are equally likely, whichever number is left out", async () => {
  const count = 60_000;
  const exclude = tensor(Int32Array.from({ length: count }, (_, i) => i % 5));
  const rows = await rowsOf(1, count, 5, { exclude });
  assertEven(countCells(120, count, (i) => 24 * (i % 5) + rank(rows[i])), "order and left out", {
    degrees: 5 * 23,
  });
});

Deno.test("each of 99 numbers is at each place equally often", async () => {
  const n = 99;
  for (const seed of [1, 2]) {
    const counts = new Float64Array(n * n);
    for (const row of await rowsOf(seed, 10_000, n)) row.forEach((x, i) => counts[n * i + x]++);
    // Rows and columns all have the same sums: (n − 1)² counts are free.
    assertEven(counts, `key ${seed}`, { degrees: (n - 1) ** 2, factor: (n - 1) / n });
  }
});

Deno.test("the first two are any two, and so are any other two", async () => {
  const n = 12, count = 60_000;
  const rows = await rowsOf(4, count, n);
  for (const [i, j] of [[0, 1], [1, 2], [0, 11], [5, 6], [3, 9]]) {
    // A pair of different numbers: the second is one of the n − 1 others.
    const cellOf = (row: Row) => (n - 1) * row[i] + row[j] - Number(row[j] > row[i]);
    assertEven(countCells(n * (n - 1), count, (r) => cellOf(rows[r])), `places ${i} and ${j}`);
  }
});

Deno.test("the distances between the first three of 99 numbers are uniform", async () => {
  const n = 99, count = 40_000;
  const rows = await rowsOf(7, count, n, { take: 3 });
  const step = (row: Row, i: number) => (row[i + 1] - row[i] + n) % n - 1;
  for (const i of [0, 1]) {
    assertEven(countCells(n - 1, count, (r) => step(rows[r], i)), `from place ${i}`);
  }
});

Deno.test("neighbouring rows are independent", async () => {
  const n = 99, count = 60_000;
  const rows = await rowsOf(5, count, n, { take: 2 });
  for (const apart of [1, 2, 64]) {
    for (const place of [0, 1]) {
      const steps = countCells(
        n,
        count - apart,
        (r) => (rows[r + apart][place] - rows[r][place] + n) % n,
      );
      assertEven(steps, `place ${place} of rows ${apart} apart`);
    }
    const pairs = countCells(
      121,
      count - apart,
      (r) => 11 * Math.floor(rows[r][0] / 9) + Math.floor(rows[r + apart][0] / 9),
    );
    assertEven(pairs, `ninths of rows ${apart} apart`);
  }
  const ranks = (await rowsOf(6, 50_000, 4)).map(rank);
  assertEven(countCells(576, 49_999, (r) => 24 * ranks[r] + ranks[r + 1]), "orders of rows");
});

Deno.test("the sum of the first ten of 99 has the moments of draws without replacement", async () => {
  const n = 99, take = 10, count = 20_000;
  const rows = await rowsOf(3, count, n, { take });
  const sums = rows.map((row) => row.reduce((total, x) => total + x, 0));
  const mean = take * (n - 1) / 2;
  const variance = take * (n + 1) * (n - take) / 12;
  const found = sums.reduce((total, x) => total + (x - mean) ** 2, 0) / count;
  assertLess(Math.abs(found / variance - 1), SIGMAS * Math.sqrt(2 / count));
  const shares = Float64Array.from(rows, (row) => (row[9] + 0.5) / n);
  // Numbers on a grid of 99 are half a step, 1/198, off any distribution without steps.
  const gap = kolmogorovSmirnov(shares, (x) => x);
  assertLess(gap, kolmogorovSmirnovLimit(count) + 1 / 198);
});

Deno.test("draws of more numbers than there are, and exclusions of another shape, are refused", () => {
  const draw = (n: number, options?: PermutationOptions) => () =>
    permutations(key(0), 2, n, options);
  const exclude = zeros([2], "int32");
  const rule = "without replacement: n must be from 1 to 2^20, and no more can be drawn";
  for (
    const [by, counts] of [
      [draw(3, { take: 4 }), "4 of 3"],
      [draw(3, { take: 3, exclude }), "3 of 2"],
      [draw(0), "0 of 0"],
      [draw(2 ** 20 + 1), `${2 ** 20 + 1} of ${2 ** 20 + 1}`],
      [draw(NaN), "NaN of NaN"],
    ] as const
  ) {
    const message = `Cannot draw ${counts} numbers ${rule}`;
    assertEquals(assertThrows(by, RangeError).message, message);
  }
  for (const shape of [[3], [2, 1], []]) {
    assertEquals(
      assertThrows(draw(5, { exclude: zeros(shape, "int32") }), ShapeError).message,
      `Cannot exclude [${shape.join(", ")}]: one number for each of 2 rows`,
    );
  }
});
