/**
 * Facts about the rate of a trained model: numbers that explain the judged rows.
 *
 * @module
 */
import { truncationBias } from "../../../mod.ts";
import { evenBatches } from "../../outcome/evaluate.ts";
import type { Column } from "../../shell/table.ts";
import type { Evidence } from "./evidence.ts";
import type { Fact, FactRecord } from "./fact.ts";
import { type Likelihood, likelihoodOf } from "./likelihood.ts";
import { type Repeats, repeatsOf } from "./repeats.ts";
import { type Measured, measured } from "../statistics/measured.ts";
import type { Trained } from "./trained.ts";

/** All facts, and the details that the answers in words use. */
export interface Facts {
  readonly all: readonly Fact[];
  readonly likelihood: Likelihood;
  /** Of the training images. */
  readonly repeats: Repeats;
}

/** Measures all facts. */
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
      meaning: "the same for images that were not used in training",
    },
    truncation(trained),
    {
      quantity: "entropy of the training images",
      value: repeats.entropy,
      verdict: isDiscrete(repeats, rate) ? "red" : undefined,
      meaning:
        `no code can tell more about which image was drawn: ${images} images, ${distinct} distinct`,
    },
    {
      quantity: "InfoNCE, test codes",
      ...bounds.below,
      meaning: `a lower bound of the information; it cannot exceed ln ${told} = ${
        Math.log(bounds.count).toFixed(2)
      }`,
    },
    {
      quantity: "leave-one-out, test codes",
      ...bounds.above,
      meaning: `an upper bound if the noise is normal; very loose for rates above ln ${told}`,
    },
    ofBatch,
    ofPool,
    reported,
    omitted,
    whole,
  ];
  return { all, likelihood, repeats };
}

/** If more than this share of new images would be known ones, the population counts as discrete. */
const KNOWN = 0.9;

/**
 * Whether the images are those of a discrete population whose entropy is below the rate. The
 * formula is then wrong.
 */
export const isDiscrete = ({ coverage, entropy }: Repeats, rate: Measured): boolean =>
  coverage > KNOWN && rate.value - 5 * rate.standardError > entropy;

/** The largest bias of truncation that is allowed, in nats: too small to be measured. */
const NEGLIGIBLE = 1e-3;

/**
 * The bias of a noise series that ends after finitely many echoes, if every scale were the largest.
 */
function truncation({ train, test, config, channel }: Trained): Fact {
  const sizes = [train, test].flatMap(({ images }) =>
    evenBatches(images.count, config.batch).map(({ start, end }) => end - start)
  );
  const most = Math.min(config.batch, ...sizes) - 1;
  const echoes = channel.sampling === "withReplacement"
    ? channel.dMax
    : Math.min(channel.dMax, most);
  const largest = [...train.logScale, ...test.logScale].reduce((a, b) => Math.max(a, b));
  const scale = channel.clip * Math.exp(largest);
  const value = config.latent.size * truncationBias({ ...channel, clip: scale }, echoes);
  return {
    quantity: "truncation bias",
    value,
    verdict: value <= NEGLIGIBLE ? "green" : "red",
    meaning: `limit ${NEGLIGIBLE.toExponential()}; for normal noise of ${echoes} ${
      echoes === 1 ? "echo" : "echoes"
    } and scales up to ${scale.toFixed(4)}`,
  };
}

/** The columns of the table of facts. */
export const FACT_COLUMNS: readonly Column<FactRecord>[] = [
  { title: "quantity", left: true, cell: ({ quantity }) => quantity },
  {
    title: "nats",
    // Two decimals would hide the size of a small bound.
    cell: ({ nats, verdict }) => verdict && nats < 0.01 ? nats.toExponential(1) : nats.toFixed(2),
  },
  { title: "±", cell: ({ error }) => error === undefined ? "" : error.toFixed(2) },
  { title: "verdict", left: true, cell: ({ verdict }) => verdict ?? "" },
  { title: "meaning", left: true, cell: ({ meaning }) => meaning },
];
