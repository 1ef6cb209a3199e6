/**
 * The metrics of disentanglement against numpy and scikit-learn (tests/golden/disentanglement.py), on
 * codes that are perfect, rotated, noisy, and partly constant.
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertGreater, assertThrows } from "@std/assert";
import golden from "../../../golden/disentanglement.json" with { type: "json" };
import {
  gaussianTotalCorrelation,
  normalisedWasserstein,
  wassersteinCorrelation,
} from "../../../../experiments/laboratory/disentanglement/covariance.ts";
import { type Dci, dci } from "../../../../experiments/laboratory/disentanglement/dci.ts";
import {
  meanInformation,
  mig,
  modularity,
} from "../../../../experiments/laboratory/disentanglement/information.ts";
import { logisticRegression } from "../../../../experiments/laboratory/disentanglement/logistic.ts";
import {
  columnOf,
  type Factor,
  type FactorSample,
  requireSample,
  type Rows,
} from "../../../../experiments/laboratory/disentanglement/sample.ts";
import { sap } from "../../../../experiments/laboratory/disentanglement/sap.ts";
import { eigenvalues } from "../../../../experiments/laboratory/statistics/eigenvalues.ts";
import fc from "../../../fixtures/property.ts";
import { generator, normalDraw } from "../../../fixtures/statistics.ts";
import { parse } from "../../../golden/values.ts";

const rowsOf = (text: string): Rows => {
  const { shape, data } = parse(text);
  return { values: data, width: shape[1] };
};
const FACTORS: Factor[] = golden.sizes.map((size, k) => ({
  name: `factor ${k}`,
  size,
  isCategorical: k === 0,
}));
const values = rowsOf(golden.factors);

for (const known of golden.cases) {
  const codes = rowsOf(known.codes);
  const sample: FactorSample = { codes, values, factors: FACTORS };
  Deno.test(`${known.name} codes: the metrics are those of numpy and scikit-learn`, () => {
    requireSample(sample);
    const found = {
      mig20: mig(sample),
      mig50: mig(sample, 50),
      modularity: modularity(sample),
      sap: sap(sample),
      gaussianTotalCorrelation: gaussianTotalCorrelation(codes),
      wasserstein: wassersteinCorrelation(codes),
      normalisedWasserstein: normalisedWasserstein(codes),
      meanInformation: meanInformation(codes),
    };
    for (const [name, value] of Object.entries(found)) {
      assertAlmostEquals(value, known[name as keyof typeof found], 1e-9, name);
    }
  });

  Deno.test(`${known.name} codes: one tree is that of scikit-learn`, () => {
    const options = { trees: 1, depth: golden.depth, bins: 240 };
    // A threshold is halfway between two codes of all images, in scikit-learn of those at the node,
    // so one of 360 values may be predicted differently.
    assertScores(dci(sample, options), known.tree, 1e-9, 1.01 / 360);
  });

  Deno.test(`${known.name} codes: a forest is close to that of scikit-learn`, () => {
    // Each tree sees other rows than there.
    assertScores(dci(sample, { trees: 100, depth: 12 }), known.forest, 0.05);
  });

  Deno.test(`${known.name} codes: the logistic regression is that of scikit-learn`, () => {
    const { weights } = logisticRegression(codes, columnOf(values, 1), FACTORS[1].size);
    const expected = parse(known.regression).data;
    weights.flatMap((row) => [...row]).forEach((weight, i) =>
      assertAlmostEquals(weight, expected[i], 1e-5)
    );
  });
}

function assertScores(
  { disentanglement, completeness, informativeness }: Dci,
  known: readonly number[],
  tolerance: number,
  ofAccuracy = tolerance,
): void {
  assertAlmostEquals(disentanglement, known[0], tolerance);
  assertAlmostEquals(completeness, known[1], tolerance);
  assertAlmostEquals(informativeness, known[2], ofAccuracy);
}

/** A sample of two factors, whose codes a function makes of their values. */
function sampleOf(code: (a: number, b: number) => readonly number[], seed = 3): FactorSample {
  const random = generator(seed);
  const all = Array.from({ length: 1200 }, () => {
    const pair = [Math.floor(4 * random()), Math.floor(8 * random())];
    return { pair, code: code(pair[0], pair[1]) };
  });
  return {
    codes: { values: all.flatMap(({ code }) => [...code]), width: all[0].code.length },
    values: { values: all.flatMap(({ pair }) => pair), width: 2 },
    factors: [{ name: "a", size: 4, isCategorical: true }, { name: "b", size: 8 }],
  };
}

const scoresOf = (sample: FactorSample) => {
  const { disentanglement, completeness, informativeness } = dci(sample);
  return [
    ...[mig(sample), modularity(sample), sap(sample)],
    ...[disentanglement, completeness, informativeness],
  ];
};

Deno.test("a dimension for each factor has the best score of every metric", () => {
  const [gap, modular, predicted, ...others] = scoresOf(sampleOf((a, b) => [-a, 5 + b / 100]));
  // The two factors are drawn independently, so they share information by chance: .005 nats.
  for (const score of [gap, modular, ...others]) assertAlmostEquals(score, 1, 0.01);
  // Any code predicts a factor of four values without an order with an accuracy of 1/4.
  assertAlmostEquals(predicted, (1 - 1 / 4 + 1) / 2, 0.02);
});

