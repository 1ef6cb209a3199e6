/**
 * A contestant: the training step of TensorFlow.js, on its WebAssembly backend.
 *
 * The first two arguments name the packages, which are imported at run time: only the comparison
 * needs them.
 *
 * @module
 */

import { readFixture } from "./fixtures.ts";
import { type Order, serve } from "./protocol.ts";
import { LATENT, layerSizes, PIXELS } from "./task.ts";

/** The part of a TensorFlow.js tensor that this file uses. */
interface Value {
  data(): Promise<Float32Array>;
  dispose(): void;
}

type Unary = "exp" | "softplus" | "square" | "mean";
type Binary = "add" | "sub" | "mul" | "matMul";

/** The part of TensorFlow.js that this file uses. */
type Tensorflow =
  & Record<Unary, (x: Value) => Value>
  & Record<Binary, (x: Value, y: Value | number) => Value>
  & {
    setBackend(name: string): Promise<boolean>;
    tensor(data: Float32Array, shape: number[]): Value;
    variable(initial: Value): Value;
    sum(x: Value, axis: number): Value;
    train: { adam(rate: number): { minimize(f: () => Value, returnCost: true): Value } };
  };

const [specifier, backend, json] = Deno.args;
const order: Order = JSON.parse(json);
const tf: Tensorflow = await import(specifier);
await import(backend);
if (!await tf.setBackend(order.device)) throw new Error(`tfjs has no ${order.device} backend here`);

const fixture = readFixture(order.folder);
const images = tf.tensor(fixture.images, [order.batch, PIXELS]);
const noise = tf.tensor(fixture.noise, [order.batch, LATENT]);
let end = 0;
const next = (...shape: number[]) => {
  const size = shape.reduce((product, length) => product * length);
  return tf.variable(tf.tensor(fixture.params.slice(end, end += size), shape));
};
const layers = layerSizes(order.hidden).map(([inputs, outputs]) => ({
  w: next(inputs, outputs),
  b: next(outputs),
}));

function loss(): Value {
  const layer = (i: number, x: Value) => tf.add(tf.matMul(x, layers[i].w), layers[i].b);
  const encoded = tf.softplus(layer(1, tf.softplus(layer(0, images))));
  const mean = layer(2, encoded), logVariance = layer(3, encoded);
  const code = tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise));
  const logits = layer(6, tf.softplus(layer(5, tf.softplus(layer(4, code)))));
  const distortion = tf.sum(tf.sub(tf.softplus(logits), tf.mul(images, logits)), 1);
  const spread = tf.sub(tf.exp(logVariance), tf.add(logVariance, 1));
  const divergence = tf.mul(tf.sum(tf.add(tf.square(mean), spread), 1), 0.5);
  return tf.mean(tf.add(distortion, divergence));
}

const adam = tf.train.adam(1e-3);
await serve(`${specifier.replace("npm:", "")} ${order.device}`, async () => {
  const value = adam.minimize(loss, true);
  const [number] = await value.data();
  value.dispose();
  return number;
});
Deno.exit(0);
