/**
 * Entropy and information by nearest neighbours, of laws where both are known.
 *
 * @module
 */
import {
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertNotEquals,
  assertThrows,
} from "@std/assert";
import fc from "../../fixtures/property.ts";
import { ShapeError } from "../../../mod.ts";
import {
  ksgInformation,
  neighbourEntropy,
  noiseInformation,
  type Points,
} from "../../../lib/information/mod.ts";
import { cauchyDraw, generator, normalDraw, type Random } from "../../fixtures/statistics.ts";

const draws = (n: number, draw: () => number): Float64Array =>
  Float64Array.from({ length: n }, draw);
const points = (values: Float64Array, dimensions = 1): Points => ({ values, dimensions });

/** n pairs of Gaussians whose coordinates have a correlation r, one with one. */
function gaussians(random: Random, n: number, r: number, dimensions = 1) {
  const x = draws(n * dimensions, () => normalDraw(random));
  const y = x.map((v) => r * v + Math.sqrt(1 - r * r) * normalDraw(random));
  return { x: points(x, dimensions), y: points(y, dimensions) };
}
const known = (r: number, dimensions: number) => -0.5 * dimensions * Math.log(1 - r * r);

/** Draws, and the bias that the docs admit. */
const cases: [dimensions: number, r: number, n: number, bias: number][] = [
  [1, 0, 20_000, 0],
  [1, 0.6, 20_000, 0.002],
  [1, 0.95, 20_000, 0.005],
  [2, 0.6, 10_000, 0.01],
  [2, 0.95, 10_000, 0.03],
  [3, 0.6, 4000, 0.05],
];
for (const [dimensions, r, n, bias] of cases) {
  Deno.test(`KSG: Gaussians of ${dimensions} dimensions a side and correlation ${r}`, () => {
    const { x, y } = gaussians(generator(21), n, r, dimensions);
    const { nats, standardError, terms } = ksgInformation(x, y);
    assertAlmostEquals(nats, known(r, dimensions), 3 * standardError + bias);
    assertAlmostEquals(terms.reduce((a, b) => a + b) / n, nats, 1e-9);
    assertAlmostEquals(ksgInformation(y, x).nats, nats, 1e-9, "it is symmetric");
  });
}

Deno.test("standard errors are the deviations of the estimates, within a quarter", () => {
  const random = generator(22);
  const n = 400, times = 150;
  for (const r of [0, 0.8]) {
    const estimates = Array.from({ length: times }, () => {
      const { x, y } = gaussians(random, n, r);
      return [ksgInformation(x, y), neighbourEntropy(x)];
    });
    for (const [i, name] of ["information", "entropy"].entries()) {
      const mean = (of: (e: typeof estimates[0][0]) => number) =>
        estimates.reduce((sum, e) => sum + of(e[i]), 0) / times;
      const centre = mean((e) => e.nats);
      const deviation = Math.sqrt(mean((e) => (e.nats - centre) ** 2));
      const error = mean((e) => e.standardError);
      assertAlmostEquals(error / deviation, 1, 0.25, `${name} at r = ${r}`);
    }
  }
});

Deno.test("KSG does not change with the order of the draws, to the last bit", () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.integer({ min: 1, max: 3 }), (seed, dimensions) => {
      const random = generator(seed);
      const { x, y } = gaussians(random, 200, 0.7, dimensions);
      const order = Array.from({ length: 200 }, (_, i) => i).sort(() => random() - 0.5);
      const permuted = (of: Points) =>
        points(
          Float64Array.from(order.flatMap((i) => [
            ...of.values.subarray(i * dimensions, (i + 1) * dimensions),
          ])),
          dimensions,
        );
      assertEquals(ksgInformation(permuted(x), permuted(y)).nats, ksgInformation(x, y).nats);
    }),
    { numRuns: 20 },
  );
});

Deno.test("KSG hardly changes under a bijection of a coordinate", () => {
  const { x, y } = gaussians(generator(23), 10_000, 0.8);
  const { nats, standardError } = ksgInformation(x, y);
  const maps: Record<string, (v: number) => number> = {
    "−3v": (v) => -3 * v,
    "v³ + v": (v) => v ** 3 + v,
    "tanh v": Math.tanh,
    "e^v": Math.exp,
  };
  for (const [name, map] of Object.entries(maps)) {
    const mapped = ksgInformation(points(x.values.map(map) as Float64Array), y).nats;
    assertAlmostEquals(mapped, nats, standardError, name);
  }
});

