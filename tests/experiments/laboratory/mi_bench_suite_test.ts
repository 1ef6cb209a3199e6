/**
 * The tasks of the benchmark: their stated information against independent estimates from draws.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  ksgInformation,
  neighbourEntropy,
  noiseInformation,
  type Points,
} from "../../../lib/information/mod.ts";
import { cauchy, gaussian } from "../../../experiments/laboratory/estimators/closed_forms.ts";
import { beyondNormal } from "../../../experiments/laboratory/estimators/beyond_normal.ts";
import {
  type Bijection,
  type MapName,
  mapped,
  MAPS,
  NORMAL_CDF,
  spiral,
} from "../../../experiments/laboratory/estimators/maps.ts";
import {
  additive,
  equicorrelated,
  type PairLaw,
  student,
} from "../../../experiments/laboratory/estimators/pair_laws.ts";
import { allTasks } from "../../../experiments/laboratory/estimators/tasks.ts";
import { type EstimatorTask, taskOf } from "../../../experiments/laboratory/estimators/task.ts";
import {
  betaCdf,
  cauchyCdf,
  type Cdf,
  gammaCdf,
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  meanOf,
  normalCdf,
  SIGMAS,
  standardError,
  uniformCdf,
  varianceOf,
  zOfCorrelation,
} from "../../fixtures/statistics.ts";

const N = 300;

/** The task of a name. */
function named(name: string): EstimatorTask {
  const found = allTasks().find((task) => task.name === name);
  assert(found !== undefined, name);
  return found;
}

const column = ({ values, dimensions }: Points, k: number): Float64Array =>
  Float64Array.from({ length: values.length / dimensions }, (_, i) => values[i * dimensions + k]);

function assertMean(
  terms: Float64Array,
  expected: number,
  what: string,
  expectedError = 0,
): void {
  const z = (meanOf(terms) - expected) / Math.hypot(standardError(terms), expectedError, 1e-9);
  assertLess(Math.abs(z), SIGMAS, `${what}: ${meanOf(terms)} for ${expected}`);
}

Deno.test("tasks have distinct names, .1 to 40 nats and 1 to 32 dimensions", () => {
  const names = allTasks().map(({ name }) => name);
  assertEquals([names.length, new Set(names).size], [40, 40]);
  const nats = allTasks().map((task) => task.exact().value);
  assertEquals([Math.min(...nats), Math.max(...nats)].map((v) => v.toFixed(6)), [
    "0.100000",
    "40.000000",
  ]);
  assertEquals(Math.max(...allTasks().map(({ dimensions }) => dimensions.z)), 32);
  for (const { name, dimensions, exact } of allTasks()) {
    if (beyondNormal().some((task) => task.name === name)) continue; // names of another benchmark
    const [, z, rounded] = name.match(/^[a-z]+-(\d+)d-(\d+\.\d)(-[a-z]+)?$/)!;
    assertEquals([Number(z), rounded], [dimensions.z, exact().value.toFixed(1)], name);
  }
});

Deno.test("the information is the mean of log p(z|x)/p(z), and −E log |det S|", () => {
  for (const task of allTasks()) {
    const { densities, noise, x, z } = task.draw(N, 5), { value, standardError } = task.exact();
    assertEquals([x.dimensions, z.dimensions], [task.dimensions.x, task.dimensions.z]);
    assertEquals([x.values.length, z.values.length], [x.dimensions * N, z.dimensions * N]);
    if (densities !== undefined) {
      const terms = Float64Array.from({ length: N }, (_, i) => {
        return densities.conditional(i, i) - densities.marginal(i);
      });
      assertMean(terms, value, task.name);
    }
    if (noise !== undefined) {
      assertMean(noise.logDeterminants.map((v) => -v), value, task.name, standardError);
    }
  }
});

/** The law of every coordinate of z, and whether they are independent. */
const LAWS: Record<string, [cdf: Cdf, independent: boolean]> = {
  "gaussian-32d-40.0": [normalCdf, true],
  "correlated-8d-4.0": [normalCdf, false],
  "matrix-16d-8.0": [normalCdf, true],
  "fading-4d-2.0": [(z) => normalCdf(z - 2), true],
  "cauchy-4d-4.0": [cauchyCdf, true],
  "uniform-8d-5.5": [uniformCdf, true],
  "beta-16d-16.0": [betaCdf(0.4, 0.6), true],
  "dirichlet-3d-1.5": [betaCdf(0.5, 1.5), false],
  "gamma-10d-5.0": [gammaCdf(2), true],
};

