/**
 * Echo channels whose noise and code share a law in closed form, so that their information is
 * known, too. Draws can be compared with such a law directly, without an estimator.
 *
 * @module
 */
import { digamma } from "../../../lib/information/digamma.ts";
import {
  cauchyLogDensity,
  dirichletLogDensity,
  gammaLogDensity,
  type LogDensity,
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

/** An example x and its encoding: f(x) and log S(x), one number for each dimension. */
export interface Encoding {
  readonly x: number;
  readonly mean: readonly number[];
  readonly logScale: readonly number[];
}

/** Draws an example from the population and encodes it. */
export type Encode = (random: Random) => Encoding;

/** A function of a code, and the law of its value. */
export interface Statistic {
  of(code: readonly number[]): number;
  readonly cdf: Cdf;
}

/** A channel with a known law. */
export interface ClosedForm {
  readonly name: string;
  readonly dimensions: number;
  readonly encode: Encode;
  /** Statistics of ε and of z, which share one law: at least one for each coordinate. */
  readonly statistics: readonly Statistic[];
  /** log p(ε) = log p(z). It is left out where the two are constant. */
  readonly logDensity?: LogDensity;
  /** I(X;Z) = −E log |det S|, in nats. */
  readonly information: number;
  /** The number of echoes after which the rest of the series is negligible. */
  readonly echoes: number;
  /**
   * Whether x is one continuous number that determines f(x) and S(x), as estimates of I(x;z) need.
   */
  readonly isContinuous: boolean;
}

/** A channel of one dimension. */
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

/**
 * The smallest number of echoes d for which sᵈ is below the rounding of float32. A small batch
 * makes mistakes of order 1/batch easier to see.
 */
const echoesOf = (s: number): number => Math.ceil(Math.log(1e-7) / Math.log(s));

/**
 * X ~ N(0, 1), f = √(1 − s²)·x, S = s. The noise sums normals of variances (1 − s²)·s²ˡ: N(0, 1).
 */
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
 * The Gaussian channel in several dimensions: X ~ N(0, C) with variances 1 and correlations ρ,
 * f = √(1 − s²)·x, S = s·I. Noise and code are N(0, C).
 */
export function gaussVector(dimensions: number, s: number, rho = 0): ClosedForm {
  // C = (1 − ρ)·I + ρ·1·1ᵀ has the eigenvalue `top` along 1 and `rest` in all other directions.
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
 * X = (V, G) with V ~ Beta(θ, 1) and G ~ N(0, 1), f = (1 − V)·u + √(1 − V²)·G, S = V. Means and
 * variances telescope given any V, so noise and code are N(u, 1). A large u shows whether each echo
 * comes with the scale that belongs to its mean.
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

/** X ~ Cauchy, f = (1 − s)·x, S = s. The formula needs neither a mean of X nor a bound of |f|. */
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

/**
 * X is a digit 0 … b − 1, f = x/b, S = 1/b. The echoes are the digits of ε in base b, and x is the
 * first digit of z.
 */
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
 * V ~ Beta(θ, 1), Y a class with probabilities p, f = (1 − V)·e_Y, S = V·I: Sethuraman's
 * stick-breaking (1994), whose law is Dirichlet(θp). The last share is 1 minus the others and so
 * not a dimension. As f depends on S, this channel shows whether each echo comes with the scale
 * that belongs to its mean, and whether all dimensions have the same echoes.
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
    // Enough echoes for every class to occur, so that no share is 0.
    echoes: Math.ceil(24 * theta),
    isContinuous: false,
  };
}

/** Stick-breaking with two classes, p and 1 − p: Beta(θp, θ(1 − p)). */
export const stick = (theta: number, p: number): ClosedForm => dirichlet(theta, [p, 1 - p]);

/**
 * V ~ Beta(a, b), G ~ Gamma(b), f = V·G, S = V: Gamma(a), as V·(Gamma(a) + Gamma(b)) ~ Gamma(a).
 */
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
