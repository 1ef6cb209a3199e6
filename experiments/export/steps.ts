/**
 * The networks of a model as steps that other libraries have, and their weights in PyTorch's order,
 * which is ONNX's order too.
 *
 * An image lies here as [channels, height, width], while in this library it is [height, width,
 * channels]. A step `view` goes from the one to the other wherever elements are taken in a row.
 *
 * @module
 */

import type { Shape, Tensor } from "../../mod.ts";
import { pair, type Placement, placeUnder, placeWindows } from "../../lib/placement.ts";
import type { NamedArray } from "../formats/safetensors.ts";
import type { ActivationName } from "../models/activations.ts";
import { elementsOf, type LayerParams } from "../models/layer.ts";
import { UserError } from "../shell/errors.ts";
import { type LayerConfig, type Network, typeOf } from "../models/network.ts";

/** Padding, or what is cut off: rows and columns before and after. */
export interface Sides {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Numbers for rows and columns. */
export type Pair = readonly [rows: number, columns: number];

/** Windows on an image. */
export interface Windows {
  readonly window: Pair;
  readonly stride: Pair;
  readonly padding: Sides;
}

/** What is done with a batch. Its weights are `${name}.weight` and `${name}.bias`. */
export type Step =
  | {
    readonly does: "dense";
    readonly name: string;
    readonly inputs: number;
    readonly outputs: number;
  }
  | {
    readonly does: "conv";
    readonly name: string;
    readonly inputs: number;
    readonly outputs: number;
    readonly windows: Windows;
  }
  | {
    readonly does: "convTranspose";
    readonly name: string;
    readonly inputs: number;
    readonly outputs: number;
    readonly windows: Windows;
    /** Rows and columns of zeros after the result. */
    readonly more: Pair;
  }
  | {
    readonly does: "pool";
    readonly name: string;
    readonly of: "max" | "average";
    readonly windows: Windows;
  }
  /** Over the last axis of this library: the units of a row, the channels of a pixel. */
  | { readonly does: "layerNorm"; readonly name: string; readonly shape: Shape }
  | {
    readonly does: "activation";
    readonly name: string;
    readonly of: Exclude<ActivationName, "linear">;
  }
  /** Both shapes are those of this library. */
  | { readonly does: "view"; readonly name: string; readonly from: Shape; readonly to: Shape };

/** An array of float32. */
export interface Float32Data extends NamedArray {
  readonly data: Float32Array;
}

/** Weights by name, in the order of PyTorch. */
export type Weights = Map<string, Float32Data>;

/** Reads a tensor. */
export const arrayOf = async (x: Tensor): Promise<Float32Data> => ({
  shape: [...x.shape],
  data: await x.read("float32"),
});

/** An array with its axes in another order, as numpy.transpose has it. */
function turned({ shape, data }: Float32Data, axes: readonly number[]): Float32Data {
  const steps = shape.map((_, axis) => elementsOf(shape.slice(axis + 1)));
  const to = axes.map((axis) => shape[axis]), turned = new Float32Array(data.length);
  const index = to.map(() => 0);
  for (let i = 0, from = 0; i < data.length; i++) {
    turned[i] = data[from];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += steps[axes[axis]];
      if (++index[axis] < to[axis]) break;
      from -= to[axis] * steps[axes[axis]];
      index[axis] = 0;
    }
  }
  return { shape: to, data: turned };
}

/** Adds the weights of a dense layer, [outputs, inputs]. */
export async function addDense(
  weights: Weights,
  name: string,
  { w, b }: { readonly w: Tensor; readonly b: Tensor },
): Promise<void> {
  weights.set(`${name}.weight`, turned(await arrayOf(w), [1, 0]));
  weights.set(`${name}.bias`, await arrayOf(b));
}

