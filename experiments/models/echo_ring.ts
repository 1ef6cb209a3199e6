/**
 * A ring of encodings from the last batches, from which echoes are drawn beside those of the
 * current batch.
 *
 * With `fresh` the ring holds images, which are encoded again in each step: exact but expensive.
 * Otherwise it holds the encodings that each batch had in its own step. These are constants and
 * outdated by 1, 2, … steps, so the rate has an error, the `staleness`.
 *
 * The staleness is measured on the first place of the ring: its images are kept and encoded again
 * in each step. The place ages by one step in each step until the ring comes round and fills it
 * anew. An average over many steps is therefore an average over all ages in equal shares, like the
 * ages in the ring.
 *
 * The ring starts full of other training images. It never holds an image of the current batch,
 * except early in an epoch: then an image may also have come at the end of the last epoch, with a
 * probability of pool / images.
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

/** The contents of a ring, which training passes from step to step. */
export interface EchoRingState {
  /** The place of the next batch, an int32 scalar. */
  place: Tensor;
  /**
   * [images, pixels]: the images of all places in a fresh ring, otherwise those of the first place.
   */
  images: Tensor;
  /** One element with the encodings of all places, [pool, …]; none in a fresh ring. */
  encoded: Encoded[];
}

/** A ring, as pure functions of its state. */
export interface EchoRing {
  /** The names of the values of {@linkcode EchoRing.staleness}. */
  readonly names: readonly string[];
  /** A full ring, from training images [pool, pixels]. */
  init(params: Params, images: Tensor): EchoRingState;
  /** The encodings from which a step draws echoes, beside those of its batch. */
  encodings(state: EchoRingState, params: Params): Encoded;
  /** The ring after a step: the batch of the step replaces the oldest one. */
  next(state: EchoRingState, images: Tensor, encoded: Encoded): EchoRingState;
  /**
   * Scalars by name: what {@linkcode echoStaleness} estimates from the first place. The bias is
   * multiplied by the share of echoes that come from the ring.
   */
  staleness(state: EchoRingState, params: Params): Record<string, Tensor>;
}

/** The ring of a model, if it has one. The pool size must be a multiple of the batch size. */
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
