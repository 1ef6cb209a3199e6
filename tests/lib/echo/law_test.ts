/**
 * The law of the noise and of the code, and the rate, against channels where all three are known in
 * closed form.
 *
 * The parameters are drawn by fast-check, the draws by keys: both are fixed by a seed.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertLess } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { echoChannel, echoRate, tensor } from "../../../mod.ts";
import { generator, meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";
import {
  betaGamma,
  cauchy,
  type ClosedForm,
  digits,
  gauss,
  gaussScales,
  stick,
} from "../../../experiments/laboratory/channels/channels.ts";
import { draw } from "../../../experiments/laboratory/channels/draws.ts";
import { GAP_LIMIT, lawGaps, momentErrors, telescopingError } from "./oracles.ts";

const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.double({ min, max, noNaN: true });

/** A failed case is reported as it is: each shrink would cost thousands of draws. */
const RUNS = { seed: 20_250_701, numRuns: 4, endOnFailure: true };

/**
 * The ranges keep 23 echoes enough, and float32 fine enough at the ends of the interval for the
 * Beta law.
 */
const families: Record<string, fc.Arbitrary<ClosedForm>> = {
  "Gauss: N(0, 1)": between(0.05, 0.7).map(gauss),
  "Gauss of any scales: N(u, 1)": fc.tuple(between(1.5, 3), between(-3, 3))
    .map(([theta, u]) => gaussScales(theta, u)),
  "Cauchy: Cauchy": between(0.05, 0.7).map(cauchy),
  "b-adic: U(0, 1)": fc.integer({ min: 2, max: 10 }).map(digits),
  "Sethuraman: Beta(θp, θ(1 − p))": fc.tuple(between(1.5, 3), between(0.3, 0.7))
    .map(([theta, p]) => stick(theta, p)),
  "Beta–Gamma: Gamma(a)": fc.tuple(between(0.5, 2), between(1, 3))
    .map(([a, b]) => betaGamma(a, b)),
};

for (const [name, family] of Object.entries(families)) {
  Deno.test(`noise and code have the law of the channel, ${name}`, async () => {
    const clips = between(0.5, 1);
    await fc.assert(
      fc.asyncProperty(family, clips, fc.nat(1e6), async (form, clip, seed) => {
        const { noise, z } = await lawGaps(form, { seed, channel: echoChannel({ clip }) });
        assertLess(noise, GAP_LIMIT, `ε of ${form.name}`);
        assertLess(z, GAP_LIMIT, `z of ${form.name}`);
      }),
      RUNS,
    );
  });

  Deno.test(`the mean rate is the information of the channel, ${name}`, async () => {
    await fc.assert(
      fc.asyncProperty(family, fc.nat(1e6), async ({ name, encode, information }, seed) => {
        const random = generator(seed);
        const logScales = Array.from({ length: 20_000 }, () => encode(random).logScale[0]);
        const shape = [logScales.length, 1];
        const rates = await echoRate(
          tensor(logScales, { shape }),
          echoChannel({ clip: 1 }),
        ).read();
        const tolerance = SIGMAS * standardError(rates) + 1e-6;
        assertAlmostEquals(meanOf(rates), information, tolerance, name);
      }),
      RUNS,
    );
  });
}

Deno.test("the code of a digit is a number of which it is the first digit", async () => {
  const base = 3;
  const { x, z } = await draw(digits(base).encode);
  const wrong = z.filter((value, i) => Math.floor(base * value) !== x[i]);
  assert(wrong.length === 0, `${wrong.length} of ${z.length} digits do not come back`);
});

Deno.test("the noise of the Gaussian channel does not depend on the example", async () => {
  await fc.assert(
    fc.asyncProperty(between(0.05, 0.7), fc.nat(1e6), async (s, seed) => {
      const errors = await momentErrors(s, { seed });
      for (const [moment, z] of Object.entries(errors)) {
        assertLess(Math.abs(z), SIGMAS, `${moment} at s = ${s}`);
      }
    }),
    RUNS,
  );
});

Deno.test("the codes of a whole batch telescope, in every dimension by the same order", async () => {
  // Few shapes: a new one is compiled anew.
  const batches = fc.constantFrom(2, 12).chain((batch) =>
    fc.array(between(-3, 0), { minLength: batch, maxLength: batch })
  );
  const latents = fc.constantFrom(1, 4), clips = fc.constantFrom(0.6, 1);
  await fc.assert(
    fc.asyncProperty(
      batches,
      latents,
      clips,
      fc.nat(1e6),
      async (logScales, dimensions, clip, seed) => {
        const channel = echoChannel({ clip });
        assertLess(await telescopingError(logScales, dimensions, { seed, channel }), 1e-5);
      },
    ),
    { seed: 1, numRuns: 16 },
  );
});
