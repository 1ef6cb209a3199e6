/**
 * The tests of the sampler, tested: a second sampler that follows the definition passes them, and
 * with any of the usual mistakes it fails one.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import { echoChannel, jit, key, normal, run, split } from "../../../mod.ts";
import { SIGMAS } from "../../fixtures/statistics.ts";
import {
  betaGamma,
  digits,
  gauss,
  stick,
} from "../../../experiments/laboratory/channels/channels.ts";
import { libraryEcho } from "../../../experiments/laboratory/channels/draws.ts";
import { mutants, type Mutation, rightEcho } from "./mutants.ts";
import { echoMasks, GAP_LIMIT, lawGaps, momentErrors, telescopingError } from "./oracles.ts";

Deno.test("the plain sampler and the library's are one function", async () => {
  const [kMean, kScale, kEcho] = split(key(1), 3);
  const encodings = run({ mean: normal(kMean, [9, 4]), logScale: normal(kScale, [9, 4]) });
  for (const dMax of [3, 99]) {
    const channel = echoChannel({ dMax, clip: 0.7 });
    const codes = [];
    for (const sampler of [libraryEcho, rightEcho]) {
      const { mean, logScale } = encodings;
      codes.push(await jit(() => sampler(kEcho, mean, logScale, channel).z)().read());
    }
    assertEquals(codes[0], codes[1]);
  }
});

/**
 * How far the law of z of a mutant is from that of the channel: known values, some below what
 * 20,000 draws can tell.
 */
const gaps: Partial<Record<Mutation | "none", readonly number[]>> = {
  "none": [0, 0, 0, 0],
  "inclusive product": [.038, .247, .128, .222],
  "S not applied": [.060, .173, .325, .338],
  "S applied twice": [.038, .140, .140, .222],
  "f and S misaligned": [.009, .040, .010, .006],
};
const channels = [gauss(0.6), stick(2, 0.5), betaGamma(2, 3), digits(3)];
for (const [mutation, row] of Object.entries(gaps) as [Mutation | "none", readonly number[]][]) {
  const caught = channels.filter((_, i) => row[i] > GAP_LIMIT).map(({ name }) => name);
  const outcome = caught.length === 0 ? "passes" : `is rejected by ${caught.join(", ")}`;
  Deno.test(`the law of the code: a sampler with mistake "${mutation}" ${outcome}`, async () => {
    const sampler = mutation === "none" ? rightEcho : mutants[mutation];
    for (const [i, channel] of channels.entries()) {
      const { z } = await lawGaps(channel, { sampler });
      // The gap of 20,000 draws themselves is below .01 nearly always.
      assertAlmostEquals(z, row[i], 0.012, channel.name);
      assertEquals(z > GAP_LIMIT, row[i] > GAP_LIMIT, `${channel.name} has the gap ${z}`);
    }
  });
}

Deno.test("the moments reject a sampler with self included, which the law passes", async () => {
  const sampler = mutants["self included"];
  assertLess((await lawGaps(gauss(0.7), { sampler })).z, GAP_LIMIT);
  assertGreater((await momentErrors(0.7, { sampler })).dependence, SIGMAS);
});

Deno.test("telescoping rejects every mistake", async () => {
  const logScales = [-0.5, -0.1, -0.2, -0.7, -0.3, -0.4];
  assertLess(await telescopingError(logScales, 2, { sampler: rightEcho }), 1e-6);
  const mistakes: readonly Mutation[] = [
    "inclusive product",
    "self included",
    "f and S misaligned",
    "S not applied",
    "S applied twice",
    "with replacement, self excluded",
    "orders not shared",
    "clip mismatch",
    "stale echoes",
    "cut off",
  ];
  for (const mistake of mistakes) {
    const error = await telescopingError(logScales, 2, { sampler: mutants[mistake] });
    assertGreater(error, 0.01, mistake);
  }
});

Deno.test("the echoes of a sampler with self included show the example", async () => {
  const masks = await echoMasks(8, 3, split(key(2), 20), { sampler: mutants["self included"] });
  assert(masks.some((batch) => batch.some((mask, i) => (mask & 2 ** i) !== 0)));
});
