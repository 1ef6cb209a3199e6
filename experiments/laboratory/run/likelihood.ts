/**
 * The −ELBO of a trained model on test images, and the term that it leaves out.
 *
 * With the law p of the noise as prior, KL(q(z|x) ‖ p) = E[−log p(z)] − h(ε) − log |det S(x)|. If
 * the codes have the law p too, the first two terms cancel on average and the rate −log |det S(x)|
 * remains. They cancel for codes of the population. They need not cancel for codes of test images
 * with noise from training images: then E[−log p(z)] − h(ε), with h(ε) = E[−log p(ε)], is left out.
 *
 * @module
 */
import { jit, type Tensor, tensor } from "../../../mod.ts";
import { gatherTensor } from "../../outcome/evaluate.ts";
import type { Params } from "../../models/model.ts";
import { measured } from "../statistics/measured.ts";
import { measuredInBatches } from "../statistics/batches.ts";
import { byDensity } from "../channels/estimates.ts";
import type { DrawnCodes } from "./codes.ts";
import type { Evidence } from "./evidence.ts";
import type { Fact } from "./fact.ts";
import type { Trained } from "./trained.ts";

/** The parts of −ELBO, with echoes from batches of test images and from training images. */
export interface Likelihood {
  readonly ofBatch: Fact;
  readonly ofPool: Fact;
  readonly reported: Fact;
  readonly omitted: Fact;
  readonly whole: Fact;
}

/** Measures the parts of −ELBO, with the normal law of the noise as p. */
export async function likelihoodOf(
  trained: Trained,
  { law, test: { batch, pool } }: Evidence,
): Promise<Likelihood> {
  const byBatch = await distortions(trained, batch), byPool = await distortions(trained, pool);
  /** Distortion + rate for each code. */
  const sums = ({ rate }: DrawnCodes, distortion: Float64Array) =>
    distortion.map((value, i) => value + rate[i]);
  const ofBatch = sums(batch, byBatch), ofPool = sums(pool, byPool);
  const { estimate, formula } = byDensity(pool, law.logDensity);
  const omitted = estimate.value - formula.value, { standardError: omittedError } = estimate;
  const complete = measured(ofPool);
  return {
    ofBatch: {
      quantity: "distortion, echoes from the batch",
      ...measuredInBatches(byBatch, batch.batch),
      meaning: "of test images, as training reports it",
    },
    ofPool: {
      quantity: "distortion, echoes from training",
      ...measured(byPool),
      meaning: "of test images, with noise that is independent of other test images",
    },
    reported: {
      quantity: "−ELBO, as reported",
      ...measuredInBatches(ofBatch, batch.batch),
      meaning: "distortion + rate; the prior is the law of the test codes themselves",
    },
    omitted: {
      quantity: "omitted term",
      value: omitted,
      standardError: omittedError,
      meaning: "E[−log p(z)] − h(ε): the extra cost of test codes under the law p of the noise",
    },
    whole: {
      quantity: "−ELBO, with the omitted term",
      value: complete.value + omitted,
      standardError: Math.hypot(complete.standardError, omittedError),
      meaning: "the prior is the law of the training codes and of the echoes",
    },
  };
}

/** The number of images that are decoded together. */
const BATCH = 500;

/** The distortion for each code, in nats. */
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
