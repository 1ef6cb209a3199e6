/**
 * The results of a check in words.
 *
 * @module
 */
import { measured } from "../statistics/measured.ts";
import { kolmogorovSmirnovLimit } from "../statistics/summary.ts";
import type { Gap } from "../channels/row.ts";
import type { Fact } from "./fact.ts";
import { isDiscrete } from "./facts.ts";
import type { RunJudgement } from "./judgement.ts";
import type { Trained } from "./trained.ts";

/** A question and the sentences that answer it. */
interface Answer {
  readonly question: string;
  readonly sentences: readonly string[];
}

/** The answers to the questions that the paper raises. */
export const answers = (trained: Trained, found: RunJudgement): Answer[] => [
  exactness(found),
  population(trained, found),
  likelihood(trained, found),
];

const integer = (n: number): string => n.toLocaleString("en");

/** The largest gap and its limit. */
function gapText(gaps: readonly Gap[], chance: number): string {
  const { gap, n } = gaps.reduce((a, b) => b.gap > a.gap ? b : a);
  return `the largest of ${gaps.length} gaps (one for each dimension, one for the distance from the centre) is ${
    gap.toFixed(4)
  }; chance allows ${kolmogorovSmirnovLimit(n, chance).toFixed(4)}`;
}

/** Whether z and ε have one law, which is all that the formula assumes. */
function exactness({ judgement, facts, evidence: { gaps } }: RunJudgement): Answer {
  const { rows, tests, chance } = judgement;
  const red = [...rows, ...facts.all].filter(({ verdict }) => verdict === "red").length;
  return {
    question: "Is the rate exact?",
    sentences: [
      "I(X;Z) = h(Z) − h(Z|X) equals −E log |det S(X)| if the code z and its noise ε have the same law, with a density.",
      `For codes of training images with echoes from all training images, ${
        gapText(gaps.train, chance)
      }.`,
      red === 0
        ? "All is green: no check contradicts the formula."
        : `${red} of the lines above ${
          red === 1 ? "is" : "are"
        } red: the formula is wrong for these codes.`,
      `The limits allow for all ${tests} comparisons: an exact rate gives a red row once in 10,000 runs.`,
    ],
  };
}

/** How the number of images limits the information. */
function population({ train, test }: Trained, { facts: { repeats } }: RunJudgement): Answer {
  const testRate = measured(test.rate), rate = testRate.value, most = repeats.entropy;
  const [count, distinct] = [train.images.count, repeats.distinct].map(integer);
  const excess = `The rate, ${rate.toFixed(2)} nats, exceeds this entropy by ${
    (rate - most).toFixed(2)
  } nats.`;
  const known = `About ${
    (100 * repeats.coverage).toFixed(0)
  } % of new images would be copies of training images`;
  return {
    question: "Information about what?",
    sentences: [
      "About an image of the population that the training images are a sample of, as if images were continuous.",
      `The sample has ${count} images, ${distinct} of them distinct. The entropy of one image drawn from it is ${
        most.toFixed(2)
      } nats (at most ln ${count}), and no code can carry more information about which image was drawn.`,
      ...rate <= most ? [`The rate, ${rate.toFixed(2)} nats, does not exceed this entropy.`] : [
        excess,
        isDiscrete(repeats, testRate)
          ? `${known}: the population is discrete, so the formula cannot hold.`
          : `${known}. For new images the formula claims this much information, but neither a sample of this size nor InfoNCE on it can confirm the claim.`,
      ],
    ],
  };
}

/** The term that −ELBO leaves out, and how well it is known. */
function likelihood({ test }: Trained, { facts, judgement, evidence }: RunJudgement): Answer {
  const { reported, omitted, whole } = facts.likelihood;
  const text = ({ value, standardError = 0 }: Fact) =>
    `${value.toFixed(2)} ± ${standardError.toFixed(2)}`;
  return {
    question: "What does −ELBO leave out?",
    sentences: [
      `Distortion + rate, ${
        text(reported)
      } nats, bounds −log p(x) if the prior is the law of the codes of the population. With that prior nothing is left out.`,
      "A model that knows only the training images has the law p of their noise as prior. A test image then costs E[−log p(z)] − h(ε) more.",
      `This term is 0 if test codes have the law p. For ${
        integer(test.images.count)
      } test images, ${gapText(evidence.gaps.test, judgement.chance)}.`,
      `Estimated from means and covariances, the term is ${
        text(omitted)
      } nats, and −ELBO including it is ${text(whole)} nats.`,
      "This is an estimate and not a bound: it uses only two moments, and noise from finitely many images has no density.",
    ],
  };
}