Deno.test("noise and codes have their stated laws", () => {
  for (const [name, [cdf, independent]] of Object.entries(LAWS)) {
    const { z, noise } = named(name).draw(600, 6);
    for (const points of [z, noise!.points]) {
      const draws = independent ? points.values : column(points, 1);
      const gap = kolmogorovSmirnov(draws, cdf);
      assertLess(gap, kolmogorovSmirnovLimit(draws.length), name);
    }
  }
});

Deno.test("nearest-neighbour estimates agree, in few dimensions and with nonlinear f and S", () => {
  const n = 4000;
  for (const [name, tolerance] of [["tanh-1d-0.9", 0.06], ["gaussian-1d-4.0", 0.08]] as const) {
    const { x, z } = named(name).draw(n, 7);
    assertAlmostEquals(ksgInformation(x, z).nats, named(name).exact().value, tolerance, name);
  }
  for (const [name, tolerance] of [["tanh-8d-5.1", 0.3], ["network-8d-3.7", 0.3]] as const) {
    const { z, noise } = named(name).draw(N, 8);
    const { nats } = noiseInformation(z, noise!.points, noise!.logDeterminants);
    assertAlmostEquals(nats, named(name).exact().value, tolerance, name);
  }
});

Deno.test("the same seed gives the same draws, another seed gives others", () => {
  for (const task of [named("gaussian-8d-2.0"), named("beta-1d-0.5")]) {
    assertEquals(task.draw(20, 3).z, task.draw(20, 3).z);
    assertEquals(task.draw(20, 3).x, task.draw(20, 3).x);
    assertNotEquals(task.draw(20, 3).z, task.draw(20, 4).z);
  }
});

Deno.test("draws are independent of each other, and noise is independent of its example", () => {
  const n = 10_000, block = 50;
  const { x, z, noise } = named("gaussian-1d-1.0").draw(n, 9);
  const pairs: [string, Float64Array, Float64Array][] = [
    ["z and the next z", column(z, 0).subarray(1), column(z, 0).subarray(0, -1)],
    ["x and the next z", column(x, 0).subarray(1), column(z, 0).subarray(0, -1)],
    ["x and the noise", column(x, 0), column(noise!.points, 0)],
  ];
  for (const [what, a, b] of pairs) {
    assertLess(Math.abs(zOfCorrelation(a, b)), SIGMAS, what);
  }
  // The means of codes that share echoes, as in a batch, have 2.85 times this variance.
  const means = Float64Array.from({ length: n / block }, (_, b) => {
    return meanOf(column(z, 0).subarray(b * block, (b + 1) * block));
  });
  const ratio = varianceOf(means) * block / varianceOf(column(z, 0));
  assertLess(Math.abs(ratio - 1), SIGMAS * Math.sqrt(2 * block / n));
});

/** log |det| of a map's Jacobian, by finite differences and elimination. */
function logJacobian(map: Bijection, row: readonly number[]): number {
  const step = 1e-5;
  const shifted = (k: number, by: number) => map(row.map((v, i) => i === k ? v + by : v)).row;
  const matrix = row.map((_, k) => {
    const above = shifted(k, step), below = shifted(k, -step);
    return above.map((v, i) => (v - below[i]) / (2 * step));
  });
  let total = 0;
  for (let k = 0; k < row.length; k++) {
    const rest = matrix.slice(k).sort((a, b) => Math.abs(b[k]) - Math.abs(a[k]));
    matrix.splice(k, rest.length, ...rest);
    total += Math.log(Math.abs(matrix[k][k]));
    for (let i = k + 1; i < row.length; i++) {
      const factor = matrix[i][k] / matrix[k][k];
      matrix[i] = matrix[i].map((v, j) => v - factor * matrix[k][j]);
    }
  }
  return total;
}

Deno.test("the log-determinant of a map is that of its Jacobian", () => {
  const away = fc.double({ min: 0.1, max: 4, noNaN: true });
  const coordinate = fc.tuple(away, fc.boolean()).map(([v, up]) => up ? v : -v);
  for (const [name, mapOf] of Object.entries(MAPS)) {
    fc.assert(
      fc.property(fc.array(coordinate, { minLength: 1, maxLength: 5 }), fc.nat(99), (row, seed) => {
        const map = mapOf(row.length, seed + 1);
        assertAlmostEquals(map(row).logDeterminant, logJacobian(map, row), 1e-4, name);
      }),
      { numRuns: 50 },
    );
  }
  const fixed: [Bijection, number][] = [[NORMAL_CDF, 1], [NORMAL_CDF, 2], [spiral(1, 2, 1 / 3), 4]];
  for (const [map, dimensions] of fixed) {
    const rows = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), {
      minLength: dimensions,
      maxLength: dimensions,
    });
    fc.assert(fc.property(rows, (row) => {
      assertAlmostEquals(map(row).logDeterminant, logJacobian(map, row), 1e-4);
    }));
  }
});

