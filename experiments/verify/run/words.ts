/**
 * What the tables say, in words.
 *
 * @module
 */
import { meanOf } from "../../statistics/summary.ts";
import { type Gap, gapLimit } from "../row.ts";
import type { RunJudgement } from "./report.ts";
import type { Trained } from "./trained.ts";

/** Paragraphs, of which each is one line. */
export function words(trained: Trained, found: RunJudgement): string[] {
  return [exactness(found), population(trained), likelihood(trained, found)];
}

/** Of the largest gap, and of what chance gives. */
const gapText = (gaps: readonly Gap[], chance: number): string => {
  const largest = gaps.reduce((a, b) => b.gap > a.gap ? b : a);
  return `the largest of ${gaps.length} gaps of Kolmogorov and Smirnov (each dimension, and the distance from the centre) is ${
    largest.gap.toFixed(4)
  }, where ${gapLimit(largest.n, chance).toFixed(4)} is allowed`;
};

/** Whether z and ε have one law, which is all that the formula takes. */
function exactness(
  { judgement: { rows, tests, chance }, evidence: { gaps } }: RunJudgement,
): string {
  const red = rows.filter(({ verdict }) => verdict === "red").length;
  const verdict = red === 0
    ? `all ${rows.length} rows are green: nothing contradicts it`
    : `${red} of ${rows.length} rows are red: the formula is not what the codes tell`;
  return `Is the rate exact? I(X;Z) is −E log |det S(X)| where the code z and its noise ε have one law. Of codes of the training images, ${
    gapText(gaps.train, chance)
  }. ${verdict[0].toUpperCase()}${
    verdict.slice(1)
  }. (By chance one of ${tests} tests is red in one table of 10,000.)`;
}

/** What the number of images limits. */
function population({ train, test }: Trained): string {
  const rate = meanOf(test.rate), { count } = train.images;
  const most = Math.log(count);
  const limit = `ln ${count.toLocaleString("en")} = ${most.toFixed(2)} nats`;
  return rate <= most
    ? `Of what? Of the population of images. These ${
      count.toLocaleString("en")
    } could be told apart by ${limit}, so that the rate of ${
      rate.toFixed(2)
    } says the same of them, about.`
    : `Of what? Of the population of images, of which there are more than anyone has. Which of the ${
      count.toLocaleString("en")
    } training images a code is of, is told by ${limit}: of a rate of ${rate.toFixed(2)}, ${
      (rate - most).toFixed(2)
    } nats are about images that were never seen, and InfoNCE, which counts images, cannot reach them.`;
}

/** What is left out of the −ELBO, and how well that is known. */
function likelihood({ test }: Trained, { facts, judgement, evidence }: RunJudgement): string {
  const [reported, omitted, whole] = facts.slice(-3);
  const text = ({ nats, error = 0 }: { nats: number; error?: number }) =>
    `${nats.toFixed(2)} ± ${error.toFixed(2)}`;
  return `Is −ELBO a bound on −log p(x)? Under the prior that the codes themselves make: that of the population, for which the sum of distortion and rate, ${
    text(reported)
  }, is whole. With the law of the noise out of training images as the prior, a test image costs E[−log p(z)] − h(ε) more, which is 0 where test codes have that law. Of the ${
    test.images.count.toLocaleString("en")
  } test codes, ${
    gapText(evidence.gaps.test, judgement.chance)
  }; by mean and covariance the term is ${text(omitted)}, and −ELBO ${
    text(whole)
  }. That is an estimate and no bound: noise out of a finite number of images has no density, and what two moments do not show is not in it.`;
}
