/**
 * How many numbers a model trains.
 *
 * @module
 */

import { key, type Tensor, treeLeaves, zeros } from "../../mod.ts";
import type { Model } from "./model.ts";

/** Parameters of a model. */
export interface ModelSize {
  /** What is trained. */
  readonly parameters: number;
  /** The same if nothing were masked: the weights that the masks of flows leave out are not stored. */
  readonly dense: number;
}

/** The size of a model for images of so many pixels; computes nothing. */
export function modelSize(model: Model, pixels: number): ModelSize {
  const params = model.init(key(0), zeros([model.prior.examples, pixels]));
  const leaves = treeLeaves(params) as Tensor[];
  return { parameters: leaves.reduce((total, { size }) => total + size, 0), dense: model.dense };
}

/** A size in words. */
export function sizeText({ parameters, dense }: ModelSize): string {
  const text = `${parameters.toLocaleString("en")} parameters`;
  return dense === parameters ? text : `${text} (${dense.toLocaleString("en")} without masks)`;
}
