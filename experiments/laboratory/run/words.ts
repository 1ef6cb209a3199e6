/**
 * What the tables say, in words.
 *
 * @module
 */
import { meanOf } from "../statistics/summary.ts";
import { type Gap, gapLimit } from "../channels/row.ts";
import type { Fact } from "./fact.ts";
import { isDiscrete } from "./facts.ts";
import type { RunJudgement } from "./judgement.ts";
import { measured } from "./sandwich.ts";
import type { Trained } from "./trained.ts";

/** A question, and sentences that answer it. */
export interface Answer {
  readonly question: string;
  readonly sentences: readonly string[];
}

/** The questions that the paper raises. */
export const answers = (trained: Trained, found: RunJudgement): Answer[] => [
  exactness(found),
  population(trained, found),
  likelihood(trained, found),
];

/** The largest gap, and what chance gives. */
function gapText(gaps: readonly Gap[], chance: number): string {
  const { gap, n } = gaps.reduce((a, b) => b.gap > a.gap ? b : a);
  return `the largest of ${gaps.length} gaps between the two laws (in each dimension, and in the distance from the centre) is ${
    gap.toFixed(4)
  }, and chance allows ${gapLimit(n, chance).toFixed(4)}`;
}

/** Whether z and ε have one law, which is all that the formula takes. */
function exactness({ judgement, facts, evidence: { gaps } }: RunJudgement): Answer {
  const { rows, tests, chance } = judgement;
  const red = [...rows, ...facts.all].filter(({ verdict }) => verdict === "red").length;
  return {
    question: "Is the rate exact?",
    sentences: [
      "I(X;Z) = h(Z) − h(Z|X) is −E log |det S(X)| where the code z and its noise ε have one law, with a density.",
      `Of codes of training images with echoes from all of them, ${gapText(gaps.train, chance)}.`,
      red === 0
        ? "All is green: nothing that was looked at contradicts it."
        : `${red} of the lines above ${
          red === 1 ? "is" : "are"
        } red: the formula is not what these codes tell.`,
      `By chance one of these ${tests} comparisons is red in one table of 10,000.`,
    ],
  };
}

/** What the number of images limits. */
function population({ train, test }: Trained, { facts: { repeats } }: RunJudgement): Answer {
  const rate = meanOf(test.rate), most = repeats.entropy;
  const [count, distinct] = [train.images.count, repeats.distinct].map((n) =>
    n.toLocaleString("en")
  );
  const known = `The next image would be one of them with probability ${
    repeats.coverage.toFixed(2)
  }, about`;
  return {
    question: "Information about what?",
    sentences: [
      "About an image of the population of which the training images are a sample, as if images were continuous.",
      `Which of the ${count} training images it was, of which ${distinct} are different, is ${
        most.toFixed(2)
      } nats (at most ln ${count}), and no code of them tells more.`,
      rate <= most
        ? `The rate, ${rate.toFixed(2)}, is not above that.`
        : `The rate, ${rate.toFixed(2)}, is above that by ${
          (rate - most).toFixed(2)
        } nats. ${known}: ${
          isDiscrete(repeats, measured(test.rate))
            ? "there are so few that the formula cannot hold."
            : "that there is so much to tell of new ones is the statement of the formula, which no sample of this size can check, nor InfoNCE on it."
        }`,
    ],
  };
}

/** What is left out of the −ELBO, and how well that is known. */
function likelihood({ test }: Trained, { facts, judgement, evidence }: RunJudgement): Answer {
  const { reported, omitted, whole } = facts.likelihood;
  const text = ({ nats, error = 0 }: Fact) => `${nats.toFixed(2)} ± ${error.toFixed(2)}`;
  return {
    question: "What does −ELBO leave out?",
    sentences: [
      `Distortion + rate, ${
        text(reported)
      }, bounds −log p(x) under the prior that the codes of the population make: for them nothing is left out.`,
      "A model that has seen the training images only has the law p of their noise for a prior, and then a test image costs E[−log p(z)] − h(ε) more.",
      `That is 0 if test codes have the law p. Of ${
        test.images.count.toLocaleString("en")
      } of them, ${gapText(evidence.gaps.test, judgement.chance)}.`,
      `By means and covariances the term is ${text(omitted)}, and −ELBO with it ${text(whole)}.`,
      "This is an estimate and no bound: it sees two moments, and noise out of finitely many images has no density at all.",
    ],
  };
}
