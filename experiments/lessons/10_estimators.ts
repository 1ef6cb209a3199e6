/**
 * Lesson 10: Who measures information right?
 *
 * Of most codes only samples are known, pairs (x, z), and an *estimator* must guess I(X;Z) from N
 * of them. Here the truth is known, so estimators can be judged: x has d normal dimensions, and z
 * is x + r·ε with the noise of Echo. For r = 1/e that is exactly −d · log r = d nats.
 *
 * InfoNCE measures how well z picks its own x out of N candidates. To pick one of N takes at most
 * ln N nats, so no estimate is larger. KSG takes a density as constant between a point and its
 * nearest neighbours. In many dimensions these are far away, the density changes on the way there,
 * and the estimate comes out low.
 *
 * Open beside it: lib/information/bounds.ts and lib/information/neighbours.ts. In the comments of
 * `infoNceBound` and `ksgInformation` the lines *Bias* and *Range* say what you will see here.
 * `deno task mi-bench` judges eleven estimators by 40 tasks; `deno task mi` asks those that need
 * no formula about samples of your own.
 *
 * @module
 */
import { add, expandDims, foldIn, full, key, mean, mul, normal, split } from "../../mod.ts";
import { type Tensor, tensor } from "../../mod.ts";
import { gaussianLogDensity } from "@echograd/echograd/densities";
import { infoNceBound, ksgInformation } from "@echograd/echograd/information";
import * as answers from "./answers/10_estimators.ts";
import { exercise, hole } from "./exercise.ts";

// %% N pairs of x and z, [N, d]. The noise ε = f₀ + r·f₁ + r²·f₂ + … of normal f has the variance
// 1 + r² + r⁴ + … = 1/(1 − r²), so it can be drawn at once.
const r = Math.exp(-1), deviation = r / Math.sqrt(1 - r ** 2);
function sample(N: number, d: number, seed = 0): { x: Tensor; z: Tensor } {
  const [ofX, ofNoise] = split(foldIn(key(0), tensor(seed)));
  const x = normal(ofX, [N, d]);
  return { x, z: add(x, mul(normal(ofNoise, [N, d]), deviation)) };
}

// %% InfoNCE at its best: it is given the true density p(z|x), which in practice is learned. The
// mean over five samples of N pairs.
async function infoNce(N: number, d: number): Promise<number> {
  const logVariance = full([1, 1, d], 2 * Math.log(deviation));
  let sum = 0;
  for (let seed = 0; seed < 5; seed++) {
    const { x, z } = sample(N, d, seed);
    const pairs = gaussianLogDensity(expandDims(z, 1), expandDims(x, 0), logVariance); // [N, N]
    sum += await mean(infoNceBound(pairs)).item();
  }
  return sum / 5;
}

// %% KSG, from 1000 pairs.
async function ksg(d: number): Promise<number> {
  const { x, z } = sample(1000, d);
  const points = async (t: Tensor) => ({ values: await t.read("float32"), dimensions: d });
  return ksgInformation(await points(x), await points(z)).nats;
}

// %% A bar for each: a block is a quarter of a nat, and the line │ is the truth.
const N = 128;
function show(name: string, nats: number, truth: number): void {
  const blocks = "█".repeat(Math.max(0, Math.round(4 * nats))).padEnd(4 * truth);
  console.log(name, nats.toFixed(2), blocks.slice(0, 4 * truth) + "│" + blocks.slice(4 * truth));
}
console.log(`InfoNCE among N = ${N} can say at most ln N = ${Math.log(N).toFixed(2)} nats.`);
for (const d of [1, 2, 3, 4, 6, 8]) {
  console.log(`\n${d} ${d === 1 ? "dimension" : "dimensions"}, I = ${d} nats`);
  show("  InfoNCE", await infoNce(N, d), d);
  show("  KSG    ", await ksg(d), d);
  show("  Echo   ", -d * Math.log(r), d);
}

// %% Exercise: InfoNCE in 8 dimensions, where I is 8 nats. Which N can reach 5, and which does?
async function firstToReach(nats: number): Promise<number> {
  let N = 2;
  while (await infoNce(N, 8) < nats) N *= 2;
  return N;
}
let ceiling = 1;
while (Math.log(ceiling) < 5) ceiling++;
console.log();
await exercise<number>([
  { question: "the least N with ln N ≥ 5", yours: hole, truth: ceiling },
  { question: "the least power of 2 that measures 5", yours: hole, truth: await firstToReach(5) },
], answers.numbers);

// %% Exercise: an estimator of your own, (x: Tensor, z: Tensor) => Tensor, of 1000 pairs [1000, 8]:
// within .25 nats of the truth. The rows `gaussian` of mi-bench ask the same. You may use that x
// and z are normal and that dimension j of z depends on dimension j of x alone. Then each dimension
// has −½ log(1 − ρ²) nats, where ρ² = mean(x·z)² / (mean(x²)·mean(z²)) is the squared correlation.
type Estimator = (x: Tensor, z: Tensor) => Tensor;
async function judge(estimator: Estimator): Promise<string> {
  const { x, z } = sample(1000, 8);
  const nats = await estimator(x, z).item();
  return Math.abs(nats - 8) <= 0.25 ? "8 ± .25" : nats.toFixed(2);
}
console.log();
await exercise<Estimator>([
  { question: "nats in 8 dimensions", yours: hole, shown: judge, truth: "8 ± .25" },
], [answers.gaussian]);
