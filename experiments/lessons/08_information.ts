/**
 * Lesson 8: How much does a code know?
 *
 * An encoder turns x into a *code* z. The *mutual information* I(X;Z) says how much z tells of x,
 * in *nats*: a nat is 1/ln 2 = 1.44 bits. It is h(Z) − h(Z|X), where h is the *entropy* of a
 * density, a measure of its width: how uncertain z is, less how uncertain it is once x is known.
 * Noise makes that finite: z = f(x) + S(x)·ε. *Echo* noise ε is a weighted sum of f of other
 * examples. So ε is distributed as z is, h(Z) = h(ε), and what is left is I = −E log S(X), where E
 * is the mean over x: no estimate of a density is needed.
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

// %% The examples x are 3000 angles. f(x) is a point on a circle, and the scales S(x) change
// with x, from .30 to .67.
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

// %% Three ways to the information. The first knows S. The second estimates the two entropies from
// the distances of *nearest neighbours*, as dense places have near ones, and never uses that z and
// ε are alike. The third sees only pairs (x, z): it knows nothing of noise or scales.
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

// %% Echo adds up infinitely many examples; a program stops after d. Then ε is a little narrower
// than z, and −log S misses a little: the *truncation bias*, here for S = r = .8 everywhere.
console.log("\n d   missed, in nats");
for (const d of [1, 3, 10, 30, 99]) {
  const missed = truncationBias(echoChannel({ clip: 0.8, dMax: d }));
  console.log(`${d}`.padStart(2), missed.toExponential(2).padStart(10));
}

// %% Exercise: derive it. Let f(x) = x be normal with variance 1, and S = r. Then everything is
// normal, with h = ½ log(2πe · variance), and variances of independent parts add up. The noise of
// d echoes is ε = x₁ + r·x₂ + … + rᵈ⁻¹·x_d. Write functions (r, d) => … for the three holes; the
// third is I(X;Z) = h(Z) − h(Z|X). Less the rate −log r it must be the truncation bias to 1e-10.
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
