/**
 * What is worth knowing of the rate of a trained model beside the rows that are judged, each number with a sentence.
 *
 * @module
 */
import { truncationBias } from "../../../mod.ts";
import type { Column } from "../../shell/table.ts";
import type { Evidence } from "./evidence.ts";
import type { Fact } from "./fact.ts";
import { type Likelihood, likelihoodOf } from "./likelihood.ts";
import { type Repeats, repeatsOf } from "./repeats.ts";
import { type Measured, measured } from "./sandwich.ts";
import type { Trained } from "./trained.ts";

/** All of them, and what else is said of them in words. */
export interface Facts {
  readonly all: readonly Fact[];
  readonly likelihood: Likelihood;
  /** Of the training images. */
  readonly repeats: Repeats;
}

/** Measures them. */
export async function factsOf(trained: Trained, evidence: Evidence): Promise<Facts> {
  const { train, test } = trained, { bounds } = evidence;
  const repeats = repeatsOf(train.images);
  const rate = measured(test.rate);
  const likelihood = await likelihoodOf(trained, evidence);
  const { ofBatch, ofPool, reported, omitted, whole } = likelihood;
  const [images, distinct, told] = [train.images.count, repeats.distinct, bounds.count].map((n) =>
    n.toLocaleString("en")
  );
  const all: Fact[] = [
    {
      quantity: "rate, training images",
      ...measured(train.rate),
      meaning: "the formula, −E log |det S(x)|",
    },
    {
      quantity: "rate, test images",
      ...rate,
      meaning: "the same of images that were not trained on",
    },
    truncation(trained),
    {
      quantity: "entropy of the training images",
      nats: repeats.entropy,
      verdict: isDiscrete(repeats, rate) ? "red" : undefined,
      meaning: `the most that a code can tell of which of ${images} it is (${distinct} different)`,
    },
    {
      quantity: "InfoNCE, test codes",
      ...bounds.below,
      meaning: `the information is at least this; it cannot show more than ln ${told} = ${
        Math.log(bounds.count).toFixed(2)
      }`,
    },
    {
      quantity: "leave-one-out, test codes",
      ...bounds.above,
      meaning: "at most this, if the noise were normal; far above where the rate is above ln N",
    },
    ofBatch,
    ofPool,
    reported,
    omitted,
    whole,
  ];
  return { all, likelihood, repeats };
}

/** Where so many of further images would be known ones, the images are those of a discrete population, and its entropy is known. */
const KNOWN = 0.9;

/** Whether there are so few images that there is less to tell than the rate: then the formula does not hold. */
export const isDiscrete = ({ coverage, entropy }: Repeats, { nats, error }: Measured): boolean =>
  coverage > KNOWN && nats - 5 * error > entropy;

/** What the rate may be off by where the noise is cut off: less than can be measured. */
const NEGLIGIBLE = 1e-3;

/** What the code tells beyond the rate as its noise is cut off after some echoes, if every scale were as large as the largest. */
function truncation({ train, test, config, channel }: Trained): Fact {
  const most = Math.min(config.batch, train.images.count, test.images.count) - 1;
  const echoes = channel.sampling === "withReplacement"
    ? channel.dMax
    : Math.min(channel.dMax, most);
  const largest = [...train.logScale, ...test.logScale].reduce((a, b) => Math.max(a, b));
  const scale = channel.clip * Math.exp(largest);
  const nats = config.latent.size * truncationBias({ ...channel, clip: scale }, echoes);
  return {
    quantity: "bias of truncation",
    nats,
    verdict: nats <= NEGLIGIBLE ? "green" : "red",
    meaning: `${echoes} ${echoes === 1 ? "echo" : "echoes"}, no scale above ${
      scale.toFixed(4)
    }: of normal noise at most this`,
  };
}

/** The columns of their table. */
export const FACT_COLUMNS: readonly Column<Fact>[] = [
  { title: "quantity", left: true, cell: ({ quantity }) => quantity },
  {
    title: "nats",
    // Of a bound, however small, it is worth knowing how small it is.
    cell: ({ nats, verdict }) => verdict && nats < 0.01 ? nats.toExponential(1) : nats.toFixed(2),
  },
  { title: "±", cell: ({ error }) => error === undefined ? "" : error.toFixed(2) },
  { title: "verdict", left: true, cell: ({ verdict }) => verdict ?? "" },
  { title: "what it is", left: true, cell: ({ meaning }) => meaning },
];
