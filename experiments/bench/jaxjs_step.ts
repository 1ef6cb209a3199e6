/**
 * A contestant: the training step of jax-js, on its WebAssembly device.
 *
 * The first argument names the package, which is imported at run time: only the comparison needs
 * it. jax-js counts references and its ops consume their arguments, so every use of an array except
 * the last is written `.ref`.
 *
 * @module
 */

import { readFixture } from "./fixtures.ts";
import { type Order, serve } from "./protocol.ts";
import { LATENT, layerSizes, PIXELS } from "./task.ts";

/** The part of a jax-js array that this file uses. */
interface Value {
  readonly ref: Value;
  readonly shape: number[];
  add(x: Value | number): Value;
  sub(x: Value | number): Value;
  mul(x: Value | number): Value;
  div(x: Value | number): Value;
  neg(): Value;
  sum(axis?: number): Value;
  mean(): Value;
  dispose(): void;
  data(): Promise<Float32Array>;
}

type Loss = (params: Value[], images: Value, noise: Value) => Value;
type Step = (state: State, images: Value, noise: Value) => [State, Value];

/** The part of jax-js that this file uses. */
interface Jax {
  init(device: string): Promise<string[]>;
  defaultDevice(device: string): void;
  jit(f: Step): Step;
  valueAndGrad(f: Loss): (...args: Parameters<Loss>) => [Value, Value[]];
  tree: { ref(values: Value[]): Value[] };
  nn: Record<"softplus", (x: Value) => Value>;
  numpy:
    & Record<"exp" | "sqrt", (x: Value) => Value>
    & Record<"dot", (x: Value, y: Value) => Value>
    & { array(data: Float32Array | number[], options?: { shape: number[] }): Value };
}

interface State {
  params: Value[];
  m: Value[];
  v: Value[];
  count: Value;
}

const [specifier, pool, json] = Deno.args;
const order: Order = JSON.parse(json);
// Without `Worker` jax-js has no pool and runs on one thread, which is faster at this size.
if (pool === "no-pool") Reflect.deleteProperty(globalThis, "Worker");

const jax: Jax = await import(specifier);
const { jit, nn, numpy: np, tree, valueAndGrad } = jax;
const devices = await jax.init(order.device);
if (!devices.includes(order.device)) throw new Error(`jax-js has no device ${order.device} here`);
jax.defaultDevice(order.device);

const fixture = readFixture(order.folder);
const images = np.array(fixture.images, { shape: [order.batch, PIXELS] });
const noise = np.array(fixture.noise, { shape: [order.batch, LATENT] });

function firstState(): State {
  const shapes = layerSizes(order.hidden).flatMap((
    [inputs, outputs],
  ) => [[inputs, outputs], [outputs]]);
  let end = 0;
  const params = shapes.map((shape) => {
    const size = shape.reduce((product, length) => product * length);
    return np.array(fixture.params.slice(end, end += size), { shape });
  });
  const zeros = () =>
    params.map(({ shape }) => {
      const size = shape.reduce((product, length) => product * length);
      return np.array(new Float32Array(size), { shape });
    });
  return { params, m: zeros(), v: zeros(), count: np.array([0]) };
}

function loss(params: Value[], images: Value, noise: Value): Value {
  const layer = (i: number, x: Value) => np.dot(x, params[2 * i]).add(params[2 * i + 1]);
  const encoded = nn.softplus(layer(1, nn.softplus(layer(0, images.ref))));
  const mean = layer(2, encoded.ref), logVariance = layer(3, encoded);
  const code = mean.ref.add(np.exp(logVariance.ref.mul(0.5)).mul(noise));
  const logits = layer(6, nn.softplus(layer(5, nn.softplus(layer(4, code)))));
  const distortion = nn.softplus(logits.ref).sub(images.mul(logits)).sum(1);
  const divergence = mean.ref.mul(mean).add(np.exp(logVariance.ref)).sub(logVariance).sub(1);
  return distortion.add(divergence.sum(1).mul(0.5)).mean();
}

const step = jit(({ params, m, v, count }, images, noise) => {
  const [value, gradients] = valueAndGrad(loss)(tree.ref(params), images, noise);
  const after = count.add(1);
  const correction = (beta: number) => np.exp(after.ref.mul(Math.log(beta))).neg().add(1);
  const correctionM = correction(0.9), correctionV = correction(0.999);
  const next: State = { params: [], m: [], v: [], count: after };
  for (const [i, gradient] of gradients.entries()) {
    const newM = m[i].mul(0.9).add(gradient.ref.mul(0.1));
    const newV = v[i].mul(0.999).add(gradient.ref.mul(gradient).mul(0.001));
    const scale = np.sqrt(newV.ref.div(correctionV.ref)).add(1e-8);
    const move = newM.ref.div(correctionM.ref).div(scale).mul(1e-3);
    next.params.push(params[i].sub(move));
    next.m.push(newM);
    next.v.push(newV);
  }
  correctionM.dispose();
  correctionV.dispose();
  return [next, value];
});

let state = firstState();
const threads = pool === "no-pool" ? ", without its worker pool" : "";
await serve(`${specifier.replace("npm:", "")} ${order.device}${threads}`, async () => {
  const [after, value] = step(state, images.ref, noise.ref);
  state = after;
  return (await value.data())[0];
});
Deno.exit(0); // the workers of jax-js would keep the process alive
