/**
 * The statistics, against published values: what judges the library must itself be right.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertLess } from "@std/assert";
import { digamma } from "../lib/mi/digamma.ts";
import {
  betaCdf,
  cauchyCdf,
  cauchyDraw,
  type Cdf,
  gammaCdf,
  gammaDraw,
  generator,
  incompleteBeta,
  incompleteGamma,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  logGamma,
  normalCdf,
  normalDraw,
  type Random,
  uniformCdf,
} from "./statistics.ts";

Deno.test("special functions have their closed-form values", () => {
  assertAlmostEquals(logGamma(0.5), Math.log(Math.PI) / 2, 1e-12);
  assertAlmostEquals(logGamma(11), Math.log(3628800), 1e-12);
  assertAlmostEquals(digamma(1), -0.5772156649015329, 1e-12);
  assertAlmostEquals(digamma(0.5), -0.5772156649015329 - 2 * Math.LN2, 1e-12);
  for (const x of [0.1, 1, 2.5, 20]) {
    assertAlmostEquals(incompleteGamma(1, x), 1 - Math.exp(-x), 1e-12);
    assertAlmostEquals(incompleteGamma(2, x), 1 - (1 + x) * Math.exp(-x), 1e-12);
  }
  for (const x of [0.01, 0.3, 0.5, 0.99]) {
    assertAlmostEquals(incompleteBeta(3, 1, x), x ** 3, 1e-12);
    assertAlmostEquals(incompleteBeta(1, 4, x), 1 - (1 - x) ** 4, 1e-12);
    assertAlmostEquals(incompleteBeta(0.5, 0.5, x), 2 / Math.PI * Math.asin(Math.sqrt(x)), 1e-12);
  }
  assertAlmostEquals(normalCdf(-1.959963984540054), 0.025, 1e-12);
  assertAlmostEquals(normalCdf(1), 0.8413447460685429, 1e-12);
});

const families: [name: string, draw: (random: Random) => number, cdf: Cdf, other: Cdf][] = [
  ["uniform", (random) => random(), uniformCdf, betaCdf(1.1, 1)],
  ["normal", normalDraw, normalCdf, (x) => normalCdf(x / 1.1)],
  ["Cauchy", cauchyDraw, cauchyCdf, (x) => cauchyCdf(x / 1.15)],
  ["Gamma(.7)", (random) => gammaDraw(random, 0.7), gammaCdf(0.7), gammaCdf(0.75)],
  ["Gamma(3)", (random) => gammaDraw(random, 3), gammaCdf(3), gammaCdf(3.1)],
];
for (const [name, draw, cdf, other] of families) {
  Deno.test(`Kolmogorov and Smirnov accept draws that are ${name}, and reject a law close by`, () => {
    const random = generator(1);
    const draws = Float64Array.from({ length: 20_000 }, () => draw(random));
    const limit = kolmogorovSmirnovLimit(draws.length);
    assertAlmostEquals(limit, 0.0191, 1e-4);
    assertLess(kolmogorovSmirnov(draws, cdf), limit);
    assert(kolmogorovSmirnov(draws, other) > limit);
    assert(!(kolmogorovSmirnov([...draws, NaN], cdf) < limit), "a NaN must not pass");
  });
}