Deno.test("units and outliers do not matter: each coordinate has the scale of its own quartiles", () => {
  const { x, y } = gaussians(generator(29), 2000, 0.9);
  const { nats } = ksgInformation(x, y);
  assertAlmostEquals(nats, known(0.9, 1), 0.06);
  const changes: [what: string, change: (v: number, i: number) => number, tolerance: number][] = [
    ["thousandths", (v) => 1e3 * v, 1e-9],
    ["millionths", (v) => 1e6 * v, 1e-9],
    ["an outlier", (v, i) => i === 7 ? 1e6 : v, 0.01],
  ];
  for (const [what, change, tolerance] of changes) {
    const changed = points(y.values.map(change) as Float64Array);
    assertAlmostEquals(ksgInformation(x, changed).nats, nats, tolerance, what);
  }
  const pairs = (factor: number) =>
    points(
      Float64Array.from({ length: 4000 }, (_, i) =>
        i % 2 === 0 ? x.values[i / 2] : factor * y.values[(i - 1) / 2]),
      2,
    );
  const entropy = neighbourEntropy(pairs(1)).nats;
  assertAlmostEquals(neighbourEntropy(pairs(1e4)).nats, entropy + Math.log(1e4), 1e-9);
});

Deno.test("one of the two may be discrete: a sign in normal noise", () => {
  const random = generator(30), n = 20_000;
  const sign = draws(n, () => random() < 0.5 ? -1 : 1);
  const noisy = sign.map((v) => v + normalDraw(random));
  // −E log of the mixture's density, less the entropy of the noise: .4859 bits, by quadrature.
  assertAlmostEquals(ksgInformation(points(sign), points(noisy)).nats, 0.3368, 0.03);
});

Deno.test("jitter spreads rounded draws over their steps, the same way for the same seed", () => {
  const { x, y } = gaussians(generator(31), 10_000, 0.9);
  const rounded = (of: Points) =>
    points(of.values.map((v) => Math.round(v / 0.1) * 0.1) as Float64Array);
  const options = { jitter: 0.1, seed: 5 };
  const entropy = neighbourEntropy(rounded(x), options).nats;
  assertAlmostEquals(entropy, 0.5 * Math.log(2 * Math.PI * Math.E), 0.04);
  assertEquals(neighbourEntropy(rounded(x), options).nats, entropy);
  assertNotEquals(neighbourEntropy(rounded(x), { ...options, seed: 6 }).nats, entropy);
  assertAlmostEquals(ksgInformation(rounded(x), rounded(y), options).nats, known(0.9, 1), 0.05);
  for (
    const wrong of [{ jitter: -1 }, { jitter: NaN }, { jitter: 1, seed: 0.5 }, {
      jitter: 1,
      seed: 2 ** 32,
    }]
  ) {
    assertThrows(() => neighbourEntropy(x, wrong), RangeError, "Cannot add a jitter of");
  }
});

/** Draws of which no neighbours can tell, and what is said of them. */
const n = 200;
const { x: first, y: second } = gaussians(generator(32), n, 0.9);
const repeated = (of: Points, share: number) =>
  points(Float64Array.of(...of.values, ...of.values.subarray(0, share * n)));
const beside = (of: Points["values"], other: Points["values"]) =>
  points(Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 ? other : of)[i >> 1]), 2);
const refused: [what: string, estimate: () => unknown, says: string][] = [
  [
    "information of every pair twice",
    () => ksgInformation(repeated(first, 1), repeated(second, 1)),
    "Cannot estimate the information of 400 draws of which 400 equal another",
  ],
  [
    "entropy where a fifth is there twice",
    () => neighbourEntropy(repeated(first, 0.2)),
    "Cannot estimate the entropy of 240 draws of which 80 equal another",
  ],
  [
    "a jitter too small to tell copies apart",
    () => neighbourEntropy(repeated(first, 1), { jitter: 1e-30 }),
    "of 400 draws of which 400 equal another",
  ],
  [
    "entropy of a constant",
    () => neighbourEntropy(points(new Float64Array(n).fill(0.1))),
    "Cannot estimate the entropy of draws on a plane, which have no density: column 0 is constant",
  ],
  [
    "entropy of a doubled column",
    () => neighbourEntropy(beside(first.values, first.values)),
    "column 1 is a linear function of the columns before it",
  ],
  [
    "entropy of a line in float32",
    () => neighbourEntropy(beside(first.values, Float32Array.from(first.values))),
    "column 1 is a linear function of the columns before it",
  ],
  [
    "information of x and a constant",
    () => ksgInformation(first, points(new Float64Array(n))),
    "Cannot estimate the information of draws on a plane, which have no density: column 0 of y is constant",
  ],
  [
    "information of x and 3x + 7",
    () => ksgInformation(first, points(first.values.map((v) => 3 * v + 7) as Float64Array)),
    "column 0 of y is a linear function of the columns before it",
  ],
  [
    "information of noise that is constant",
    () => noiseInformation(first, points(new Float64Array(n)), new Float64Array(n)),
    "column 0 is constant",
  ],
];
for (const [what, estimate, says] of refused) {
  Deno.test(`refused: ${what}`, () => {
    assertThrows(estimate, RangeError, says);
  });
}

