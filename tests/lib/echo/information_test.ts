/**
 * The rate is the mutual information of example and code: with no closed form, against estimates
 * that know nothing of Echo, and truncated so early that the rate is not the whole of it.
 *
 * @module
 */
import { assertAlmostEquals, assertGreater, assertLess } from "@std/assert";
import { ksgInformation } from "../../../lib/information/mod.ts";
import {
  kolmogorovSmirnov,
  kolmogorovSmirnovLimit,
  meanOf,
  normalDraw,
  SIGMAS,
  standardError,
} from "../../fixtures/statistics.ts";
import type { Encode } from "../../../experiments/laboratory/channels/channels.ts";
import { draw } from "../../../experiments/laboratory/channels/draws.ts";
import { encode, laws, rate } from "../../../experiments/laboratory/channels/truncated.ts";

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** X ~ N(0, 1), f = tanh(x) + shift, S = σ(x). */
const bounded = (shift: number): Encode => (random) => {
  const x = normalDraw(random);
  return { x, mean: [Math.tanh(x) + shift], logScale: [-softplus(-x)] };
};

/** The estimate of I(X;Z) by neighbours, in nats. */
const informationOf = (x: Float64Array, z: Float64Array): number =>
  ksgInformation({ values: x, dimensions: 1 }, { values: z, dimensions: 1 }).nats;

/** −E log σ(X), by quadrature. */
const RATE = 0.806059;
/** What the estimate by neighbours is good for at 20,000 draws. */
const NEIGHBOUR_ERROR = 0.03;

for (const shift of [0, 2]) {
  Deno.test(`neighbours find the rate in example and code, f = tanh(x) + ${shift}, S = σ(x)`, async () => {
    const { x, z, rate } = await draw(bounded(shift), { seed: 3 });
    assertAlmostEquals(meanOf(rate), RATE, SIGMAS * standardError(rate));
    assertAlmostEquals(informationOf(x, z), RATE, NEIGHBOUR_ERROR);
  });
}

/** h(E_{d+1}) − h(E_d): what the code of d echoes tells beyond the rate. */
const EXCESS = [0.276, 0.0336, 0.0057];
const lawsOfNoise = laws(4);

Deno.test("the laws of the truncated noise, by quadrature, have the known entropies", () => {
  const entropies = lawsOfNoise.map((law) => law.entropy());
  EXCESS.forEach((excess, i) => assertAlmostEquals(entropies[i + 1] - entropies[i], excess, 3e-4));
});

EXCESS.forEach((excess, i) => {
  const d = i + 1;
  Deno.test(`the code of ${d} ${d === 1 ? "echo" : "echoes"} tells the rate and ${excess} nats`, async () => {
    const n = 400_000;
    const [noiseLaw, law] = lawsOfNoise.slice(i);
    // d echoes of a batch of d + 1: it gives no more, whatever dMax is.
    const { noise, z } = await draw(encode, { n, batch: d + 1, seed: d });
    const limit = kolmogorovSmirnovLimit(n);
    assertLess(kolmogorovSmirnov(noise, (y) => noiseLaw.cdf(y)), limit, "ε has the law of E_d");
    assertLess(kolmogorovSmirnov(z, (y) => law.cdf(y)), limit, "z has the law of E_{d+1}");

    // log p(z|x) − log p(z) is the information of one draw; without −log S it is the excess.
    const excesses = z.map((code, i) => noiseLaw.logDensity(noise[i]) - law.logDensity(code));
    const error = standardError(excesses);
    assertAlmostEquals(meanOf(excesses), excess, SIGMAS * error);
    assertGreater(meanOf(excesses), SIGMAS * error, "the excess is told from 0");
  });
});

Deno.test("neighbours find the excess of one echo, too", async () => {
  const { x, z } = await draw(encode, { batch: 2, seed: 4 });
  assertAlmostEquals(informationOf(x, z), rate + EXCESS[0], NEIGHBOUR_ERROR);
});
