/**
 * Echo channels whose noise has a law that is known in closed form (and the code has the same), and so an information that
 * is known, too. A test of draws against such a law has no estimator in between.
 *
 * @module
 */
import { digamma } from "../../../lib/information/digamma.ts";
import {
  cauchyLogDensity,
  dirichletLogDensity,
  gammaLogDensity,
  normalLogDensity,
} from "../statistics/densities.ts";
import {
  betaCdf,
  cauchyCdf,
  type Cdf,
  gammaCdf,
  normalCdf,
  uniformCdf,
} from "../statistics/distributions.ts";
import {
  categoryDraw,
  cauchyDraw,
  gammaDraw,
  normalDraw,
  type Random,
} from "../statistics/generator.ts";

/** An example x, and what the encoder makes of it: f(x) and log S(x), of as many dimensions as the channel has. */
export interface Encoding {
  readonly x: number;
  readonly mean: readonly number[];
  readonly logScale: readonly number[];
}

/** Draws an example from the population and encodes it. */
export type Encode = (random: Random) => Encoding;

/** What can be told of a code in one number, and the law of that. */
export interface Statistic {
  of(code: readonly number[]): number;
  readonly cdf: Cdf;
}

/** A channel, and what is known of it. */
export interface ClosedForm {
  readonly name: string;
  readonly dimensions: number;
  readonly encode: Encode;
  /** Laws of ε and of z alike: of each coordinate at least. */
  readonly statistics: readonly Statistic[];
  /** log p(ε), and log p(z); none where x can be read off the code, and the two say nothing. */
  readonly logDensity?: (code: readonly number[]) => number;
  /** I(X;Z) = −E log |det S|, in nats. */
  readonly information: number;
  /** How many echoes there must be for the rest of the series not to matter. */
  readonly echoes: number;
  /** Whether x is a number of a continuous law that determines f(x) and S(x): what an estimate of I(x;z) takes. */
  readonly isContinuous: boolean;
}

/** A channel of one dimension: its encoder and the law of the codes. */
const scalar = (
  form: Omit<ClosedForm, "dimensions" | "encode" | "statistics" | "logDensity"> & {
    encode(random: Random): { x: number; mean: number; logScale: number };
    cdf: Cdf;
    logDensity?(code: number): number;
  },
): ClosedForm => {
  const { encode, cdf, logDensity, ...rest } = form;
  return {
    ...rest,
    dimensions: 1,
    encode(random) {
      const { x, mean, logScale } = encode(random);
      return { x, mean: [mean], logScale: [logScale] };
    },
    statistics: [{ of: ([z]) => z, cdf }],
    logDensity: logDensity === undefined ? undefined : ([z]) => logDensity(z),
  };
};

/** As many as it takes for sᵈ to be lost in float32, and no more: mistakes of the order 1/batch then show most. */
const echoesOf = (s: number): number => Math.ceil(Math.log(1e-7) / Math.log(s));

/** X ~ N(0, 1), f = √(1 − s²)·x, S = s: a sum of normals with the variances (1 − s²)·s²ˡ, which sum to 1. */
export const gauss = (s: number): ClosedForm =>
  scalar({
    name: `Gauss(${s})`,
    encode(random) {
      const x = normalDraw(random);
      return { x, mean: Math.sqrt(1 - s * s) * x, logScale: Math.log(s) };
    },
    cdf: normalCdf,
    logDensity: normalLogDensity,
    information: -Math.log(s),
    echoes: echoesOf(s),
    isContinuous: true,
  });

/**
 * The same with X ~ N(0, C) of several dimensions, of variance 1 and correlation ρ of any two: f = √(1 − s²)·x, S = s·I, and
 * N(0, C).
 */
export function gaussVector(dimensions: number, s: number, rho = 0): ClosedForm {
  // C = (1 − ρ)·I + ρ·1·1ᵀ has the eigenvalue `top` along 1, and `rest` across.
  const rest = 1 - rho, top = rest + dimensions * rho;
  const logConstant = -0.5 *
    (dimensions * Math.log(2 * Math.PI) + (dimensions - 1) * Math.log(rest) + Math.log(top));
  return {
    name: `Gauss(${s}), ${dimensions}-D${rho === 0 ? "" : `, ρ = ${rho}`}`,
    dimensions,
    encode(random) {
      const common = Math.sqrt(rho) * normalDraw(random);
      const mean = Array.from(
        { length: dimensions },
        () => Math.sqrt(1 - s * s) * (common + Math.sqrt(rest) * normalDraw(random)),
      );
      return { x: 0, mean, logScale: new Array<number>(dimensions).fill(Math.log(s)) };
    },
    statistics: [
      ...Array.from({ length: dimensions }, (_, k) => ({
        of: (code: readonly number[]) => code[k],
        cdf: normalCdf,
      })),
      {
        of: (code) => code.reduce((t, z) => t + z, 0) / Math.sqrt(dimensions * top),
        cdf: normalCdf,
      },
    ],
    logDensity(code) {
      const along = code.reduce((t, z) => t + z, 0) ** 2 / dimensions;
      const all = code.reduce((t, z) => t + z * z, 0);
      return logConstant - 0.5 * (along / top + (all - along) / rest);
    },
    information: -dimensions * Math.log(s),
    echoes: echoesOf(s),
    isContinuous: false,
  };
}

