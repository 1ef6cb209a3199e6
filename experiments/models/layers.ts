/**
 * Stacks of dense layers from a config.
 *
 * @module
 */

import { z } from "zod";
import {
  type Dense,
  dense,
  glorotUniform,
  heUniform,
  initDense,
  type Initialiser,
  type Key,
  relu,
  softplus,
  tanh,
  type Tensor,
} from "../../mod.ts";
import { count, type Keys } from "../shell/keys.ts";

/** The activation functions of hidden layers. */
export type ActivationName = "softplus" | "relu" | "tanh" | "linear";

/** The initialisers of a layer's weights. */
export type InitialiserName = "glorotUniform" | "heUniform";

/** A dense hidden layer. */
export interface Layer {
  units: number;
  activation: ActivationName;
  initialiser: InitialiserName;
}

/** Each activation's function. */
export const ACTIVATIONS: Record<ActivationName, (x: Tensor) => Tensor> = {
  softplus,
  relu,
  tanh,
  linear: (x) => x,
};

const INITIALISERS: Record<InitialiserName, Initialiser> = {
  glorotUniform,
  heUniform,
};

/** The schema of an activation's name. */
export const activation: z.ZodType<ActivationName> = z.enum(["softplus", "relu", "tanh", "linear"]);

/** The schema of a layer. */
export const layerKeys: Keys<Layer> = {
  units: count,
  activation: activation.default("softplus"),
  initialiser: z.enum(["glorotUniform", "heUniform"]).default("glorotUniform"),
};

/** Initial parameters of a stack of layers; each layer takes the next key. */
export function initLayers(nextKey: () => Key, inputs: number, layers: readonly Layer[]): Dense[] {
  return layers.map(({ units, initialiser }, i) => {
    const from = i === 0 ? inputs : layers[i - 1].units;
    return initDense(nextKey(), from, units, INITIALISERS[initialiser]);
  });
}

/** The output of a stack of layers, [batch, units]. */
export function applyLayers(
  params: readonly Dense[],
  layers: readonly Layer[],
  input: Tensor,
): Tensor {
  return layers.reduce(
    (x, { activation }, i) => ACTIVATIONS[activation](dense(params[i], x)),
    input,
  );
}
