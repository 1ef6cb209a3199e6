/**
 * Ways to draw the echoes from the batch: one is exact, the others are off by a known amount.
 *
 * @module
 */
import { type EchoChannel, echoChannel } from "../../../mod.ts";
import { draw, type Draws, type Sampler } from "./draws.ts";
import { byEntropies, byKsg, byLaws } from "./estimates.ts";
import type { Finding } from "./row.ts";
import { type Mode, orders, plainEcho } from "./samplers.ts";
import type { Suite } from "./suite.ts";
import { encode, excessOfSelf, laws, rate } from "./truncated.ts";

const BATCHES = [2, 4, 8, 32, 100, 1000];
/** The most echoes of an example, as in the experiments. */
const MOST = 99;
/** Echoes further in do not count. */
const DEEP = 24;
/** Encodings that a row is made of, at most so many times as many as the draws. */
const ENCODINGS = 200;

/** The ways of the library that are exact but for the truncation. */
const EXACT = [["withoutReplacement", "without replacement"], ["cycle", "in one cycle"]] as const;

/** How well a number of nats is known. */
type Known = readonly [nats: number, error: number];

/**
 * I(X;Z) + E log S, by batch, where no quadrature gives it: measured once, with a million draws each by the estimator that the
 * row has.
 */
const MEASURED: Readonly<
  Record<Exclude<Mode, "without replacement">, Readonly<Record<number, Known>>>
> = {
  "self included": { 2: [0.586, 0.005] },
  "with replacement": {
    2: [0.379, 0.005],
    4: [0.085, 0.001],
    8: [0.0242, 0.001],
    32: [0.0015, 0.001],
    100: [0.001, 0.001],
    1000: [0, 0.001],
  },
  "with replacement, self excluded": {
    2: [-0.047, 0.0015],
    4: [-0.108, 0.001],
    8: [-0.062, 0.001],
    32: [-0.0165, 0.001],
    100: [-0.005, 0.001],
    1000: [-0.0005, 0.001],
  },
};

/** The rows of this section. */
export async function* sampling(suite: Suite): AsyncGenerator<Finding> {
  const of = laws(DEEP + 1);
  for (const [sampling, name] of EXACT) {
    for (const batch of BATCHES) {
      const d = Math.min(batch - 1, DEEP);
      const [noise, code] = of.slice(d - 1, d + 1);
      const draws = await drawBatches(batch, suite, suite.sampler, sampling);
      yield {
        section: "sampling",
        channel: `${name}, batch ${batch}`,
        rate,
        difference: code.entropy() - noise.entropy(),
        ...byLaws(draws, noise, code),
      };
    }
  }
  for (
    const mode of ["self included", "with replacement", "with replacement, self excluded"] as const
  ) {
    for (const batch of BATCHES) {
      const known = MEASURED[mode][batch] ?? [excessOfSelf(batch, Math.min(batch, MOST)), 0.001];
      yield await ofMode(mode, batch, suite, known);
    }
  }
}

/** A way that the library does not offer, or, with replacement, offers as an option (see the tests: the two are one). */
async function ofMode(
  mode: Mode,
  batch: number,
  suite: Suite,
  [difference, differenceError]: Known,
): Promise<Finding> {
  const draws = await drawBatches(batch, suite, plainEcho(orders[mode]));
  return {
    section: "sampling",
    channel: `${mode}, batch ${batch}`,
    rate,
    difference,
    differenceError,
    // Noise that does not depend on the example can be told by entropies alone.
    ...(mode === "with replacement, self excluded" ? byEntropies(draws) : byKsg(draws)),
  };
}

const drawBatches = (
  batch: number,
  { draws: n, seed }: Suite,
  sampler: Sampler,
  sampling: EchoChannel["sampling"] = "withoutReplacement",
): Promise<Draws> =>
  draw(encode, {
    sampler,
    seed: seed + batch,
    n: Math.min(n, Math.ceil(ENCODINGS * n / batch)),
    batch,
    perOrder: 1,
    channel: echoChannel({ dMax: MOST, clip: 1, sampling }),
  });
