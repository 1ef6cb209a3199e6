/**
 * Echo channels whose noise has a law that is known in closed form (and the code has the same), and so an information that
 * is known, too. A test of draws against such a law has no estimator in between.
 *
 * @module
 */
import { digamma } from "../../../lib/mi/digamma.ts";
import {
  betaCdf,
  cauchyCdf,
  cauchyDraw,
  type Cdf,
  gammaCdf,
  gammaDraw,
  normalCdf,
  normalDraw,
  type Random,
  uniformCdf,
} from "../../statistics.ts";

/** An example x, and what the encoder makes of it: f(x) and log S(x). */
export interface Encoding {
  readonly x: number;
  readonly mean: number;
  readonly logScale: number;
}

/** Draws an example from the population and encodes it. */
export type Encode = (random: Random) => Encoding;

/** A channel of one latent dimension. */
export interface ClosedForm {
  readonly name: string;
  readonly encode: Encode;
  /** Of ε and of z. */
  readonly cdf: Cdf;
  /** I(X;Z) = −E log S, in nats. */
  readonly information: number;
}

/** X ~ N(0, 1), f = √(1 − s²)·x, S = s: a sum of normals with the variances (1 − s²)·s²ˡ, which sum to 1. */
export const gauss = (s: number): ClosedForm => ({
  name: `Gauss(${s})`,
  encode(random) {
    const x = normalDraw(random);
    return { x, mean: Math.sqrt(1 - s * s) * x, logScale: Math.log(s) };
  },
  cdf: normalCdf,
  information: -Math.log(s),
});

/** X ~ Cauchy, f = (1 − s)·x, S = s: it has no mean, and |f| no bound, and neither is needed. */
export const cauchy = (s: number): ClosedForm => ({
  name: `Cauchy(${s})`,
  encode(random) {
    const x = cauchyDraw(random);
    return { x, mean: (1 - s) * x, logScale: Math.log(s) };
  },
  cdf: cauchyCdf,
  information: -Math.log(s),
});

/** X a digit 0 … b − 1, f = x/b, S = 1/b: the echoes are the digits of a number in base b, and x the first digit of z. */
export const digits = (b: number): ClosedForm => ({
  name: `digits(${b})`,
  encode(random) {
    const x = Math.floor(b * random());
    return { x, mean: x / b, logScale: -Math.log(b) };
  },
  cdf: uniformCdf,
  information: Math.log(b),
});

/**
 * V ~ Beta(θ, 1), Y ~ Bernoulli(p), f = (1 − V)·Y, S = V: Sethuraman's stick-breaking (1994), which gives Beta(θp, θ(1 − p)).
 * Here f depends on S, so it matters that each echo brings the scale that belongs to its mean.
 */
export const stick = (theta: number, p: number): ClosedForm => ({
  name: `stick(${theta}, ${p})`,
  encode(random) {
    const logScale = Math.log(random()) / theta;
    const y = random() < p ? 1 : 0;
    return { x: y, mean: y * -Math.expm1(logScale), logScale };
  },
  cdf: betaCdf(theta * p, theta * (1 - p)),
  information: 1 / theta,
});

/** V ~ Beta(a, b), G ~ Gamma(b), f = V·G, S = V: Gamma(a), as V·(Gamma(a) + Gamma(b)) is Gamma(a) again. */
export const betaGamma = (a: number, b: number): ClosedForm => ({
  name: `Beta–Gamma(${a}, ${b})`,
  encode(random) {
    const inside = gammaDraw(random, a);
    const v = inside / (inside + gammaDraw(random, b));
    const x = gammaDraw(random, b);
    return { x, mean: v * x, logScale: Math.log(v) };
  },
  cdf: gammaCdf(a),
  information: digamma(a + b) - digamma(a),
});