/**
 * X = (V, G) with V ~ Beta(θ, 1) and G ~ N(0, 1), f = (1 − V)·u + √(1 − V²)·G, S = V: means and variances telescope given any V,
 * and noise and code are N(u, 1). The further u is from 0, the more it matters that an echo brings the V of its mean.
 */
export const gaussScales = (theta: number, u = 2): ClosedForm =>
  scalar({
    name: `Gauss, S ~ Beta(${theta}, 1)`,
    encode(random) {
      const logScale = Math.log(random()) / theta, x = normalDraw(random);
      const mean = -Math.expm1(logScale) * u + Math.sqrt(-Math.expm1(2 * logScale)) * x;
      return { x, mean, logScale };
    },
    cdf: (z) => normalCdf(z - u),
    logDensity: (z) => normalLogDensity(z - u),
    information: 1 / theta,
    echoes: Math.ceil(16 * theta),
    isContinuous: false,
  });

/** X ~ Cauchy, f = (1 − s)·x, S = s: it has no mean, and |f| no bound, and neither is needed. */
export const cauchy = (s: number): ClosedForm =>
  scalar({
    name: `Cauchy(${s})`,
    encode(random) {
      const x = cauchyDraw(random);
      return { x, mean: (1 - s) * x, logScale: Math.log(s) };
    },
    cdf: cauchyCdf,
    logDensity: cauchyLogDensity,
    information: -Math.log(s),
    echoes: echoesOf(s),
    isContinuous: true,
  });

/** X a digit 0 … b − 1, f = x/b, S = 1/b: the echoes are the digits of a number in base b, and x the first digit of z. */
export const digits = (b: number): ClosedForm =>
  scalar({
    name: `digits(${b})`,
    encode(random) {
      const x = Math.floor(b * random());
      return { x, mean: x / b, logScale: -Math.log(b) };
    },
    cdf: uniformCdf,
    information: Math.log(b),
    echoes: echoesOf(1 / b),
    isContinuous: false,
  });

/**
 * V ~ Beta(θ, 1), Y a class of probabilities p, f = (1 − V)·e_Y, S = V·I: Sethuraman's stick-breaking (1994), which gives
 * Dirichlet(θp). The last share is what the others leave of 1, and no dimension. Here f depends on S, so it matters that each
 * echo brings the scale that belongs to its mean, and that all dimensions have the same echoes.
 */
export function dirichlet(theta: number, p: readonly number[]): ClosedForm {
  const dimensions = p.length - 1;
  const logDensity = dirichletLogDensity(p.map((share) => theta * share));
  const firsts = (code: readonly number[], count: number) =>
    code.reduce((total, share, i) => i < count ? total + share : total, 0);
  const beta = (share: number) => betaCdf(theta * share, theta * (1 - share));
  return {
    name: p.length === 2 ? `stick(${theta}, ${p[0]})` : `Dirichlet(${theta}), ${p.length} classes`,
    dimensions,
    encode(random) {
      const logScale = Math.log(random()) / theta;
      const x = categoryDraw(random, p);
      return {
        x,
        mean: Array.from({ length: dimensions }, (_, k) => k === x ? -Math.expm1(logScale) : 0),
        logScale: new Array<number>(dimensions).fill(logScale),
      };
    },
    statistics: [
      ...p.slice(0, -1).map((share, k) => ({
        of: (code: readonly number[]) => code[k],
        cdf: beta(share),
      })),
      ...p.slice(1, -1).map((_, k) => ({
        of: (code: readonly number[]) => firsts(code, k + 2),
        cdf: beta(firsts(p, k + 2)),
      })),
    ],
    logDensity: (code) => logDensity([...code, 1 - firsts(code, dimensions)]),
    information: dimensions / theta,
    // So many that each class comes up, too: a share is never 0.
    echoes: Math.ceil(24 * theta),
    isContinuous: false,
  };
}

/** Of two classes, p and 1 − p: Beta(θp, θ(1 − p)). */
export const stick = (theta: number, p: number): ClosedForm => dirichlet(theta, [p, 1 - p]);

/** V ~ Beta(a, b), G ~ Gamma(b), f = V·G, S = V: Gamma(a), as V·(Gamma(a) + Gamma(b)) is Gamma(a) again. */
export const betaGamma = (a: number, b: number): ClosedForm =>
  scalar({
    name: `Beta–Gamma(${a}, ${b})`,
    encode(random) {
      const inside = gammaDraw(random, a);
      const v = inside / (inside + gammaDraw(random, b));
      const x = gammaDraw(random, b);
      return { x, mean: v * x, logScale: Math.log(v) };
    },
    cdf: gammaCdf(a),
    logDensity: gammaLogDensity(a),
    information: digamma(a + b) - digamma(a),
    echoes: 31,
    isContinuous: false,
  });
