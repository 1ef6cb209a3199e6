/**
 * The timed convolutional networks: what they are made of, and what they cost.
 *
 * Each is a VAE whose encoder and decoder are lists of layers with softplus between them. Its order
 * (protocol.ts) holds the lists, so that all libraries build the same network.
 *
 * @module
 */

/** A layer of a network. */
export type Layer =
  | {
    readonly kind: "conv" | "transposed";
    readonly filters: number;
    /** The height and width of the kernel. */
    readonly kernel: number;
    readonly stride: number;
    /** The padding at the top and at the left, and that at the bottom and at the right. */
    readonly padding: readonly [number, number];
    /** The height and width of the output. */
    readonly size: number;
  }
  | { readonly kind: "dense"; readonly units: number };

/** A network of square images of one channel. */
export interface Network {
  readonly name: string;
  readonly size: number;
  readonly latent: number;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
}

type Padding = readonly [number, number];
const conv = (filters: number, kernel: number, stride: number, padding: Padding, size: number) =>
  ({ kind: "conv", filters, kernel, stride, padding, size }) as const;
const transposed = (
  filters: number,
  kernel: number,
  stride: number,
  padding: Padding,
  size: number,
) => ({ kind: "transposed", filters, kernel, stride, padding, size }) as const;
const dense = (units: number) => ({ kind: "dense", units }) as const;

const TWO: Padding = [2, 2], ONE: Padding = [1, 1], NONE: Padding = [0, 0];

/** The networks, the smallest first. */
export const NETWORKS: readonly Network[] = [
  {
    ...{ name: "small", size: 28, latent: 32 },
    encoder: [conv(16, 4, 2, ONE, 14), conv(32, 4, 2, ONE, 7), dense(256)],
    decoder: [
      ...[dense(256), dense(7 * 7 * 32)],
      ...[transposed(16, 4, 2, ONE, 14), transposed(1, 4, 2, ONE, 28)],
    ],
  },
  {
    ...{ name: "dsprites", size: 64, latent: 10 },
    encoder: [
      ...[conv(32, 4, 2, ONE, 32), conv(32, 4, 2, ONE, 16)],
      ...[conv(64, 2, 2, NONE, 8), conv(64, 2, 2, NONE, 4), dense(256)],
    ],
    decoder: [
      ...[dense(256), dense(4 * 4 * 64), transposed(64, 2, 2, NONE, 8)],
      ...[transposed(32, 2, 2, NONE, 16), transposed(32, 4, 2, ONE, 32)],
      transposed(1, 4, 2, ONE, 64),
    ],
  },
  {
    ...{ name: "original", size: 28, latent: 32 },
    encoder: [
      ...[conv(32, 5, 1, TWO, 28), conv(32, 5, 2, TWO, 14), conv(64, 5, 1, TWO, 14)],
      ...[conv(64, 5, 2, TWO, 7), conv(256, 7, 1, NONE, 1)],
    ],
    decoder: [
      ...[
        transposed(64, 7, 1, NONE, 7),
        transposed(64, 5, 1, TWO, 7),
        transposed(64, 5, 2, TWO, 14),
      ],
      ...[transposed(32, 5, 1, TWO, 14), transposed(32, 5, 2, TWO, 28)],
      ...[transposed(32, 4, 1, [1, 2], 28), conv(1, 5, 1, TWO, 28)],
    ],
  },
];

/** A layer with the image [height = width, channels] that it gets; a code is an image of 1. */
interface Placed {
  readonly layer: Layer;
  readonly size: number;
  readonly channels: number;
}

/** The layers of a network in order: encoder, two heads, decoder. */
export function layersOf({ size, latent, encoder, decoder }: Network): Placed[] {
  const placed: Placed[] = [];
  let image = { size, channels: 1 };
  const place = (layer: Layer, from: typeof image) => {
    // A dense layer whose units are an image of the next layer: the decoders' last dense layer.
    const at = placed.length > 0 && layer.kind !== "dense" ? imageFor(layer, from) : from;
    placed.push({ layer, ...at });
    image = layer.kind === "dense"
      ? { size: 1, channels: layer.units }
      : { size: layer.size, channels: layer.filters };
  };
  for (const layer of encoder) place(layer, image);
  const encoded = image;
  for (const head of [dense(latent), dense(latent)]) place(head, encoded);
  for (const layer of decoder) place(layer, image);
  return placed;
}

/** The image that a layer of convolution gets of the elements before it. */
function imageFor(
  layer: Exclude<Layer, { kind: "dense" }>,
  { size, channels }: Omit<Placed, "layer">,
) {
  const { kind, stride, kernel, padding: [low, high] } = layer;
  const wanted = kind === "conv"
    ? size
    : Math.ceil((layer.size + low + high - kernel + 1) / stride);
  return { size: wanted, channels: channels * size ** 2 / wanted ** 2 };
}

/** The shapes of the weights of a layer: of a dense one, a matrix; else a kernel. */
export function weightsOf({ layer, size, channels }: Placed): number[] {
  if (layer.kind === "dense") return [size ** 2 * channels, layer.units];
  const { kind, kernel, filters } = layer;
  return [kernel, kernel, ...kind === "conv" ? [channels, filters] : [filters, channels]];
}

/** The multiplications of a layer for an image. */
function productsOf(placed: Placed): number {
  const { layer, size } = placed;
  const weights = weightsOf(placed).reduce((n, d) => n * d);
  if (layer.kind === "dense") return weights;
  return weights * (layer.kind === "conv" ? layer.size : size) ** 2;
}

/**
 * The floating-point operations of the products of a step: one forward, one for the gradient of the
 * weights and, except in the first layer, one for that of the input: 36 GFLOP for `original`.
 */
export function networkFlops(network: Network, batch: number): number {
  const products = layersOf(network).map((placed) => 2 * batch * productsOf(placed));
  return 3 * products.reduce((sum, product) => sum + product) - products[0];
}
