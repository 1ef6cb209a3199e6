/**
 * Families whose noise and codes have laws in closed form: those of channels/channels.ts, and one
 * with a matrix S(x).
 *
 * @module
 */
import { normalLogDensity } from "../statistics/densities.ts";
import { generator, normalDraw } from "../statistics/generator.ts";
import {
  betaGamma,
  cauchy as cauchyForm,
  type ClosedForm,
  digits,
  dirichlet as dirichletForm,
  type Encoding,
  gauss,
  gaussScales,
  gaussVector,
  stick,
} from "../channels/channels.ts";
import { diagonal } from "./codes.ts";
import { randomRotation } from "../statistics/reflections.ts";
import type { Exact, Family } from "./task.ts";

/** f(x), which determines x if S is constant. */
const mean = (encoding: Encoding): readonly number[] => encoding.mean;

/** f(x) and log S(x), for encodings with the same scale in all dimensions. */
const meanAndScale = ({ mean, logScale }: Encoding): readonly number[] => [...mean, logScale[0]];

/** The family of a channel in closed form. */
function family(
  form: ClosedForm,
  parts: Pick<Family, "name" | "description" | "isContinuous"> & {
    readonly by: string;
    x(encoding: Encoding): readonly number[];
    readonly logDensity?: Family["logDensity"];
    readonly echoes?: number;
  },
): Family {
  const { by, x, ...rest } = parts;
  return {
    logDensity: form.logDensity,
    // The number for float32 doubled: here the rest of the series must vanish in float64.
    echoes: 2 * form.echoes,
    ...rest,
    encode(random) {
      const encoding = form.encode(random);
      return diagonal(x(encoding), encoding.mean, encoding.logScale);
    },
    exact: () => ({ value: form.information, standardError: 0, by }),
  };
}

/** The scale of each dimension if all dimensions together have the given information. */
const scaleOf = (nats: number, dimensions: number): number => Math.exp(-nats / dimensions);

/** X ~ N(0, I). */
export const gaussian = (dimensions: number, nats: number): Family =>
  family(
    dimensions === 1 ? gauss(scaleOf(nats, 1)) : gaussVector(dimensions, scaleOf(nats, dimensions)),
    {
      name: "gaussian",
      description: "X ~ N(0, I), S = s·I: Z ~ N(0, I)",
      by: "−d·ln s",
      isContinuous: true,
      x: mean,
    },
  );

/** X ~ N(0, C) with a correlation of .8 between any two dimensions. */
export const correlated = (dimensions: number, nats: number): Family =>
  family(gaussVector(dimensions, scaleOf(nats, dimensions), 0.8), {
    name: "correlated",
    description: "X ~ N(0, C), correlations of .8, S = s·I: Z ~ N(0, C)",
    by: "−d·ln s",
    isContinuous: true,
    x: mean,
  });

/** The scale is random and part of X. */
export const fading = (nats: number): Family =>
  family(gaussScales(1 / nats), {
    name: "fading",
    description: "V ~ Beta(θ, 1), S = V, Gaussian f given V: Z ~ N(2, 1)",
    by: "1/θ",
    isContinuous: true,
    x: meanAndScale,
  });

/** Neither X nor Z has a mean. */
export const cauchy = (nats: number): Family =>
  family(cauchyForm(scaleOf(nats, 1)), {
    name: "cauchy",
    description: "X ~ Cauchy, S = s: Z ~ Cauchy, which has no mean",
    by: "−ln s",
    isContinuous: true,
    x: mean,
  });

/** X is the first digit of Z in base b. */
export const uniform = (b: number): Family =>
  family(digits(b), {
    name: "uniform",
    description: `X a digit in base ${b}, S = 1/${b}: Z ~ U(0, 1), of which X is the first digit`,
    by: "ln b",
    isContinuous: false,
    x: mean,
    logDensity: ([z]) => z >= 0 && z < 1 ? 0 : -Infinity,
  });

/** The log-density of all shares but the last: −∞ outside of the simplex. */
const onSimplex = (form: ClosedForm): Family["logDensity"] => (code) =>
  code.every((share) => share >= 0) && code.reduce((sum, share) => sum + share, 0) <= 1
    ? form.logDensity!(code)
    : -Infinity;

/** Stick-breaking with two classes. */
export function beta(nats: number): Family {
  const form = stick(1 / nats, 0.4);
  return family(form, {
    name: "beta",
    description: "V ~ Beta(θ, 1), Y ~ Bernoulli(.4), f = (1 − V)·Y, S = V: Z ~ Beta(.4θ, .6θ)",
    by: "1/θ",
    isContinuous: false,
    x: meanAndScale,
    logDensity: onSimplex(form),
  });
}

/**
 * Stick-breaking with more classes, which share one V. Weights θ/K below about ½ would make shares
 * of z smaller than the rounding of 1.
 */
export function dirichlet(dimensions: number, nats: number): Family {
  const classes = dimensions + 1;
  const form = dirichletForm(dimensions / nats, new Array(classes).fill(1 / classes));
  return family(form, {
    name: "dirichlet",
    description: `V ~ Beta(θ, 1), Y of ${classes} classes, f = (1 − V)·e_Y, S = V·I: Z ~ Dirichlet`,
    by: "(K − 1)/θ",
    isContinuous: false,
    x: meanAndScale,
    logDensity: onSimplex(form),
    // Enough echoes for every class to occur, except with probability e^−36.
    echoes: Math.max(2 * form.echoes, 36 * classes),
  });
}

/** A skewed law with a sharp edge at 0. Its information ψ(a + 1) − ψ(a) is 1/a. */
export function gamma(nats: number): Family {
  const form = betaGamma(1 / nats, 1);
  return family(form, {
    name: "gamma",
    description: "V ~ Beta(a, 1), G ~ Exp(1), f = V·G, S = V: Z ~ Gamma(a)",
    by: "ψ(a + 1) − ψ(a)",
    isContinuous: true,
    x: meanAndScale,
    logDensity: (code) => code[0] > 0 ? form.logDensity!(code) : -Infinity,
  });
}

/**
 * X = (V, G): S = U·V·Wᵀ has singular values V ~ Beta(θ, 1) and two fixed rotations, and
 * f = U·(1 − V²)^½·G with G ~ N(0, I). Given V, the mean of f·fᵀ + S·Sᵀ is I, so noise and code are
 * N(0, I).
 */
export function matrix(dimensions: number, nats: number): Family {
  const theta = dimensions / nats;
  const random = generator(dimensions);
  const u = randomRotation(dimensions, random), w = randomRotation(dimensions, random);
  const exact: Exact = { value: nats, standardError: 0, by: "d/θ" };
  return {
    name: "matrix",
    description:
      "S a matrix: fixed rotations, singular values ~ Beta(θ, 1), Gaussian f: Z ~ N(0, I)",
    isContinuous: true,
    // The product of this number of values of V is about e^−40.
    echoes: Math.ceil(40 * theta),
    exact: () => exact,
    logDensity: (code) => code.reduce((sum, value) => sum + normalLogDensity(value), 0),
    encode(random) {
      const logV = Array.from({ length: dimensions }, () => Math.log(random()) / theta);
      const v = logV.map(Math.exp);
      const g = logV.map((value) => Math.sqrt(-Math.expm1(2 * value)) * normalDraw(random));
      return {
        x: [...g, ...logV],
        mean: u.times(g),
        times: (code) => u.times(w.inverse(code).map((value, k) => v[k] * value)),
        solve: (code) => w.times(u.inverse(code).map((value, k) => value / v[k])),
        logDeterminant: logV.reduce((sum, value) => sum + value, 0),
      };
    },
  };
}
