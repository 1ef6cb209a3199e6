/**
 * The table of all primitives. Everything else in the library is a composition of these.
 *
 * @module
 */
import * as e from "./elementwise.ts";
import { scatterPrimitive, takePrimitive } from "./indexing.ts";
import { matmulPrimitive } from "./matmul.ts";
import {
  broadcastPrimitive,
  flipPrimitive,
  reshapePrimitive,
  slicePrimitive,
  transposePrimitive,
} from "./linear.ts";
import { iotaPrimitive } from "./indexing.ts";
import { concatPrimitive, padPrimitive } from "./joining.ts";
import { cumsumPrimitive, maxPrimitive, sumPrimitive } from "./reduce.ts";

const elementwise = [
  ...[e.neg, e.abs, e.floor, e.sqrt, e.exp, e.log, e.log1p, e.expm1, e.tanh, e.sigmoid, e.softplus],
  ...[e.sin, e.cos, e.add, e.sub, e.mul, e.div, e.min, e.max, e.less, e.lessEqual, e.equal],
  ...[e.and, e.or, e.xor, e.shiftLeft, e.shiftRight, e.where],
];

/** The names of all primitives. */
export const primitiveNames: readonly string[] = [
  ...elementwise.map((op) => op.primitive),
  e.castPrimitive,
  e.identityPrimitive,
  sumPrimitive,
  maxPrimitive,
  cumsumPrimitive,
  reshapePrimitive,
  transposePrimitive,
  broadcastPrimitive,
  slicePrimitive,
  padPrimitive,
  concatPrimitive,
  flipPrimitive,
  iotaPrimitive,
  matmulPrimitive,
  takePrimitive,
  scatterPrimitive,
].map((primitive) => primitive.name);