/** Adds the weights of a network's layers under `${name}.${i}`, where layer i has any. */
export async function addNetwork(
  weights: Weights,
  name: string,
  params: readonly LayerParams[],
): Promise<void> {
  for (const [i, { w, b, scale, shift }] of params.entries()) {
    const own = `${name}.${i}`;
    if (scale !== undefined) {
      weights.set(`${own}.weight`, await arrayOf(scale));
      weights.set(`${own}.bias`, await arrayOf(shift));
    } else if (w?.rank === 2) await addDense(weights, own, { w, b });
    else if (w !== undefined) {
      // [height, width, a, b] to [b, a, height, width], for both kinds of convolution.
      weights.set(`${own}.weight`, turned(await arrayOf(w), [3, 2, 0, 1]));
      weights.set(`${own}.bias`, await arrayOf(b));
    }
  }
}

/**
 * The steps of a network, from rows to the shape that follows it.
 *
 * @param name of the network, with which the names of its steps begin
 * @param row the number of elements of an input, which comes as a row
 * @param input the shape that the first layer takes it for
 * @throws {UserError} for a layer that only this library has
 */
export function stepsOf(
  configs: readonly LayerConfig[],
  { layers }: Network,
  name: string,
  row: number,
  input: Shape,
): { steps: Step[]; shape: Shape } {
  const steps: Step[] = [];
  let shape: Shape = [row];
  for (const [i, config] of configs.entries()) {
    const own = `${name}.${i}`, { output } = layers[i], taken = layers[i - 1]?.output ?? input;
    const view = (to: Shape) => {
      if (to.join() !== shape.join()) {
        steps.push({ does: "view", name: `${own}_view`, from: shape, to });
      }
      shape = to;
    };
    const type = typeOf(config);
    if (type === "dropout") continue;
    if (type === "flatten" || type === "reshape") {
      view(output);
      continue;
    }
    if (type === "layerNorm") {
      steps.push({ does: "layerNorm", name: own, shape });
      continue;
    }
    view(type === "dense" ? [elementsOf(taken)] : taken);
    steps.push(stepOf(config, own, taken, output));
    shape = output;
    if (!("activation" in config) || config.activation === "linear") continue;
    steps.push({ does: "activation", name: `${own}_${config.activation}`, of: config.activation });
  }
  return { steps, shape };
}

/** The view of a batch as rows, if it is none. */
export function rowStep(name: string, shape: Shape): Step[] {
  if (shape.length === 1) return [];
  return [{ does: "view", name: `${name}.row`, from: shape, to: [elementsOf(shape)] }];
}

function stepOf(config: LayerConfig, name: string, input: Shape, output: Shape): Step {
  switch (config.type) {
    case "conv": {
      const { stride: strides, padding } = config, window = axes(config.kernel);
      const places = placeWindows(name, input.slice(0, 2), window, { strides, padding });
      return {
        ...{ does: "conv", name, inputs: input[2], outputs: output[2] },
        windows: windowsOf(places),
      };
    }
    case "convTranspose": {
      const { stride: strides, padding } = config, window = axes(config.kernel);
      const places = placeUnder(name, input.slice(0, 2), window, { strides, padding });
      return {
        ...{ does: "convTranspose", name, inputs: input[2], outputs: output[2] },
        windows: windowsOf(places),
        more: both(
          places,
          ({ size, count, stride, window, low, high }) =>
            size - ((count - 1) * stride + window - low - high),
        ),
      };
    }
    case "pool": {
      const { of, window, stride: strides = window, padding } = config;
      const places = placeWindows(name, input.slice(0, 2), axes(window), { strides, padding });
      return { does: "pool", name, of, windows: windowsOf(places) };
    }
    case "dense":
    case undefined:
      return { does: "dense", name, inputs: elementsOf(input), outputs: output[0] };
    default: {
      const { type } = config as { readonly type: string };
      throw new UserError(`${name}.type "${type}" cannot be exported: it is in this library only`);
    }
  }
}

const axes = (given: number | readonly [number, number]): Pair => pair("export", "size", given, 1);

const both = (places: readonly Placement[], of: (place: Placement) => number): Pair => [
  of(places[0]),
  of(places[1]),
];

function windowsOf(places: readonly Placement[]): Windows {
  const [rows, columns] = places;
  return {
    window: both(places, ({ window }) => window),
    stride: both(places, ({ stride }) => stride),
    padding: { top: rows.low, bottom: rows.high, left: columns.low, right: columns.high },
  };
}
