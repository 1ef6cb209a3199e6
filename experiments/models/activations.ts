/**
 * Activations and initialisers by name.
 *
 * @module
 */

import { z } from "zod";
import {
  glorotUniform,
  heUniform,
  type Initialiser,
  relu,
  softplus,
  tanh,
  type Tensor,
} from "../../mod.ts";

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

/** The schema of an activation's name. */
export const activation: z.ZodType<ActivationName> = z.enum(["softplus", "relu", "tanh", "linear"]);

/** The schema of an initialiser's name. */
export const initialiser: z.ZodType<InitialiserName> = z.enum(["glorotUniform", "heUniform"]);
