/**
 * MADE: a network of dense layers, masked so that the outputs for a dimension depend only on the
 * dimensions before it (Germain, Gregor, Murray and Larochelle, "MADE: Masked autoencoder for
 * distribution estimation", ICML 2015).
 *
 * Every unit has a degree, the number of dimensions that it may see. It reads the units of the
 * layer before whose degree is not above its own. The outputs for dimension d have degree d − 1.
 * Hidden units are sorted by degree, so that each reads a prefix of the layer before, and every
 * mask is a staircase.
 *
 * @module
 */
import { checkOptions } from "../checks.ts";
import { mul } from "../ops/elementwise.ts";
import { concat } from "../ops/joining.ts";
import { reshape } from "../ops/linear.ts";
import { slice } from "../ops/slicing.ts";
import { relu } from "../nn/activations.ts";
import type { Dense } from "../nn/dense.ts";
import { type Key, split } from "../random.ts";
import { shapeError, shapeText } from "../shape.ts";
import { type MaskedDense, staircase } from "./staircase.ts";
import type { Tensor } from "../tensor.ts";

/** Settings of {@linkcode made}. */
export interface MadeOptions {
  /** The number of dimensions of x. */
  readonly dimensions: number;
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** The number of outputs for each dimension; 1 unless given. */
  readonly parts?: number;
  /** The number of context inputs, which every output depends on; none unless given. */
  readonly context?: number;
  /** The activation after each hidden layer; relu unless given. */
  readonly activation?: (x: Tensor) => Tensor;
}

/** Parameters of a MADE: its layers, the output layer last. */
export type MadeParams = readonly MaskedDense[];

/** An autoregressive network, as pure functions of its parameters. */
export interface Made {
  /** Initial parameters, with outputs that are close to 0. */
  init(key: Key): MadeParams;
  /**
   * The parameters that the masks leave of a dense network of the same sizes. Its inputs are the
   * context and then x; its outputs are all parts of the first dimension, then of the second, …
   */
  pack(layers: readonly Dense[]): MadeParams;
  /**
   * The outputs of x, [batch, dimensions], under a context, [batch, context]: a tensor [batch,
   * dimensions] for each part, in which column d depends on the columns of x before d and on the
   * context.
   *
   * @throws {ShapeError} where x or the context has another shape, or the context is missing.
   */
  apply(params: MadeParams, x: Tensor, context?: Tensor): Tensor[];
  /** The number of parameters that the network would have without masks. */
  readonly denseParameters: number;
}

/** Factor of the initial weights of the output layer. */
const OUTPUT_SCALE = 0.01;

/**
 * A MADE.
 *
 * @throws {RangeError} unless dimensions, hidden units and parts are positive integers, and context
 * an integer from 0.
 */
export function made(options: MadeOptions): Made {
  checkOptions("make a MADE", options, "dimensions", "hidden", "parts", "context", "activation");
  const { dimensions, hidden, parts = 1, context = 0, activation = relu } = options;
  checkSizes({ dimensions, hidden, parts, context });
  const upTo = dimensions - 1;
  // Without context, a unit of degree 0 sees nothing. In one dimension there are only such units.
  const from = context > 0 ? 0 : Math.min(1, upTo);
  const degrees = [
    Array.from({ length: context + dimensions }, (_, i) => Math.max(0, i - context + 1)),
    ...hidden.map((units) => spread(units, from, upTo)),
    Array.from({ length: dimensions * parts }, (_, i) => Math.floor(i / parts)),
  ];
  const layers = degrees.slice(1).map((own, i) =>
    staircase(degrees[i].length, prefixes(degrees[i], own))
  );

  return {
    denseParameters: degrees.slice(1).reduce(
      (n, own, i) => n + (degrees[i].length + 1) * own.length,
      0,
    ),
    init: (key) =>
      split(key, layers.length).map((key, i) => {
        const { w, b } = layers[i].init(key);
        return i < hidden.length ? { w, b } : { w: w.map((part) => mul(part, OUTPUT_SCALE)), b };
      }),
    pack: (dense) => layers.map((layer, i) => layer.pack(dense[i])),
    apply(params, x, given) {
      checkInputs(x, given, dimensions, context);
      const [batch] = x.shape;
      const input = context > 0 ? concat([given!, x], 1) : x;
      const y = layers.reduce((h, layer, i) => {
        const next = layer.apply(params[i], h);
        return i < hidden.length ? activation(next) : next;
      }, input);
      const outputs = reshape(y, [batch, dimensions, parts]);
      return Array.from(
        { length: parts },
        (_, part) =>
          reshape(slice(outputs, [0, 0, part], [batch, dimensions, 1]), [batch, dimensions]),
      );
    },
  };
}

/** Ascending degrees between two numbers, spread evenly over the units. */
const spread = (units: number, from: number, to: number): number[] =>
  Array.from({ length: units }, (_, i) => from + Math.floor(i * (to - from + 1) / units));

/** For each unit, the number of units of the layer before that it reads. */
const prefixes = (before: readonly number[], own: readonly number[]): number[] =>
  own.map((degree) => before.filter((d) => d <= degree).length);

function checkSizes(
  { dimensions, hidden, parts, context }: Required<Omit<MadeOptions, "activation">>,
): void {
  const isCount = (n: number, least: number) => Number.isInteger(n) && n >= least;
  if (!isCount(dimensions, 1)) refuse(`${dimensions} dimensions`, "it takes a positive integer");
  if (!hidden.every((units) => isCount(units, 1))) {
    refuse(`${shapeText(hidden)} hidden units`, "they are positive integers");
  }
  if (!isCount(parts, 1)) refuse(`${parts} parts`, "it takes a positive integer");
  if (!isCount(context, 0)) refuse(`${context} context inputs`, "it takes an integer from 0");
}

function refuse(what: string, why: string): never {
  throw new RangeError(`Cannot make a MADE of ${what}: ${why}`);
}

function checkInputs(
  x: Tensor,
  context: Tensor | undefined,
  dimensions: number,
  width: number,
): void {
  const given = context === undefined ? "no context" : `context ${shapeText(context.shape)}`;
  const taken = width === 0 ? "no context" : `context [${x.shape[0] ?? "batch"}, ${width}]`;
  if (x.rank === 2 && x.shape[1] === dimensions && given === taken) return;
  throw shapeError`Cannot apply a MADE to x ${x.shape} with ${given}: it takes x [batch, ${dimensions}] with ${taken}`;
}