Deno.test("factors that share a dimension are not modular, a factor in two dimensions has no gap", () => {
  const shared = sampleOf((a, b) => [a + 4 * b, 7]);
  assertAlmostEquals(dci(shared).disentanglement, 0, 0.05);
  assertAlmostEquals(dci(shared).completeness, 1, 1e-12);
  const twice = sampleOf((a, b) => [a, a, b, b]);
  assertAlmostEquals(mig(twice), 0, 1e-12);
  assertAlmostEquals(sap(twice), 0, 1e-12);
  assertEquals(gaussianTotalCorrelation(twice.codes), Infinity);
  assertAlmostEquals(meanInformation(twice.codes), (Math.log(4) + Math.log(8)) / 6, 0.01);
});

Deno.test("constant codes have no score, and are independent", () => {
  const constant = sampleOf(() => [2, 2]);
  const [gap, modular, predicted, disentangled, complete] = scoresOf(constant);
  assertEquals([gap, modular, predicted, disentangled, complete], [0, 0, 0, 0, 0]);
  const { codes } = constant;
  for (const score of [gaussianTotalCorrelation, wassersteinCorrelation, normalisedWasserstein]) {
    assertEquals(score(codes), 0);
  }
});

Deno.test("no metric changes if dimensions of the code are moved, turned round, shifted or stretched", () => {
  const random = generator(5);
  const sample = sampleOf((a, b) => [a + normalDraw(random), b + normalDraw(random), a + b]);
  const before = scoresOf(sample), correlation = gaussianTotalCorrelation(sample.codes);
  const factor = fc.integer({ min: 1, max: 6 }).map((e) => 2 ** (e - 3));
  fc.assert(
    fc.property(factor, factor, fc.boolean(), (stretch, other, isTurned) => {
      const { values: all, width } = sample.codes;
      const changed = Array.from({ length: all.length / width }, (_, i) => {
        const [x, y, z] = [0, 1, 2].map((j) => all[i * width + j]);
        return [stretch * y, isTurned ? -x : x, other * z];
      });
      const codes = { values: changed.flat(), width };
      const after = scoresOf({ ...sample, codes });
      // Turned columns have their bins from the other end, so numbers on an edge change the bin.
      before.forEach((score, i) => assertAlmostEquals(after[i], score, 0.02));
      assertAlmostEquals(gaussianTotalCorrelation(codes), correlation, 1e-9);
    }),
    { numRuns: 3 },
  );
});

Deno.test("total correlation of Gaussians: −½ log(1 − ρ²), and the Wasserstein distance by hand", () => {
  const random = generator(9), r = 0.8;
  const pairs = Array.from({ length: 20_000 }, () => {
    const x = normalDraw(random);
    return [x, 3 * (r * x + Math.sqrt(1 - r * r) * normalDraw(random))];
  });
  const codes = { values: pairs.flat(), width: 2 };
  assertAlmostEquals(gaussianTotalCorrelation(codes), -0.5 * Math.log(1 - r * r), 0.03);
  // D^½ΣD^½ = [[1, 9r], [9r, 81]]: the trace of the root of a 2×2 matrix is √(tr + 2√det).
  const distance = 2 * 10 - 2 * Math.sqrt(82 + 2 * 9 * Math.sqrt(1 - r * r));
  assertAlmostEquals(wassersteinCorrelation(codes), distance, 0.05);
  assertAlmostEquals(normalisedWasserstein(codes), distance / 10, 0.005);
});

Deno.test("eigenvalues: their sum is the trace, that of their squares the squared norm", () => {
  const square = fc.integer({ min: 1, max: 6 }).chain((n) =>
    fc.array(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
      {
        minLength: n,
        maxLength: n,
      },
    )
  );
  fc.assert(fc.property(square, (rows) => {
    const symmetric = rows.map((row, i) => row.map((x, j) => x + rows[j][i]));
    const found = eigenvalues(symmetric);
    const trace = symmetric.reduce((sum, row, i) => sum + row[i], 0);
    assertAlmostEquals(found.reduce((sum, x) => sum + x, 0), trace, 1e-12);
    const squares = symmetric.flat().reduce((sum, x) => sum + x * x, 0);
    assertAlmostEquals(found.reduce((sum, x) => sum + x * x, 0), squares, 1e-12);
  }));
});

Deno.test("a sample that cannot be judged is refused with the place of the mistake", () => {
  const good = sampleOf((a, b) => [a, b]);
  const codes = { values: [...Array(2399).fill(0), NaN], width: 2 };
  const refused: [change: Partial<FactorSample>, message: string][] = [
    [{ codes }, "Cannot judge the code NaN of image 1199, dimension 1"],
    [{ codes: { values: [1, 2], width: 2 } }, "Cannot judge 1 codes beside the factors of 1200"],
    [{ factors: [good.factors[0], { name: "b", size: 3 }] }, "factor b: its values are 0 to 2"],
    [{ factors: good.factors.slice(1) }, "2 factor values an image and 1 factors"],
  ];
  for (const [change, message] of refused) {
    assertThrows(() => requireSample({ ...good, ...change }), RangeError, message);
  }
  const many = {
    ...good,
    factors: [good.factors[0], { ...good.factors[1], size: 13, isCategorical: true }],
  };
  assertThrows(() => sap(many), RangeError, "Cannot find intervals for 13 values");
  assertGreater(sap(good), 0.8);
});
