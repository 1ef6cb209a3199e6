/**
 * Lesson 9: An autoencoder in 100 lines: how does a VAE become Echo?
 *
 * An *autoencoder* squeezes x into a short code z (*encoder*) and restores x from it (*decoder*).
 * The *rate* is what z tells of x, the *distortion* how badly x is restored, both in nats per
 * picture. Training makes distortion + β · rate small: a larger β lets z tell less. A *VAE* adds
 * normal noise; its rate, the divergence from a fixed distribution of codes (the *prior*), is never
 * below the information. Echo (lesson 8) needs no prior: its rate is the information.
 *
 * Open beside it: experiments/models/latents/echo.ts, whose `meanOf` and `logScaleOf` are lines 2
 * and 3 below with options.
 *
 * @module
 */
import { adam, add, batches, bernoulliCrossEntropy, cast, concat, type Dense } from "../../mod.ts";
import { dense, echoChannel, echoRate, echoSample, foldIn, initDense, iota } from "../../mod.ts";
import { jit, type Key, key, less, logSigmoid, mean, mul, reshape, run } from "../../mod.ts";
import { sigmoid, slice, softplus, split, square, stack, sub, sum, tanh } from "../../mod.ts";
import { type Tensor, tensor, uniform, valueAuxAndGrad } from "../../mod.ts";
import { gaussianKl, gaussianSample } from "@echograd/echograd/densities";
import answers from "./answers/09_autoencoder.ts";
import { exercise, hole } from "./exercise.ts";
import { showPictures } from "./pictures.ts";

// %% The data: 1000 pictures of 10 · 10 pixels, each a disc of random place and size.
const side = 10, pixels = side * side, latent = 6, hidden = 64, batch = 50;
const [x, y, size] = split(key(0), 3).map((key) => uniform(key, [1000, 1, 1]));
const offset = (at: Tensor, axis: number) =>
  square(sub(cast(iota([1, side, side], axis), "float32"), add(mul(at, 5), 2)));
const isInside = less(add(offset(x, 2), offset(y, 1)), square(add(mul(size, 2), 1)));
const images = run(reshape(cast(isInside, "float32"), [1000, pixels]));

// %% A VAE. The encoder gives two numbers for each dimension of the code, `mean` and `spread`.
type Code = (key: Key, mean: Tensor, spread: Tensor) => { z: Tensor; rate: Tensor };
const vae: Code = (key, mean, spread) => {
  const f = mean;
  const logVariance = spread;
  const z = gaussianSample(key, f, logVariance);
  const rate = gaussianKl(f, logVariance);
  return { z, rate };
};

// %% Echo, by changing five lines.
const channel = echoChannel({ dMax: batch - 1, bias: 1e-3, sampling: "cycle" }); // 1: its settings
const echo: Code = (key, mean, spread) => {
  const f = tanh(mean); // 2: within ±1, so that a sum of echoes is bounded, too
  const logScale = logSigmoid(spread); // 3: below 0, so S is below 1, and old echoes die out
  const z = echoSample(key, f, logScale, channel); // 4: noise made of the other f of the batch
  const rate = echoRate(logScale, channel); // 5: −Σ log S, with no prior
  return { z, rate };
};

// %% The model: dense layers around a code. `seen` has the rate and the distortion.
const layers = [[pixels, hidden], [hidden, 2 * latent], [latent, hidden], [hidden, pixels]];
const init = () => layers.map(([from, to], i) => initDense(foldIn(key(1), i), from, to));
function model(code: Code, params: Dense[], x: Tensor, key: Key) {
  const both = dense(params[1], softplus(dense(params[0], x))), half = [batch, latent];
  const { z, rate } = code(key, slice(both, [0, 0], half), slice(both, [0, latent], half));
  const logits = dense(params[3], softplus(dense(params[2], z)));
  const seen = stack([mean(rate), mean(bernoulliCrossEntropy(logits, x))]);
  return { restored: sigmoid(logits), seen };
}

// %% Eight *epochs*, or passes through the data. Echo starts slowly: with 60 both tell 9 nats.
async function train(name: string, code: Code, beta: number) {
  const optimizer = adam({ learningRate: 0.01 }), weights = tensor([beta, 1]);
  let params = init(), state = optimizer.init(params), number = 0, rate = 0, distortion = 0;
  const step = jit((params: Dense[], s: typeof state, x: Tensor, number: Tensor) => {
    const [, seen, slopes] = valueAuxAndGrad((params: Dense[]): [loss: Tensor, seen: Tensor] => {
      const { seen } = model(code, params, x, foldIn(key(2), number));
      return [sum(mul(seen, weights)), seen];
    })(params);
    return [...optimizer.update(slopes, s, params), seen] as const;
  }, { donate: [0, 1] });
  for (let epoch = 1; epoch <= 8; epoch++) {
    const all: Tensor[] = [];
    for (const x of batches(foldIn(key(3), tensor(epoch)), images, batch)) {
      [params, state, all[all.length]] = step(params, state, x, number++);
    }
    [rate, distortion] = await mean(stack(all), { axis: 0 }).read();
    console.log(name, `β ${beta}, rate ${rate.toFixed(2)}, distortion ${distortion.toFixed(2)}`);
  }
  return { params, rate };
}

// %% Four pictures, and below them what the VAE and Echo make of their codes.
const four = (x: Tensor) => reshape(slice(x, [0, 0], [4, pixels]), [4, side, side]);
const some = slice(images, [0, 0], [batch, pixels]), rows = [four(some)];
for (const [name, code] of Object.entries({ VAE: vae, Echo: echo })) {
  const { params } = await train(name, code, 0.5);
  rows.push(four(model(code, params, some, key(4)).restored));
}
await showPictures(concat(rows), 4);

// %% Exercise: a β that gives Echo a rate of 10 nats, give or take half a nat.
const hit = async (beta: number) => {
  const { rate } = await train("Echo", echo, beta);
  return Math.abs(rate - 10) <= 0.5 ? "10 ± .5" : rate.toFixed(2);
};
await exercise([{ question: "β for 10 nats", yours: hole, shown: hit, truth: "10 ± .5" }], answers);
