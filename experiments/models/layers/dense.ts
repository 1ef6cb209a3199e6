/**
 * Dense layers. An image is taken as a row of its elements, so no flatten layer is needed before
 * one.
 *
 * @module
 */

import { type Dense, dense as apply, initDense } from "../../../mod.ts";
import {
  type ActivationName,
  activationRule,
  ACTIVATIONS,
  type InitialiserName,
  initialiserRule,
  INITIALISERS,
} from "../activations.ts";
import { elementsOf, type LayerKind, type LayerParams, shaped } from "../layer.ts";

/** The options of a dense layer. */
export interface DenseOptions {
  units: number;
  activation: ActivationName;
  initialiser: InitialiserName;
}

/** A dense layer: activation(x·w + b). */
export const dense: LayerKind<DenseOptions> = {
  keys: (rules) => ({
    units: rules.count,
    activation: activationRule(rules).default("softplus"),
    initialiser: initialiserRule(rules).default("glorotUniform"),
  }),
  make({ units, activation, initialiser }, input) {
    const inputs = elementsOf(input);
    return {
      output: [units],
      sizes: [inputs * units, units],
      multiplications: inputs * units,
      init: (key) => ({ ...initDense(key, inputs, units, INITIALISERS[initialiser]) }),
      apply: (own, x) =>
        ACTIVATIONS[activation](apply(own as LayerParams & Dense, shaped(x, [inputs]))),
    };
  },
};
