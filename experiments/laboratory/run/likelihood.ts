/**
 * The −ELBO of a trained model on test images, and what it leaves out.
 *
 * With the law p of the noise as the prior, KL(q(z|x) ‖ p) = E[−log p(z)] − h(ε) − log |det S(x)|: the rate is the whole of it on
 * average if the codes have the law p, too. Of the population they have; of test images, with the noise of training images, what
 * E[−log p(z)] is above h(ε) = E[−log p(ε)] is left out.
 *
 * @module
 */
import { jit, type Tensor, tensor } from "../../../mod.ts";
import { gatherTensor } from "../../outcome/evaluate.ts";
import type { Params } from "../../models/model.ts";
import { meanOf, standardError } from "../statistics/summary.ts";
import { byDensity, errorOf } from "../channels/estimates.ts";
import type { DrawnCodes } from "./codes.ts";
import type { Evidence } from "./evidence.ts";
import type { Fact } from "./fact.ts";
import type { Trained } from "./trained.ts";

/** What −ELBO is made of, with echoes from batches of test images and from training images. */
export interface Likelihood {
  readonly ofBatch: Fact;
  readonly ofPool: Fact;
  readonly reported: Fact;
  readonly omitted: Fact;
  readonly whole: Fact;
}

/** Measures it; log p by the normal law of the noise. */
export async function likelihoodOf(
  trained: Trained,
  { law, test: { batch, pool } }: Evidence,
): Promise<Likelihood> {
  const byBatch = await distortions(trained, batch), byPool = await distortions(trained, pool);
  /** Distortion + rate of each code's image. */
  const sums = ({ rate }: DrawnCodes, distortion: Float64Array) =>
    distortion.map((value, i) => value + rate[i]);
  const ofBatch = sums(batch, byBatch), ofPool = sums(pool, byPool);
  const { estimate, formula, standardError: omittedError } = byDensity(pool, law.logDensity);
  const omitted = estimate - formula;
  return {
    ofBatch: {
      quantity: "distortion, echoes from the batch",
      nats: meanOf(byBatch),
      error: errorOf(byBatch, batch.batch),
      meaning: "of test images, as training reports it",
    },
    ofPool: {
      quantity: "distortion, echoes from training",
      nats: meanOf(byPool),
      error: standardError(byPool),
      meaning: "with noise that owes nothing to other test images",
    },
    reported: {
      quantity: "−ELBO, as reported",
      nats: meanOf(ofBatch),
      error: errorOf(ofBatch, batch.batch),
      meaning: "distortion + rate: the prior is the law of the test codes themselves",
    },
    omitted: {
      quantity: "omitted term",
      nats: omitted,
      error: omittedError,
      meaning: "E[−log p(z)] − h(ε): how much less likely test codes are under the noise's law p",
    },
    whole: {
      quantity: "−ELBO, with the omitted term",
      nats: meanOf(ofPool) + omitted,
      error: Math.hypot(standardError(ofPool), omittedError),
      meaning: "the prior is the law of the training codes, and so of the echoes",
    },
  };
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
