/**
 * The judged rows of a trained model. If its rate is exact, z and ε share one law for every source
 * of echoes, and no estimate contradicts the formula.
 *
 * @module
 */
import { measured } from "../statistics/measured.ts";
import { meanOf } from "../statistics/summary.ts";
import { byDensity } from "../channels/estimates.ts";
import type { Finding } from "../channels/row.ts";
import type { DrawnCodes } from "./codes.ts";
import type { Evidence } from "./evidence.ts";
import type { Split, Trained } from "./trained.ts";

/**
 * The relative difference allowed between a recorded and a recomputed rate, as devices round
 * differently.
 */
const AGAIN = 2e-5;

/** The fewest independent codes whose variance gives a usable standard error. */
const FEWEST = 100;

/** The estimator of the row that compares with the record of the run. */
export const BY_RUN = "the run itself";

/** The findings of a trained model. */
export function findingsOf(
  { train, test, recorded }: Trained,
  { law, train: ofTrain, test: ofTest, kept, gaps, bounds }: Evidence,
): Finding[] {
  /**
   * Estimates I = −E log |det S| + h(Z) − h(ε). One normal law replaces both densities in the
   * entropies, so their difference shows how much the second moments of z and ε differ.
   */
  const row = (split: Split, echoes: string, drawn: DrawnCodes): Finding => ({
    section: split.name,
    channel: `${split.name} images, ${echoes}`,
    rate: meanOf(split.rate),
    ...byDensity(drawn, law.logDensity),
    by: "second moments",
  });
  const findings: Finding[] = [
    {
      ...row(train, "echoes from all training images", ofTrain.pool),
      by: "second moments, laws",
      laws: gaps.train,
    },
    row(train, "echoes from the batch", ofTrain.batch),
    row(test, "echoes from the batch", ofTest.batch),
  ];
  for (const [split, { fresh }] of [[train, ofTrain], [test, ofTest]] as const) {
    if (fresh.of.length >= FEWEST) findings.push(row(split, "fresh echoes for each", fresh));
  }
  if (kept !== undefined) {
    // The run does not record which codes share a batch. Its codes were drawn like those of
    // `batch`, so their standard error is the same but for the number of passes over the images.
    const { estimate: { standardError } } = row(test, "", ofTest.batch);
    const passes = ofTest.batch.of.length / kept.of.length;
    const found = row(test, "codes stored by the run", kept);
    findings.push({
      ...found,
      estimate: { ...found.estimate, standardError: standardError * Math.sqrt(passes) },
    });
  }
  const rate = meanOf(test.rate);
  findings.push({
    section: test.name,
    channel: "test images, echoes from all training images",
    by: `InfoNCE, K = ${bounds.count.toLocaleString("en")}`,
    relation: "≤",
    rate,
    formula: measured(test.rate),
    estimate: bounds.below,
  });
  if (recorded !== undefined) {
    const value = recorded.losses.rate, standardError = AGAIN * value;
    findings.push({
      section: test.name,
      channel: "test images, the rate in test.json",
      by: BY_RUN,
      rate: value,
      formula: { value: rate, standardError },
      estimate: { value, standardError },
    });
  }
  return findings;
}
