/**
 * The masked networks of flows as dense ones, with zeros where the mask is.
 *
 * @module
 */

import { run, tensor } from "../../mod.ts";
import { type FlowParams, type Made, made, type MaskedDense } from "../../lib/densities/mod.ts";
import { ACTIVATIONS } from "../models/activations.ts";
import type { FlowConfig } from "../models/flows.ts";
import { arrayOf, type Weights } from "./steps.ts";

/**
 * Adds the weights of a flow: `${name}.${step}.${layer}`, [outputs, inputs]. The inputs of a first
 * layer are the context and then the dimensions, the outputs of a last one the shift and then the
 * log-scale of the first dimension, of the second, and so on.
 */
export async function addFlow(
  weights: Weights,
  name: string,
  options: FlowConfig,
  params: FlowParams,
  dimensions: number,
  context = 0,
): Promise<void> {
  const { hidden, shiftOnly } = options;
  const widths = [context + dimensions, ...hidden, (shiftOnly ? 1 : 2) * dimensions];
  const activation = ACTIVATIONS[options.activation];
  const network = made({ dimensions, hidden, parts: shiftOnly ? 1 : 2, context, activation });
  const places = await placesOf(network, widths);
  for (const [step, layers] of params.entries()) {
    for (const [i, layer] of layers.entries()) {
      const shape = [widths[i + 1], widths[i]];
      weights.set(`${name}.${step}.${i}.weight`, {
        shape,
        data: await unpacked(layer, places[i], shape),
      });
      weights.set(`${name}.${step}.${i}.bias`, await arrayOf(layer.b));
    }
  }
}

/** For the weights of each group of each layer, in their order: the inputs and the outputs. */
type Places = readonly { readonly input: Float32Array; readonly output: Float32Array }[];

/** Packs the number of the row, and that of the column, of each weight to see where it goes. */
async function placesOf(network: Made, widths: readonly number[]): Promise<Places[]> {
  const numbers = (of: (row: number, column: number) => number) =>
    network.pack(
      widths.slice(1).map((columns, i) => {
        const shape = [widths[i], columns];
        const all = Float32Array.from(
          { length: shape[0] * columns },
          (_, k) => of(Math.floor(k / columns), k % columns),
        );
        return { w: tensor(all, { shape }), b: tensor(new Float32Array(columns)) };
      }),
    );
  const { inputs, outputs } = run({
    inputs: numbers((row) => row),
    outputs: numbers((_, column) => column),
  });
  return await Promise.all(inputs.map(({ w }, i) =>
    Promise.all(w.map(async (input, group) => ({
      input: await input.read("float32"),
      output: await outputs[i].w[group].read("float32"),
    })))
  ));
}

async function unpacked(
  { w }: MaskedDense,
  places: Places,
  [outputs, inputs]: readonly number[],
): Promise<Float32Array> {
  const dense = new Float32Array(outputs * inputs);
  for (const [group, packed] of w.entries()) {
    const { input, output } = places[group];
    (await packed.read("float32")).forEach((weight, k) => {
      dense[output[k] * inputs + input[k]] = weight;
    });
  }
  return dense;
}
