/**
 * The two networks of an autoencoder, from the pixels to the code and back.
 *
 * @module
 */

import type { Shape } from "../../mod.ts";
import { UserError } from "../shell/errors.ts";
import type { Architecture } from "./architecture.ts";
import { elementsOf, type Layer } from "./layer.ts";
import { dense, type DenseOptions } from "./layers/dense.ts";
import { makeNetwork, type Network, typeOf } from "./network.ts";

/**
 * The size of images: [height, width], or a number of pixels, which stands for images of one row and
 * is enough for dense layers.
 */
export type ImageSize = number | readonly [height: number, width: number];

/** The number of pixels of an image. */
export const pixelsOf = (size: ImageSize): number =>
  typeof size === "number" ? size : size[0] * size[1];

/** The networks of a config for images of one size. */
export interface Networks {
  readonly encoder: Network;
  /** The number of units of the encoder's output. */
  readonly width: number;
  readonly decoder: Network;
  /**
   * The linear layer from the decoder's output to the logits of the pixels; undefined if the last
   * layer of the decoder makes an image, which then is the logits.
   */
  readonly pixels?: Layer;
}

/** The kinds of layers whose output, at the end of a decoder, is the logits. */
const IMAGE_LAYERS: readonly string[] = ["conv", "convTranspose"];

/**
 * The networks of a config.
 *
 * @throws {UserError} as {@linkcode makeNetwork}, and if the decoder ends with an image of another
 *   size than the data's, or with an activation on the logits
 */
export function networksOf(
  { encoder, latent, decoder }: Pick<Architecture, "encoder" | "latent" | "decoder">,
  size: ImageSize,
): Networks {
  const [height, columns] = typeof size === "number" ? [1, size] : size;
  const image = [height, columns, 1];
  const toCode = makeNetwork(encoder, image, "encoder");
  const fromCode = makeNetwork(decoder, [latent.size], "decoder");
  const networks = { encoder: toCode, width: elementsOf(toCode.output), decoder: fromCode };
  const last = decoder.at(-1);
  if (last !== undefined && IMAGE_LAYERS.includes(typeOf(last))) {
    checkLogits(`decoder.${decoder.length - 1}`, last, fromCode.output, image);
    return networks;
  }
  return { ...networks, pixels: dense.make(linear(elementsOf(image)), fromCode.output) };
}

const linear = (units: number): DenseOptions => ({
  units,
  activation: "linear",
  initialiser: "glorotUniform",
});

/** Asserts that the last layer of a decoder makes the logits of an image. */
function checkLogits(path: string, last: object, output: Shape, image: Shape): void {
  if (output.join() !== image.join()) {
    throw new UserError(
      `${path}: the decoder must end with [${image.join(", ")}], the size of the images with one ` +
        `channel, but ends with [${output.join(", ")}]`,
    );
  }
  const { activation } = last as { activation: string };
  if (activation === "linear") return;
  throw new UserError(
    `${path}.activation: expected "linear", since the output is the logits of the pixels, but ` +
      `found "${activation}"`,
  );
}

/** The number of multiplications of an image in the encoder and of a code in the decoder. */
export function multiplicationsOf(
  { encoder, width, decoder, pixels }: Networks,
  latentSize: number,
): { encoder: number; decoder: number } {
  const of = (layers: readonly Layer[]) =>
    layers.reduce((sum, { multiplications }) => sum + multiplications, 0);
  return {
    encoder: of(encoder.layers) + 2 * width * latentSize,
    decoder: of(decoder.layers) + (pixels?.multiplications ?? 0),
  };
}
