/**
 * What must hold of a trained model if its rate is exact, as rows that are judged: wherever the echoes are from, z and ε have one
 * law; and no estimate contradicts the formula.
 *
 * @module
 */
import { meanOf, standardError } from "../statistics/summary.ts";
import { byDensity } from "../channels/estimates.ts";
import type { Finding } from "../channels/row.ts";
import type { DrawnCodes } from "./codes.ts";
import type { Evidence } from "./evidence.ts";
import type { Split, Trained } from "./trained.ts";

/** What the records of a run and the same computed again may differ by, relatively: devices round in their own ways. */
const AGAIN = 2e-5;

/** The fewest independent codes that can be judged by how much they vary. */
const FEWEST = 100;

/** The rows. */
export function findingsOf(
  { train, test, recorded }: Trained,
  { law, train: ofTrain, test: ofTest, kept, gaps, bounds }: Evidence,
): Finding[] {
  /** I = −E log |det S| + h(Z) − h(ε), the entropies' difference by the cross-entropies with one normal law. */
  const row = (split: Split, echoes: string, drawn: DrawnCodes): Finding => ({
    section: split.name,
    channel: `${split.name} images, ${echoes}`,
    rate: meanOf(split.rate),
    difference: 0,
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
    // Drawn as those of batches were, and so known as well; which of them share a batch is not kept.
    const { standardError } = row(test, "", ofTest.batch);
    const passes = ofTest.batch.of.length / kept.of.length;
    findings.push({
      ...row(test, "as the run kept their codes", kept),
      standardError: standardError * Math.sqrt(passes),
    });
  }
  const rate = meanOf(test.rate);
  findings.push({
    section: test.name,
    channel: "test images, echoes from all training images",
    by: `InfoNCE, K = ${bounds.count.toLocaleString("en")}`,
    relation: "≤",
    rate,
    difference: 0,
    formula: rate,
    formulaError: standardError(test.rate),
    estimate: bounds.below.nats,
    standardError: bounds.below.error,
  });
  if (recorded !== undefined) {
    const error = AGAIN * recorded.losses.rate;
    findings.push({
      section: test.name,
      channel: "test images, the rate in test.json",
      by: "the run itself",
      rate: recorded.losses.rate,
      difference: 0,
      formula: rate,
      formulaError: error,
      estimate: recorded.losses.rate,
      standardError: error,
    });
  }
  return findings;
}
