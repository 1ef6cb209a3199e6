/**
 * Activations and initialisers by name.
 *
 * @module
 */

import {
  glorotUniform,
  heUniform,
  type Initialiser,
  relu,
  softplus,
  tanh,
  type Tensor,
} from "../../mod.ts";
import type { Rule, Rules } from "./keys.ts";

/** The activation functions of hidden layers. */
export type ActivationName = "softplus" | "relu" | "tanh" | "linear";

/** The initialisers of a layer's weights. */
export type InitialiserName = "glorotUniform" | "heUniform";

/** Each activation's function. */
export const ACTIVATIONS: Record<ActivationName, (x: Tensor) => Tensor> = {
  softplus,
  relu,
  tanh,
  linear: (x) => x,
};

/** Each initialiser's function. */
export const INITIALISERS: Record<InitialiserName, Initialiser> = { glorotUniform, heUniform };

/** The rule of an activation's name. */
export const activationRule = ({ oneOf }: Rules): Rule<ActivationName> =>
  oneOf("softplus", "relu", "tanh", "linear");

/** The rule of an initialiser's name. */
export const initialiserRule = ({ oneOf }: Rules): Rule<InitialiserName> =>
  oneOf("glorotUniform", "heUniform");