Deno.test("draws as float32 give the same estimate, up to rounding", () => {
  const { x, y } = gaussians(generator(24), 2000, 0.5);
  const rounded = (of: Points): Points => ({ ...of, values: Float32Array.from(of.values) });
  const { nats } = ksgInformation(x, y);
  assertAlmostEquals(ksgInformation(rounded(x), rounded(y)).nats, nats, 1e-3);
});

/**
 * Laws, and the bias of 10,000 draws in 2 and 3 dimensions, by 10 times as many: most where a law
 * has edges or long tails.
 */
const laws: [name: string, draw: (random: Random) => number, entropy: number, bias: number[]][] = [
  ["uniform on (0, 1)", (random) => random(), 0, [0.01, 0.07]],
  ["normal", normalDraw, 0.5 * Math.log(2 * Math.PI * Math.E), [0, -0.016]],
  ["Cauchy", cauchyDraw, Math.log(4 * Math.PI), [0.006, 0.042]],
  ["exponential", (random) => -Math.log(random()), 1, [0.008, 0.079]],
];
for (const [name, draw, entropy, biases] of laws) {
  Deno.test(`Kozachenko and Leonenko: the entropy of what is ${name}`, () => {
    const random = generator(25);
    for (const k of [1, 3, 8]) {
      const x = points(draws(20_000, () => draw(random)));
      const { nats, standardError } = neighbourEntropy(x, { k });
      assertAlmostEquals(nats, entropy, 4 * standardError, `k = ${k}`);
      const twice = neighbourEntropy(points(x.values.map((v) => 2 * v) as Float64Array), { k });
      assertAlmostEquals(twice.nats, nats + Math.LN2, 1e-9, "scaled");
    }
    for (const [i, bias] of biases.entries()) {
      const dimensions = i + 2;
      const x = points(draws(10_000 * dimensions, () => draw(random)), dimensions);
      const { nats, standardError } = neighbourEntropy(x);
      assertAlmostEquals(nats, dimensions * entropy + bias, 4 * standardError, `${dimensions}-D`);
    }
  });
}

Deno.test("the difference of entropies is the information of added noise, of any size", () => {
  const random = generator(26);
  const n = 20_000, dimensions = 2;
  // X is a fair sign, far out or near: I is ln 2 where the noise hides no sign, and more or less
  // nothing where it does.
  for (const scale of [1e-3, 30]) {
    const noise = draws(n * dimensions, () => normalDraw(random));
    const z = noise.slice();
    for (let i = 0; i < n; i++) {
      const sign = random() < 0.5 ? -1 : 1;
      for (let d = 0; d < dimensions; d++) {
        z[i * dimensions + d] = sign + scale * z[i * dimensions + d];
      }
    }
    const logDeterminants = new Float64Array(n).fill(dimensions * Math.log(scale));
    const { nats, standardError } = noiseInformation(
      points(z, dimensions),
      points(noise, dimensions),
      logDeterminants,
    );
    // Of the sum of both coordinates, sign·2 + scale·√2·N(0, 1), to second order.
    const expected = scale < 1 ? Math.LN2 : 0.5 * (Math.SQRT2 / scale) ** 2;
    assertAlmostEquals(nats, expected, 4 * standardError, `scale ${scale}`);
    assertLess(standardError, 0.02);
  }
});

Deno.test("estimates refuse draws that do not fit together", () => {
  const line = points(Float64Array.of(1, 2, 3, 4, 5, 6));
  for (const k of [0, 6, 1.5]) {
    const of = `of 6 points by neighbour ${k}: k is an integer from 1 to 5`;
    assertThrows(() => neighbourEntropy(line, { k }), RangeError, of);
    assertThrows(() => ksgInformation(line, line, { k }), RangeError, of);
  }
  assertThrows(
    () => ksgInformation(line, { ...line, dimensions: 2 }),
    ShapeError,
    "Cannot estimate the information of 6 and 3 points: they come in pairs",
  );
  assertThrows(
    () => neighbourEntropy(points(Float64Array.of(1, 5, 1, 1, 1, 2))),
    RangeError,
    "Cannot estimate the entropy of 6 draws of which 4 equal another",
  );
  assertThrows(
    () => noiseInformation(line, line, [1, 2]),
    ShapeError,
    "in 6 codes of 1 dimensions, with 6 noises of 1 and 2 log-determinants",
  );
});
