/**
 * Lesson 8: How much does a code know?
 *
 * An encoder turns x into a *code* z. The *mutual information* I(X;Z) says how much z tells of x,
 * in *nats*: a nat is 1/ln 2 = 1.44 bits. It is h(Z) − h(Z|X). The *entropy* h says how widely a
 * density is spread, and h(Z|X) how widely that of z still is once x is known.
 *
 * Here z = f(x) + S(x)·ε: a value f, and noise ε times a *scale* S. *Echo* makes the noise of other
 * examples, its *echoes*: ε = f(x₁) + S(x₁)·f(x₂) + S(x₁)·S(x₂)·f(x₃) + … That is a code of x₁
 * with noise made of the rest. So ε and z have the same distribution, and h(Z) = h(ε). Once x is
 * known, only S(x)·ε is left, which is spread S times as widely: h(Z|X) = h(ε) + E log S(X), where
 * E is the mean over x. The difference is I = −E log S(X), and no density had to be known.
 *
 * Open beside it: lib/echo/rate.ts, whose first comment has the proof in three lines, and
 * lib/echo/sample.ts: in `echoNoise` the lines with `weights` are the whole noise.
 *
 * @module
 */
import { add, cast, concat, cos, div, echoChannel, echoCode, echoNoise } from "../../mod.ts";
import { echoRate, floor, full, key, max, mean, min, mul, ones, readTree } from "../../mod.ts";
import { reshape, scatterAdd, sin, split, stack, sub, sum, type Tensor } from "../../mod.ts";
import { truncationBias, uniform } from "../../mod.ts";
import { ksgInformation, noiseInformation } from "@echograd/echograd/information";
import answers from "./answers/08_information.ts";
import { exercise, hole } from "./exercise.ts";
import { showPictures } from "./pictures.ts";

// %% The examples x are 3000 angles, and codes have two dimensions. f(x) is a point on a circle.
// The scale of each dimension changes with x, from .30 to .67. 30 echoes are as good as infinitely
// many: the next one is multiplied by 30 scales.
const count = 3000;
const [forX, forNoise] = split(key(0));
const x = mul(sub(uniform(forX, [count, 1]), 0.5), 2 * Math.PI);
const f = mul(concat([cos(x), sin(x)], 1), 0.8);
const logScale = sub(mul(f, 0.5), 0.8);
const channel = echoChannel({ clip: 1, dMax: 30 });
const noise = echoNoise(forNoise, f, logScale, channel);
const z = echoCode(noise, f, logScale, channel);

// %% Where z and ε lie in the plane, counted in 24 · 24 squares. Both pictures show one and the
// same distribution; only the random draws differ.
function density(points: Tensor, side = 24): Tensor {
  const cell = min(max(floor(mul(add(div(points, 3.6), 0.5), side)), 0), side - 1);
  const ids = cast(
    sum(mul(cell, concat([ones([1, 1]), full([1, 1], side)], 1)), { axis: 1 }),
    "int32",
  );
  return reshape(scatterAdd(side * side, ids, ones([count])), [side, side]);
}
console.log("z, and beside it ε:");
await showPictures(stack([density(z), density(noise)]));

// %% Three ways to the information. The first needs S alone (`echoRate` is −log S, summed over both
// dimensions). The second estimates h(Z) and h(ε) from the distances of *nearest neighbours*, which
// are small where a density is high; it never uses that z and ε are alike. The third sees only
// pairs (x, z): it knows nothing of noise or scales, and is a little low, as lesson 10 explains.
const rate = echoRate(logScale, channel);
const read = await readTree({ x, z, noise, rate, mean: mean(rate) });
const points = (values: typeof read.x, dimensions: number) => (
  { values: Float64Array.from(values), dimensions }
);
const logS = Float64Array.from(read.rate, (nats) => -nats);
const ofNoise = noiseInformation(points(read.z, 2), points(read.noise, 2), logS);
const ofPairs = ksgInformation(points(read.x, 1), points(read.z, 2));
console.log("\n−E log S                      ", read.mean[0].toFixed(3), "nats");
for (const [name, { nats, standardError }] of Object.entries({ ofNoise, ofPairs })) {
  const label = name === "ofNoise" ? "neighbours of z and ε" : "neighbours of (x, z)";
  console.log(label.padEnd(30), nats.toFixed(3), "±", standardError.toFixed(3));
}

// %% A program stops after d echoes. Then ε is a little narrower than z, so h(Z) is above h(ε), and
// −log S misses a little: the *truncation bias*, here for one dimension with S = .8 everywhere.
console.log("\n d   missed, in nats");
for (const d of [1, 3, 10, 30, 99]) {
  const missed = truncationBias(echoChannel({ clip: 0.8, dMax: d }));
  console.log(`${d}`.padStart(2), missed.toExponential(2).padStart(10));
}

// %% Exercise: derive that. Let f(x) = x be normal with variance 1, and S = r. Then everything is
// normal, with h = ½ log(2πe · variance). Variances of independent numbers add up, and r·x has r²
// times that of x. The noise of d echoes is ε = x₁ + r·x₂ + r²·x₃ + …, d terms. Write a function
// (r, d) => … for each hole: the variance of ε, that of z, and I(X;Z) = h(Z) − h(Z|X). What I has
// more than −log r must be the truncation bias to 1e-10.
type Formula = (r: number, d: number) => number;
const r = 0.8, d = 6;
const shown = (formula: Formula) => formula(r, d).toFixed(10);
const missed = (I: Formula) => (I(r, d) + Math.log(r)).toFixed(10);
const truth = truncationBias(echoChannel({ clip: r, dMax: d })).toFixed(10);
await exercise<Formula>([
  {
    question: "the variance of ε, for r = .8 and d = 6",
    yours: hole,
    shown,
    truth: "2.5868903424",
  },
  { question: "the variance of z = x + r·ε", yours: hole, shown, truth: "2.6556098191" },
  { question: "I(X;Z) − (−log r)", yours: hole, shown: missed, truth },
], answers);
