/**
 * Random numbers: the published bits, the right distributions, and independence of everything that
 * is said to be.
 *
 * All keys are fixed, so what passes once passes for ever; the limits are passed by chance in one
 * of a million keys.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  bernoulli,
  type Data,
  foldIn,
  full,
  jit,
  type Key,
  key,
  normal,
  permutation,
  permutations,
  randomBits,
  randomInts,
  run,
  ShapeError,
  split,
  type Tensor,
  tensor,
  threefry,
  uniform,
  zeros,
} from "../../mod.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { assertEven, assertIndependent, countCells } from "../fixtures/chance.ts";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  meanOf,
  normalCdf,
  SIGMAS,
  uniformCdf,
  zOfCorrelation,
  zOfVariance,
} from "../fixtures/statistics.ts";

const word = (x: number): Tensor => tensor(Uint32Array.of(x), { shape: [] });
const read = (...tensors: Tensor[]): Promise<Data[]> => Promise.all(tensors.map((x) => x.read()));

/** Threefry-2x32-20 as in figure 3 of the paper, on plain integers. */
function cipher([k0, k1]: Iterable<number>, first: number, second: number): [number, number] {
  const schedule = [k0, k1, (k0 ^ k1 ^ 0x1bd11bda) >>> 0];
  let a = (first + k0) >>> 0, b = (second + k1) >>> 0;
  const rotations = [13, 15, 26, 6, 17, 29, 16, 24];
  for (let round = 0; round < 20; round++) {
    a = (a + b) >>> 0;
    const r = rotations[round % 8];
    b = (((b << r) | (b >>> (32 - r))) ^ a) >>> 0;
    if (round % 4 === 3) {
      const n = (round + 1) / 4;
      a = (a + schedule[n % 3]) >>> 0;
      b = (b + schedule[(n + 1) % 3] + n) >>> 0;
    }
  }
  return [a, b];
}

// Salmon et al., the known answers of Random123 (kat_vectors, threefry2x32 20).
const answers: readonly (readonly number[])[] = [
  [0, 0, 0, 0, 0x6b200159, 0x99ba4efe],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x1cb996fc, 0xbb002be7],
  [0x13198a2e, 0x03707344, 0x243f6a88, 0x85a308d3, 0xc4923a9c, 0x483df7a0],
];
onEveryDevice("Threefry gives the published answers", async (device) => {
  for (const [k0, k1, c0, c1, ...expected] of answers) {
    assertEquals(cipher([k0, k1], c0, c1), expected as [number, number]);
    const words = threefry(tensor(Uint32Array.of(k0, k1)), word(c0), word(c1));
    run(words, device);
    assertEquals((await read(...words)).map(([x]) => x), expected);
  }
});

onEveryDevice(
  "bits, split and fold are Threefry of a number and the use's own word",
  async (device) => {
    for (const seed of [0, 7, 2 ** 40 + 3]) {
      const k = key(seed);
      const results = [
        ...randomBits(k, [257, 3]),
        ...split(k, 5),
        foldIn(k, 9),
        foldIn(k, 2 ** 32 - 1),
      ];
      run(results, device);
      const words = await read(k, ...results);
      const [parent, first, second, ...keys] = words;
      first.forEach((x, i) => assertEquals([x, second[i]], cipher(parent, i, 0), `element ${i}`));
      const expected = [0, 1, 2, 3, 4].map((i) => cipher(parent, i, 1));
      expected.push(cipher(parent, 9, 2), cipher(parent, 2 ** 32 - 1, 2));
      assertEquals(keys.map((data) => Array.from(data)), expected);
    }
  },
);

/** Everything that is exact: the same on every device, to the last bit. */
const exact = (k: Key): Tensor[] => [
  ...randomBits(k, [70001]),
  uniform(k, [33, 65]),
  bernoulli(k, full([1000], 0.25)),
  randomInts(k, [20000], 99),
  permutation(k, 1000),
  permutations(k, 64, 99, { exclude: randomInts(foldIn(k, 1), [64], 99), take: 23 }),
];
onEveryDevice("the same key gives the same numbers as on the reference device", async (device) => {
  const [found, expected] = [exact(key(2025)), exact(key(2025))];
  run(found, device);
  run(expected, reference);
  for (const [i, x] of found.entries()) {
    assertEquals(Array.from(await x.read()), Array.from(await expected[i].read()), `${x}`);
  }
});

