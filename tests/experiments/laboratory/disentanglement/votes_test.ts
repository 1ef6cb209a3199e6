/**
 * The metrics that choose factors, against scikit-learn (tests/golden/disentanglement.py).
 *
 * @module
 */
import { assertAlmostEquals, assertEquals, assertGreater } from "@std/assert";
import golden from "../../../golden/disentanglement.json" with { type: "json" };
import type { Rows } from "../../../../experiments/laboratory/disentanglement/sample.ts";
import {
  betaVaeScore,
  factorVaeScore,
  type Population,
} from "../../../../experiments/laboratory/disentanglement/votes.ts";
import { generator, normalDraw } from "../../../fixtures/statistics.ts";
import { parse } from "../../../golden/values.ts";

const { sizes, batch } = golden;

/** Codes that are a linear map of the factors, each in [0, 1), and noise. */
function populationOf(matrix: readonly number[][], noise: number): Population {
  const random = generator(11);
  const isAlive = matrix[0].map((_, j) => matrix.some((row) => row[j] !== 0));
  return {
    factors: sizes.map((size, k) => ({ name: `factor ${k}`, size })),
    draw: (random) => sizes.map((size) => Math.floor(size * random())),
    encode({ values, width }): Rows {
      const codes: number[] = [];
      for (let i = 0; i < values.length; i += width) {
        const unit = sizes.map((size, k) => values[i + k] / size);
        for (const [j, alive] of isAlive.entries()) {
          const exact = unit.reduce((sum, u, k) => sum + u * matrix[k][j], 0);
          codes.push(alive ? exact + noise * normalDraw(random) : 0.25);
        }
      }
      return { values: codes, width: isAlive.length };
    },
  };
}

const VOTES = 800;
for (const { name, map, noise, factorVae, betaVae } of golden.cases) {
  const { data } = parse(map);
  const matrix = [0, 3, 6].map((i) => data.slice(i, i + 3));
  Deno.test(`${name} codes: the FactorVAE and β-VAE scores are those of scikit-learn`, async () => {
    const population = populationOf(matrix, noise);
    const options = { votes: VOTES, batch, scaleImages: 5000 };
    const tolerance = (p: number) => 4 * Math.sqrt(p * (1 - p) / VOTES) + 0.005;
    const found = await factorVaeScore(population, options);
    assertAlmostEquals(found, factorVae, tolerance(factorVae));
    assertAlmostEquals(await betaVaeScore(population, options), betaVae, tolerance(betaVae));
  });
}

const IDENTITY = [[1, 0, 0], [0, 1, 0], [0, 0, 1]];

Deno.test("constant codes are at chance, and the same seed gives the same score", async () => {
  const nothing = populationOf([[0, 0, 0], [0, 0, 0], [0, 0, 0]], 0);
  const options = { votes: 300, batch: 4, scaleImages: 100 };
  for (const score of [factorVaeScore, betaVaeScore]) {
    assertAlmostEquals(await score(nothing, options), 1 / 3, 0.12);
    const noisy = () => score(populationOf(IDENTITY, 0.3), options);
    assertEquals(await noisy(), await noisy());
  }
});

Deno.test("dependent factors: only images of the population are encoded", async () => {
  // The second factor is never above the first one.
  const base = populationOf(IDENTITY, 0.01);
  const dependent: Population = {
    ...base,
    draw(random) {
      for (;;) {
        const values = base.draw(random);
        if (values[1] <= values[0]) return values;
      }
    },
    encode(rows) {
      for (let i = 0; i < rows.values.length; i += 3) {
        assertEquals(rows.values[i + 1] <= rows.values[i], true);
      }
      return base.encode(rows);
    },
  };
  const options = { votes: 200, batch: 16, scaleImages: 1000 };
  assertGreater(await factorVaeScore(dependent, options), 0.8);
});
