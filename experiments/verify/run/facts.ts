/**
 * What is worth knowing of the rate of a trained model beside the rows that are judged, each number with a sentence.
 *
 * @module
 */
import { jit, type Tensor, tensor } from "../../../mod.ts";
import { gatherTensor } from "../../evaluate.ts";
import type { Column } from "../../bench/table.ts";
import type { Params } from "../../model.ts";
import { meanOf, standardError } from "../../statistics/summary.ts";
import { byDensity, errorOf } from "../estimates.ts";
import type { DrawnCodes } from "./codes.ts";
import type { Evidence } from "./evidence.ts";
import { type Repeats, repeatsOf } from "./repeats.ts";
import { type Measured, measured } from "./sandwich.ts";
import type { Trained } from "./trained.ts";

/** A number of nats. */
export interface Fact {
  readonly quantity: string;
  readonly nats: number;
  readonly error?: number;
  /** Whether it is as small as it must be, where it must. */
  readonly verdict?: "green" | "red";
  readonly meaning: string;
}

/** What the rate may be off by where the noise is cut off: less than can be measured. */
const NEGLIGIBLE = 1e-3;

/** All of them, and those about −ELBO by name. */
export interface Facts {
  readonly all: readonly Fact[];
  readonly reported: Fact;
  readonly omitted: Fact;
  readonly whole: Fact;
  /** Of the training images. */
  readonly repeats: Repeats;
}

/** Where so many of further images would be known ones, the images are those of a discrete population, and its entropy is known. */
const KNOWN = 0.9;

/** Whether there are so few images that there is less to tell than the rate: then the formula does not hold. */
export const isDiscrete = ({ coverage, entropy }: Repeats, { nats, error }: Measured): boolean =>
  coverage > KNOWN && nats - 5 * error > entropy;

/** Measures them. */
export async function factsOf(trained: Trained, evidence: Evidence): Promise<Facts> {
  const { train, test, config, channel } = trained;
  const { law, test: ofTest, bounds } = evidence;
  const counts = [train, test].map(({ images }) => images.count);
  const [trainCount, testCount] = counts.map((count) => count.toLocaleString("en"));
  const echoes = Math.min(channel.dMax, Math.min(config.batch, ...counts) - 1);
  const scale = channel.clip * Math.exp(largest(train.logScale, test.logScale));
  const dimensions = config.latent.size;
  const repeats = repeatsOf(train.images);

  const byBatch = await distortions(trained, ofTest.batch);
  const byPool = await distortions(trained, ofTest.pool);
  const ofBatch = measured(byBatch), ofPool = measured(byPool);
  const rate = measured(test.rate);
  const { estimate, formula, standardError: omittedError } = byDensity(ofTest.pool, law.logDensity);
  const term = estimate - formula;
  const losses = (codes: DrawnCodes, distortion: Float64Array) =>
    distortion.map((value, i) => value + codes.rate[i]);
  const sums = losses(ofTest.batch, byBatch);

  const reported: Fact = {
    quantity: "−ELBO, as reported",
    nats: meanOf(sums),
    error: errorOf(sums, ofTest.batch.batch),
    meaning: "distortion + rate: the prior is the law of the test codes themselves",
  };
  const omitted: Fact = {
    quantity: "omitted term",
    nats: term,
    error: omittedError,
    meaning: "E[−log p(z)] − h(ε): how much less likely test codes are under the noise's law p",
  };
  const whole: Fact = {
    quantity: "−ELBO, with the omitted term",
    nats: ofPool.nats + rate.nats + term,
    error: Math.hypot(standardError(losses(ofTest.pool, byPool)), omittedError),
    meaning: "the prior is the law of the training codes, and so of the echoes",
  };

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
    {
      quantity: "bias of truncation, at most",
      nats: truncationBias(scale, echoes, dimensions),
      verdict: truncationBias(scale, echoes, dimensions) <= NEGLIGIBLE ? "green" : "red",
      meaning: `${echoes} ${echoes === 1 ? "echo" : "echoes"}, and no scale above ${
        scale.toFixed(4)
      }`,
    },
    {
      quantity: "entropy of the training images",
      nats: repeats.entropy,
      verdict: isDiscrete(repeats, rate) ? "red" : undefined,
      meaning: `the most that a code can tell of which of ${trainCount} it is (${
        repeats.distinct.toLocaleString("en")
      } different ones)`,
    },
    {
      quantity: "InfoNCE, test codes",
      nats: bounds.below.nats,
      error: bounds.below.error,
      meaning: `the information is at least this; it cannot show more than ln ${
        bounds.count.toLocaleString("en")
      } = ${Math.log(bounds.count).toFixed(2)}`,
    },
    {
      quantity: "leave-one-out, test codes",
      nats: bounds.above.nats,
      error: bounds.above.error,
      meaning: "at most this, if the noise were normal; far above where the rate is above ln N",
    },
    {
      quantity: "distortion, echoes from the batch",
      nats: ofBatch.nats,
      error: errorOf(byBatch, ofTest.batch.batch),
      meaning: `of ${testCount} test images, as training reports it`,
    },
    {
      quantity: "distortion, echoes from training",
      ...ofPool,
      meaning: "with noise that owes nothing to other test images",
    },
    reported,
    omitted,
    whole,
  ];
  return { all, reported, omitted, whole, repeats };
}

/** The largest of some numbers. */
const largest = (...arrays: readonly Float32Array[]): number =>
  arrays.flatMap((array) => array.reduce((a, b) => Math.max(a, b), -Infinity)).reduce((a, b) =>
    Math.max(a, b)
  );

/**
 * By how much the information of a code of so many echoes is above the rate, at most and about, in nats: h(E_{d+1}) − h(E_d) where
 * every scale is as large as the largest, and E_d is normal of variance Σ_{l<d} r²ˡ.
 */
export function truncationBias(scale: number, echoes: number, dimensions: number): number {
  const variance = (terms: number) => {
    let sum = 0;
    for (let l = 0; l < terms; l++) sum += scale ** (2 * l);
    return sum;
  };
  return 0.5 * dimensions * Math.log1p(scale ** (2 * echoes) / variance(echoes));
}

/** Images that are decoded together. */
const BATCH = 500;

/** The distortion of each code's image, in nats. */
async function distortions(
  { model, params, test }: Trained,
  { of, z, dimensions }: DrawnCodes,
): Promise<Float64Array> {
  const distortion = jit((params: Params, images: Tensor, codes: Tensor) =>
    model.distortion(params, images, codes)
  );
  const all = new Float64Array(of.length);
  for (let first = 0; first < of.length; first += BATCH) {
    const rows = of.subarray(first, first + BATCH);
    const codes = Float32Array.from(
      z.subarray(first * dimensions, (first + rows.length) * dimensions),
    );
    using images = gatherTensor(test.images, rows);
    using found = distortion(params, images, tensor(codes, { shape: [rows.length, dimensions] }));
    all.set(await found.read(), first);
  }
  return all;
}

/** The columns of their table. */
export const FACT_COLUMNS: readonly Column<Fact>[] = [
  { title: "quantity", left: true, cell: ({ quantity }) => quantity },
  {
    title: "nats",
    cell: ({ nats }) => nats >= 0.01 || nats <= 0 ? nats.toFixed(2) : nats.toExponential(1),
  },
  { title: "±", cell: ({ error }) => error === undefined ? "" : error.toFixed(2) },
  { title: "verdict", left: true, cell: ({ verdict }) => verdict ?? "" },
  { title: "what it is", left: true, cell: ({ meaning }) => meaning },
];
