/**
 * The ways to draw echoes from the batch: one is exact, the others are biased by a known amount.
 *
 * @module
 */
import { type EchoChannel, echoChannel } from "../../../mod.ts";
import type { Measured } from "../statistics/measured.ts";
import { draw, type Draws, type Sampler } from "./draws.ts";
import { byEntropies, byKsg, byLaws } from "./estimates.ts";
import { exactly, type Finding } from "./row.ts";
import { type Mode, orders, plainEcho } from "./samplers.ts";
import type { Suite } from "./suite.ts";
import { encode, excessOfSelf, laws, rate } from "./truncated.ts";

const BATCHES = [2, 4, 8, 32, 100, 1000];
/** The largest number of echoes of an example, as in the experiments. */
const MOST = 99;
/** Echoes after this one are negligible. */
const DEEP = 24;
/**
 * The largest number of encodings for each draw: it limits the number of draws of large batches.
 */
const ENCODINGS = 200;

/** The ways of the library that are exact except for the truncation. */
const EXACT = [["withoutReplacement", "without replacement"], ["cycle", "in one cycle"]] as const;

/**
 * I(X;Z) + E log S in nats with its standard error, by batch size, where quadrature does not give
 * it. It was measured once with a million draws and the estimator of the row.
 */
const MEASURED: Readonly<
  Record<
    Exclude<Mode, "without replacement">,
    Readonly<Record<number, readonly [nats: number, standardError: number]>>
  >
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

/** The findings of this section. */
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
        difference: exactly(code.entropy() - noise.entropy()),
        ...byLaws(draws, noise, code),
      };
    }
  }
  for (
    const mode of ["self included", "with replacement", "with replacement, self excluded"] as const
  ) {
    for (const batch of BATCHES) {
      const [value, standardError] = MEASURED[mode][batch] ??
        [excessOfSelf(batch, Math.min(batch, MOST)), 0.001];
      yield await ofMode(mode, batch, suite, { value, standardError });
    }
  }
}

/**
 * A biased way. The library offers one of them, with replacement; a test shows that the two agree.
 */
async function ofMode(
  mode: Mode,
  batch: number,
  suite: Suite,
  difference: Measured,
): Promise<Finding> {
  const draws = await drawBatches(batch, suite, plainEcho(orders[mode]));
  return {
    section: "sampling",
    channel: `${mode}, batch ${batch}`,
    rate,
    difference,
    // The noise does not depend on the example here, so entropies are enough.
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
