/**
 * A pool of echoes beside the batch: a ring of the last batches, which goes round as training does.
 *
 * It holds either images, which are encoded anew in each step, exact and dear; or their encodings as they were in the step of
 * their batch, one of them 1, 2, … steps old in each place of the ring. Those are constants, and stale: the rate is off for it. How
 * much is measured: the images of the first place are kept, and encoded again in each step; as that place grows older with the
 * steps, and starts afresh when the ring is round, an average over many steps is one over all ages alike, as they are in the pool.
 *
 * The ring starts full, with other training images. No image of a step is in it, unless an epoch has just begun: then it may have
 * come at the end of the last one, with a probability of pool / images.
 *
 * @module
 */

import {
  add,
  equal,
  expandDims,
  iota,
  less,
  mul,
  reshape,
  slice,
  type Tensor,
  treeMap,
  where,
  zeros,
} from "../../mod.ts";
import type { Model, Params } from "./model.ts";
import type { Encoded } from "./latent.ts";

/** What training keeps from step to step. */
export interface EchoRingState {
  /** The place that the next batch goes to, an int32 scalar. */
  place: Tensor;
  /** Images: of all places where the pool is fresh, else of the first one, [images, pixels]. */
  images: Tensor;
  /** What the encoder said of the images of each place, [pool, …]; nothing where the pool is fresh. */
  encoded: Encoded[];
}

/** A pool, as pure functions of its state. */
export interface EchoRing {
  /** The names of what {@linkcode EchoRing.staleness} says. */
  readonly names: readonly string[];
  /** A full pool, of as many training images as it holds, [pool, pixels]. */
  init(params: Params, images: Tensor): EchoRingState;
  /** The encodings that echoes are drawn from in a step, beside those of its batch. */
  encodings(state: EchoRingState, params: Params): Encoded;
  /** The pool after a step: its oldest batch makes room for that of the step. */
  next(state: EchoRingState, images: Tensor, encoded: Encoded): EchoRingState;
  /**
   * How stale echoes are in a step, by name, scalars: what {@linkcode echoStaleness} says of the first place, and of the bias the
   * share that the pool has of the echoes.
   */
  staleness(state: EchoRingState, params: Params): Record<string, Tensor>;
}

/** The pool of a model, if it has one, for batches of a size of which it holds a whole number. */
export function makeEchoRing({ latent, encoder }: Model, batch: number): EchoRing | undefined {
  if (latent.pool === undefined) return undefined;
  const { size, fresh } = latent.pool;
  const places = size / batch;
  const put = (ring: Tensor, rows: Tensor, place: Tensor): Tensor => {
    const [, ...rest] = ring.shape;
    const byPlace = reshape(ring, [places, batch, ...rest]);
    const here = equal(iota([places, ...rows.shape.map(() => 1)], 0), place);
    return reshape(where(here, expandDims(rows, 0), byPlace), ring.shape);
  };
  const first = (x: Tensor) => slice(x, x.shape.map(() => 0), [batch, ...x.shape.slice(1)]);
  return {
    names: fresh ? [] : ["staleness", "drift"],
    init: (params, images) => ({
      place: zeros([], "int32"),
      images: fresh ? images : first(images),
      encoded: fresh ? [] : [encoder(params).encode(images)],
    }),
    encodings: ({ images, encoded }, params) => fresh ? encoder(params).encode(images) : encoded[0],
    next({ place, images, encoded }, seen, said) {
      const after = add(place, 1);
      return {
        place: where(less(after, places), after, 0),
        images: fresh ? put(images, seen, place) : where(equal(place, 0), seen, images),
        encoded: encoded.map((ring) => treeMap((ring, rows) => put(ring, rows, place), ring, said)),
      };
    },
    staleness({ images, encoded: [pool] }, params): Record<string, Tensor> {
      if (fresh) return {};
      const now = encoder(params).encode(images);
      const { bias, drift } = latent.staleness!(pool, treeMap(first, pool), now);
      return { staleness: mul(bias, size / (size + batch - 1)), drift };
    },
  };
}
