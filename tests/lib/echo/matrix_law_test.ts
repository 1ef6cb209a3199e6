/**
 * The law of noise and code with matrices, and their rate, against a channel where all three are
 * known.
 *
 * @module
 */
import { assertAlmostEquals, assertGreater, assertLess } from "@std/assert";
import {
  CENTRE,
  drawMatrices,
  matrixInformation,
} from "../../../experiments/laboratory/channels/matrix.ts";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  meanOf,
  normalCdf,
  SIGMAS,
  standardError,
} from "../../fixtures/statistics.ts";
import { matrixMutants } from "./mutants.ts";

const DIMENSIONS = 4, BATCHES = 1500, BATCH = 33;

/** How far numbers are from N(CENTRE, 1), one code of each batch: others of it share its echoes. */
function gapOf(codes: Float64Array): number {
  const independent = codes.filter((_, i) =>
    Math.floor(i / DIMENSIONS) % BATCH === Math.floor(i / DIMENSIONS / BATCH) % BATCH
  );
  return kolmogorovSmirnov(independent, (y) => normalCdf(y - CENTRE));
}
const LIMIT = kolmogorovSmirnovLimit(BATCHES * DIMENSIONS);

Deno.test("noise and code are N(u, I), and the mean rate is the information", async () => {
  const draws = await drawMatrices(DIMENSIONS, { seed: 1, batches: BATCHES, batch: BATCH });
  assertLess(gapOf(draws.noise), LIMIT, "ε");
  assertLess(gapOf(draws.z), LIMIT, "z");
  const tolerance = SIGMAS * standardError(draws.rate);
  assertAlmostEquals(meanOf(draws.rate), matrixInformation(DIMENSIONS), tolerance);
  draws.rate.forEach((rate, i) => assertAlmostEquals(rate, -draws.logDeterminant[i], 1e-4));
});

Deno.test("the law rejects products in the wrong order, and a transposed scale", async () => {
  for (const [mistake, sampler] of Object.entries(matrixMutants)) {
    const options = { seed: 1, batches: BATCHES, batch: BATCH, sampler };
    assertGreater(gapOf((await drawMatrices(DIMENSIONS, options)).z), LIMIT, mistake);
  }
});