onEveryDevice("normal numbers are the reference device's up to rounding", async (device) => {
  const [x, y] = [normal(key(5), [20000]), normal(key(5), [20000])];
  run([x], device);
  run([y], reference);
  const [found, expected] = await read(x, y);
  // Radius ≤ 5.8 to 5 ulp; an angle ≤ 2π to 2 half ulp, that is ±7.5e-7; its cosine to 2 ulp:
  // ±9e-6.
  expected.forEach((want, i) => assertLess(Math.abs(found[i] - want), 1e-5, `element ${i}`));
});

onEveryDevice("a key may be computed, or be an argument of a compiled function", async (device) => {
  const draw = jit((k: Key, step: Tensor) => uniform(foldIn(split(k)[1], step), [50]), { device });
  const found = draw(key(3), tensor(7, { dtype: "int32" }));
  assertEquals(
    Array.from(await found.read()),
    Array.from(await uniform(foldIn(split(key(3))[1], 7), [50]).read()),
  );
});

const N = 100_000;
Deno.test("uniform numbers are uniform on [0, 1), multiples of 2⁻²⁴", async () => {
  for (const seed of [1, 2, 3]) {
    const u = await uniform(key(seed), [N]).read();
    assertLess(kolmogorovSmirnov(u, uniformCdf), kolmogorovSmirnovLimit(N));
    assert(u.every((x: number) => x >= 0 && x < 1 && Number.isInteger(x * 2 ** 24)));
    assertIndependent(u.subarray(0, N - 1), u.subarray(1), "neighbours");
    assertIndependent(u.subarray(0, N - 128), u.subarray(128), "elements 128 apart");
  }
});

Deno.test("normal numbers are normal, and neighbours are independent", async () => {
  for (const seed of [1, 2, 3]) {
    const x = await normal(key(seed), [N]).read();
    assertLess(kolmogorovSmirnov(x, normalCdf), kolmogorovSmirnovLimit(N));
    assertLess(Math.abs(zOfVariance(x, 1)), SIGMAS);
    assert(x.every((value: number) => Math.abs(value) < 5.8));
    assertLess(Math.abs(zOfCorrelation(x.subarray(0, N - 1), x.subarray(1))), SIGMAS);
    const squares = Float64Array.from(x, (value) => value * value);
    assertLess(Math.abs(zOfCorrelation(squares.subarray(0, N - 1), squares.subarray(1))), SIGMAS);
  }
});

Deno.test("a uniform number is the upper 24 bits of its first word", async () => {
  const [words, u] = await read(randomBits(key(12), [1000])[0], uniform(key(12), [1000]));
  u.forEach((x, i) => assertEquals(x, (words[i] >>> 8) / 2 ** 24));
});

Deno.test("every bit of both words is set half the time", async () => {
  const words = await read(...randomBits(key(11), [N]));
  for (const data of words) {
    for (let bit = 0; bit < 32; bit++) {
      assertEven(countCells(2, N, (i) => (data[i] >>> bit) & 1), `bit ${bit}`);
    }
  }
  const [a, b] = words.map((data) => Float64Array.from(data, (x) => x / 2 ** 32));
  assertLess(Math.abs(zOfCorrelation(a, b)), SIGMAS);
});

Deno.test("bernoulli is true as often as it should, each element by its own probability", async () => {
  const p = [0, 0.001, 0.3, 0.5, 0.9, 1];
  const probabilities = tensor(p.map((x) => Array<number>(N).fill(x)));
  const draws = bernoulli(key(4), probabilities);
  assertEquals([draws.dtype, draws.shape], ["bool", [p.length, N]]);
  const data = await draws.read();
  p.forEach((x, row) => {
    const error = meanOf(data.subarray(row * N, (row + 1) * N)) - x;
    assert(Math.abs(error) <= SIGMAS * Math.sqrt(x * (1 - x) / N), `${error} off ${x}`);
  });
});

onEveryDevice("bernoulli compares all 32 bits of a word, exactly", async (device) => {
  const [words] = await read(randomBits(key(4), [1000])[0]);
  // Just above a word, just below it, and what 24 bits would call 0 or 1.
  const shares = [1 + 2 ** -20, 1 - 2 ** -20].flatMap((by) => Array.from(words, (w) => w * by));
  for (const levels of [shares.slice(0, 1000), shares.slice(1000), [...words].map(() => 9)]) {
    const p = Float32Array.from(levels, (level) => Math.min(1, level / 2 ** 32));
    const draws = run(bernoulli(key(4), tensor(p)), device);
    const expected = Uint8Array.from(words, (w, i) => Number(w < Math.floor(p[i] * 2 ** 32)));
    assertEquals(await draws.read(), expected);
  }
  const edges = run(bernoulli(key(4), tensor([0, 1, -1, 2, NaN])), device);
  assertEquals(await edges.read(), Uint8Array.of(0, 1, 0, 1, 0));
});

