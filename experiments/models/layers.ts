/**
 * Stacks of dense layers, as a config lists them.
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
  type Key,
  relu,
  type Shape,
  softplus,
  tanh,
  type Tensor,
} from "../../mod.ts";
import { count, type Keys } from "../shell/keys.ts";

/** Elementwise functions that a hidden layer may end in. */
export type ActivationName = "softplus" | "relu" | "tanh" | "linear";

/** How the weights of a layer begin. */
export type InitialiserName = "glorotUniform" | "heUniform";

/** A dense hidden layer. */
export interface Layer {
  units: number;
  activation: ActivationName;
  initialiser: InitialiserName;
}

/** The functions of their names. */
export const ACTIVATIONS: Record<ActivationName, (x: Tensor) => Tensor> = {
  softplus,
  relu,
  tanh,
  linear: (x) => x,
};

const INITIALISERS: Record<InitialiserName, (key: Key, shape: Shape) => Tensor> = {
  glorotUniform,
  heUniform,
};

/** The name of an activation. */
export const activation: z.ZodType<ActivationName> = z.enum(["softplus", "relu", "tanh", "linear"]);

/** What a config may say of a layer. */
export const layerKeys: Keys<Layer> = {
  units: count,
  activation: activation.default("softplus"),
  initialiser: z.enum(["glorotUniform", "heUniform"]).default("glorotUniform"),
};

/** Initial parameters of layers, one after the other; each takes the next key. */
export function initLayers(nextKey: () => Key, inputs: number, layers: readonly Layer[]): Dense[] {
  return layers.map(({ units, initialiser }, i) => {
    const from = i === 0 ? inputs : layers[i - 1].units;
    return initDense(nextKey(), from, units, INITIALISERS[initialiser]);
  });
}

/** The output of layers, one after the other, [batch, units]. */
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
