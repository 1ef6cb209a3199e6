/**
 * Channels whose information and laws are known in closed form: the formula must hold for them.
 *
 * @module
 */
import { echoChannel } from "../../../mod.ts";
import { normalLogDensity } from "../statistics/densities.ts";
import { gammaCdf, normalCdf } from "../statistics/distributions.ts";
import {
  betaGamma,
  cauchy,
  type ClosedForm,
  digits,
  dirichlet,
  gauss,
  gaussScales,
  gaussVector,
  stick,
} from "./channels.ts";
import { draw } from "./draws.ts";
import { byDensity, byEntropies, byKsg, gapsOf } from "./estimates.ts";
import { CENTRE, drawMatrices, matrixInformation } from "./matrix.ts";
import type { Finding } from "./row.ts";
import type { Suite } from "./suite.ts";

const CHANNELS: readonly ClosedForm[] = [
  gauss(0.1),
  gauss(0.5),
  gauss(0.9),
  gaussScales(2),
  gaussVector(2, 0.3, 0.8),
  cauchy(0.5),
  digits(2),
  digits(10),
  stick(2, 0.4),
  dirichlet(3, [0.25, 0.25, 0.5]),
  dirichlet(4, [0.2, 0.2, 0.2, 0.4]),
  betaGamma(2, 3),
];
const MATRIX_DIMENSIONS = [2, 4, 8, 16, 32];

/** The findings for diagonal S. */
export async function* closedForms(suite: Suite): AsyncGenerator<Finding> {
  for (const [i, form] of CHANNELS.entries()) yield* ofChannel(form, suite, suite.seed + i);
}

/** The findings for matrices S. */
export async function* matrices(suite: Suite): AsyncGenerator<Finding> {
  for (const dimensions of MATRIX_DIMENSIONS) yield await ofMatrices(dimensions, suite);
}

/** One finding for each estimator that applies to the channel. */
async function* ofChannel(
  form: ClosedForm,
  { draws: n, sampler }: Suite,
  seed: number,
): AsyncGenerator<Finding> {
  const { name, dimensions, encode, echoes, statistics, logDensity, information } = form;
  const draws = await draw(encode, {
    sampler,
    seed,
    n,
    batch: echoes + 1,
    channel: echoChannel({ dMax: echoes, clip: 0.95 }),
  });
  const common = { section: "channels", channel: name, rate: information };
  const laws = [draws.noise, draws.z].flatMap((codes) => gapsOf(codes, dimensions, statistics));
  if (logDensity !== undefined) yield { ...common, ...byDensity(draws, logDensity), laws };
  if (dimensions <= 2) {
    const found = { ...common, ...byEntropies(draws) };
    yield logDensity === undefined ? { ...found, laws } : found;
  }
  if (form.isContinuous) yield { ...common, ...byKsg(draws, Math.atan) };
}

/**
 * All codes of a batch are used, but they share echoes. The gaps need independent codes, so they
 * take only the first of each batch.
 */
async function ofMatrices(
  dimensions: number,
  { draws: n, matrixSampler: sampler, seed }: Suite,
): Promise<Finding> {
  const batches = Math.ceil(n / 200);
  const draws = await drawMatrices(dimensions, { sampler, seed: seed + dimensions, batches });
  const stride = draws.batch * dimensions;
  const firsts = (of: Float64Array) =>
    Float64Array.from(
      { length: of.length / draws.batch },
      (_, i) => of[Math.floor(i / dimensions) * stride + i % dimensions] - CENTRE,
    );
  const norm = (code: readonly number[]) => code.reduce((t, v) => t + v * v, 0);
  const chiSquare = gammaCdf(dimensions / 2);
  const laws = [draws.noise, draws.z].map(firsts).flatMap((codes) => [
    ...gapsOf(codes, 1, [{ of: ([v]) => v, cdf: normalCdf }]),
    ...gapsOf(codes, dimensions, [{ of: norm, cdf: (v) => chiSquare(v / 2) }]),
  ]);
  const logDensity = (code: readonly number[]) =>
    code.reduce((t, v) => t + normalLogDensity(v - CENTRE), 0);
  return {
    section: "matrices",
    channel: `matrix S(x), ${dimensions}-D`,
    rate: matrixInformation(dimensions),
    ...byDensity(draws, logDensity),
    laws,
  };
}
