/**
 * The sampler written a second time, as plainly as the definition, with a place for each of the mistakes that one makes.
 *
 * @module
 */
import {
  add,
  concat,
  cumsum,
  exp,
  foldIn,
  iota,
  mul,
  permutations,
  slice,
  sum,
  take,
  type Tensor,
} from "../../../mod.ts";
import type { Sampler } from "./draws.ts";

/** A mistake in a sampler. */
export type Mutation =
  /** The weight of an echo has its own scale in it: Π over l' ≤ l. */
  | "inclusive product"
  /** An example may be its own echo. */
  | "self included"
  /** The mean of each echo comes with the scale of the echo before it. */
  | "f and S misaligned"
  /** z = f + ε. */
  | "S not applied"
  /** z = f + S²·ε. */
  | "S applied twice"
  /** Each half of the latent dimensions has an order of the echoes of its own. */
  | "orders not shared";

/** The sampler without mistakes, or with one. Additive noise without replacement; of the channel it reads clip and dMax. */
export function plainEcho(mutation?: Mutation): Sampler {
  if (mutation === "orders not shared") return halves(plainEcho());
  return (key, mean, logScale, { clip, dMax }) => {
    const [batch] = mean.shape;
    const order = permutations(key, batch, batch, {
      exclude: mutation === "self included" ? undefined : iota([batch]),
      take: Math.min(dMax, batch - 1),
    });
    const logS = add(logScale, Math.log(clip));
    const logScales = take(logS, mutation === "f and S misaligned" ? delayed(order) : order);
    const exclusive = mutation !== "inclusive product";
    const weights = exp(cumsum(logScales, { axis: 1, exclusive }));
    const noise = sum(mul(take(mean, order), weights), { axis: 1 });
    const power = mutation === "S not applied" ? 0 : mutation === "S applied twice" ? 2 : 1;
    return { noise, z: add(mean, mul(exp(mul(logS, power)), noise)) };
  };
}

/** Each row moved on by one place, the last element to the front. */
function delayed(order: Tensor): Tensor {
  const [rows, n] = order.shape;
  return concat([slice(order, [0, n - 1], [rows, 1]), slice(order, [0, 0], [rows, n - 1])], 1);
}

/** A sampler that treats the two halves of the latent dimensions on their own. */
const halves = (sampler: Sampler): Sampler => (key, mean, logScale, channel) => {
  const [batch, latent] = mean.shape;
  const half = latent / 2;
  const [low, high] = [0, 1].map((i) =>
    sampler(
      foldIn(key, i),
      slice(mean, [0, i * half], [batch, half]),
      slice(logScale, [0, i * half], [batch, half]),
      channel,
    )
  );
  return { noise: concat([low.noise, high.noise], 1), z: concat([low.z, high.z], 1) };
};
