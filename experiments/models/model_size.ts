/**
 * The number of parameters of a model.
 *
 * @module
 */

import { key, type Tensor, treeLeaves, zeros } from "../../mod.ts";
import type { Model } from "./model.ts";

/** The size of a model. */
export interface ModelSize {
  /** The number of parameters that are trained. */
  readonly parameters: number;
  /** The number without masks. The weights that a flow's masks leave out are not stored. */
  readonly dense: number;
}

/** The size of a model, from the shapes of its initial parameters, which are not computed. */
export function modelSize(model: Model, pixels: number): ModelSize {
  const params = model.init(key(0), zeros([model.prior.examples, pixels]));
  const leaves = treeLeaves(params) as Tensor[];
  return { parameters: leaves.reduce((total, { size }) => total + size, 0), dense: model.dense };
}

/** A size as text. */
export function sizeText({ parameters, dense }: ModelSize): string {
  const text = `${parameters.toLocaleString("en")} parameters`;
  return dense === parameters ? text : `${text} (${dense.toLocaleString("en")} without masks)`;
}