/**
 * I(X;Z) of scalars by the midpoint rule: x and z at the quantiles of a Cauchy law, p(x) = p(z) or
 * given.
 */
function quadrature(
  { logConditional, logMarginal }: PairLaw,
  logOfX: (x: number) => number = (x) => logMarginal([x]),
): number {
  const count = 500;
  const places = Array.from({ length: count }, (_, i) => {
    const at = Math.tan(Math.PI * ((i + 0.5) / count - 0.5));
    return { at, weight: Math.PI * (1 + at * at) / count };
  });
  let total = 0;
  for (const { at: x, weight } of places) {
    const ofX = weight * Math.exp(logOfX(x));
    if (ofX === 0) continue;
    for (const { at: z, weight } of places) {
      const log = logConditional([z], [x]);
      if (log > -Infinity) total += ofX * weight * Math.exp(log) * (log - logMarginal([z]));
    }
  }
  return total;
}

Deno.test("pairs have their stated information, by quadrature and by canonical correlation", () => {
  for (const freedom of [1, 2, 5]) {
    const law = student("t", 1, freedom);
    assertAlmostEquals(quadrature(law), law.exact.value, 3e-3, `${freedom}`);
  }
  assertAlmostEquals(student("t", 4, 1e6).exact.value, 0, 1e-5); // nearly normal and independent
  const onUnit = (x: number) => x > 0 && x < 1 ? 0 : -Infinity;
  for (const epsilon of [0.1, 0.5, 0.75, 2]) {
    const law = additive("u", epsilon);
    assertAlmostEquals(quadrature(law, onUnit), law.exact.value, 1e-2, `${epsilon}`);
  }
  // The sums of x and of z are their only canonical variates.
  for (const [d, r] of [[2, 0.5], [5, 0.5], [3, 0.9]]) {
    const canonical = d * r / (1 + (d - 1) * r);
    const { value } = equicorrelated("n", d, r).exact;
    assertAlmostEquals(value, -Math.log(1 - canonical ** 2) / 2, 1e-12);
  }
});

Deno.test("the tasks of Beyond Normal have the information that their paper states", () => {
  const stated = [0.41, 0.41, 0.41, 1.71, 0.33, 0.22, 0.22, 0.29, 0.45, 0.59, 1.02, 1.02];
  assertEquals(beyondNormal().map((task) => Math.round(100 * task.exact().value) / 100), stated);
  // A curve in the plane knows as much as the line that was rolled up.
  const rolled = named("swissroll_x-normal_cdf-1v1-normal-0.75"), { x, z } = rolled.draw(2000, 1);
  assertEquals([x.dimensions, z.dimensions], [2, 1]);
  assertAlmostEquals(ksgInformation(x, z).nats, rolled.exact().value, 0.08);
});

Deno.test("a map keeps the information, and its densities are those of the mapped codes", () => {
  const n = 3000;
  const cases: [EstimatorTask, MapName, number][] = [
    [taskOf(gaussian(1, 1)), "halfcube", 0.05],
    [taskOf(gaussian(1, 1)), "wiggly", 0.05],
    [taskOf(cauchy(1)), "asinh", 0.05],
    [taskOf(gaussian(2, 1)), "rotated", 0.05],
    [taskOf(gaussian(2, 1)), "flow", 0.1],
  ];
  for (const [task, map, tolerance] of cases) {
    const moved = mapped(task, map), { x, z, densities, noise } = moved.draw(n, 11);
    assertEquals(moved.exact(), task.exact());
    assertNotEquals(z.values, task.draw(n, 11).z.values);
    assertEquals(noise, undefined);
    const { conditional, marginal } = densities!;
    const logs = Float64Array.from({ length: n }, (_, i) => marginal(i));
    // The mean over these draws is a closer reference than the exact information.
    const nats = meanOf(logs.map((log, i) => conditional(i, i) - log));
    assertAlmostEquals(ksgInformation(x, z).nats, nats, tolerance, moved.name);
    assertAlmostEquals(neighbourEntropy(z).nats, -meanOf(logs), 0.08, moved.name);
  }
});