onEveryDevice("a random integer below n is ⌊k·n / 2²⁴⌋ of 24 bits k, exactly", async (device) => {
  const bounds = [1, 3, 99, 1000, 60_000, 2 ** 20 - 1, 2 ** 20];
  const draws = bounds.map((n) => randomInts(key(0), [20000], n));
  run(draws, device);
  const [words] = await read(randomBits(key(0), [20000])[0]);
  for (const [row, n] of bounds.entries()) {
    // Below 2⁴⁴, and so exact in float64.
    const expected = Int32Array.from(words, (x) => Math.floor((x >>> 8) * n / 2 ** 24));
    assertEquals(await draws[row].read(), expected, `below ${n}`);
  }
});

Deno.test("random integers are all equally likely", async () => {
  for (const n of [1, 2, 3, 10, 99, 1000]) {
    const x = randomInts(key(n), [N], n);
    assertEquals(x.dtype, "int32");
    const data = await x.read();
    assert(data.every((i: number) => i >= 0 && i < n));
    if (n > 1) assertEven(countCells(n, N, (i) => data[i]), `below ${n}`);
  }
  const large = await randomInts(key(1), [N], 2 ** 20).read();
  const shares = Float64Array.from(large, (x) => x / 2 ** 20);
  assertLess(kolmogorovSmirnov(shares, uniformCdf), kolmogorovSmirnovLimit(N));
});

Deno.test("a key, its children and what is folded in give independent streams", async () => {
  const k = key(17);
  const keys = [k, ...split(k, 3), foldIn(k, 0), foldIn(k, 1), ...split(split(k, 3)[0]), key(18)];
  const streams = await read(...keys.map((k) => uniform(k, [N])));
  streams.forEach((x, i) =>
    streams.slice(0, i).forEach((y, j) => assertIndependent(x, y, `streams ${j} and ${i}`))
  );
});

Deno.test("the words of all uses of a key, and of its children, differ", async () => {
  const k = key(0), n = 1000;
  const [child] = split(k);
  const pairs: number[][] = [];
  for (const parent of [k, child]) {
    const [a, b] = await read(...randomBits(parent, [n]));
    a.forEach((x: number, i: number) => pairs.push([x, b[i]]));
    const keys = [...split(parent, 30), ...Array.from({ length: 30 }, (_, i) => foldIn(parent, i))];
    run(keys);
    for (const data of await read(...keys)) pairs.push(Array.from(data));
  }
  // Of 2,120 random pairs of words two are the same with probability 1e-13.
  assertEquals(new Set(pairs.map(String)).size, pairs.length);
});

Deno.test("the first children of a split do not depend on how many there are", async () => {
  const [two, five] = [split(key(6)), split(key(6), 5)];
  assertEquals(await read(...two), await read(...five.slice(0, 2)));
  assertEquals(await read(foldIn(key(6), 12)), await read(foldIn(key(6), tensor(12))));
});

Deno.test("a seed fills both words of its key", async () => {
  const seeds = [0, 5, 2 ** 32 - 1, 2 ** 32 + 5, Number.MAX_SAFE_INTEGER];
  const keys = (await read(...seeds.map(key))).map((data) => Array.from(data));
  const full = 2 ** 32 - 1;
  assertEquals(keys, [[0, 0], [0, 5], [0, full], [1, 5], [2 ** 21 - 1, full]]);
});

Deno.test("wrong keys, seeds, bounds and counts are refused", () => {
  for (const k of [zeros([2]), zeros([3], "uint32"), zeros([], "uint32"), zeros([2], "int32")]) {
    const message = `Cannot use ${k} as a key: a key is a uint32 tensor of shape [2]`;
    for (const draw of [uniform, normal, randomBits]) {
      assertEquals(assertThrows(() => draw(k, [3]), ShapeError).message, message);
    }
    assertEquals(assertThrows(() => split(k), ShapeError).message, message);
    assertEquals(assertThrows(() => foldIn(k, 1), ShapeError).message, message);
  }
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    const message = `Cannot make a key of seed ${seed}: a seed is an integer from 0 to 2^53 - 1`;
    assertEquals(assertThrows(() => key(seed), RangeError).message, message);
  }
  for (const n of [0, -3, 2.5, NaN, 2 ** 20 + 1]) {
    const message = `Cannot draw integers below ${n}: the bound is an integer from 1 to 2^20`;
    assertEquals(assertThrows(() => randomInts(key(0), [3], n), RangeError).message, message);
  }
});
