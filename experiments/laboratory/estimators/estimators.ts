/**
 * The estimators of lib/information in one form: from a sample to one number of nats.
 *
 * @module
 */
import { key, mean, type Tensor, tensor } from "../../../mod.ts";
import { gaussianLogDensity } from "../../../lib/densities/mod.ts";
import {
  barberAgakovBound,
  canonicalInformation,
  criticInformation,
  type CriticOptions,
  infoNceBound,
  ksgInformation,
  leaveOneOutBound,
  noiseInformation,
  type Points,
} from "../../../lib/information/mod.ts";
import { meanOf, varianceOf } from "../statistics/summary.ts";
import type { Densities, Sample } from "./sample.ts";
import type { EstimatorTask } from "./task.ts";

/** The settings of estimators. */
export interface Settings {
  /** Training steps of a critic. */
  readonly steps: number;
}

/** An estimator. */
export interface Estimator {
  /** The name in the table, in flags and in the picture. */
  readonly name: string;
  /** The side of the information that the estimate is on, if it is a bound on average. */
  readonly relation?: "≤" | "≥";
  /** The reason why the estimator does not apply to a task; undefined if it does. */
  obstacle(task: EstimatorTask, sample: Sample): string | undefined;
  /** The information in a sample. The seed determines the random draws of the estimator itself. */
  estimate(sample: Sample, seed: number, settings: Settings): number | Promise<number>;
}

/** The number of codes in a contrast. InfoNCE cannot exceed its logarithm. */
export const contrastedOf = (samples: number): number => Math.min(samples, 500);

const needsDensity = (_: EstimatorTask, { densities }: Sample): string | undefined =>
  densities === undefined ? "p(z|x) is not known in closed form" : undefined;

const ksg: Estimator = {
  name: "ksg",
  obstacle: ({ isContinuous }) => isContinuous ? undefined : "x is not continuous",
  estimate: ({ x, z }) => ksgInformation(x, z).nats,
};

const cca: Estimator = {
  name: "cca",
  obstacle: () => undefined,
  estimate: ({ x, z }) => canonicalInformation(x, z).nats,
};

const entropies: Estimator = {
  name: "entropies",
  obstacle: (_, { noise }) =>
    noise === undefined ? "z is mapped, so it is not f(x) + S(x)·ε" : undefined,
  estimate: ({ z, noise }) => noiseInformation(z, noise!.points, noise!.logDeterminants).nats,
};

const infonce: Estimator = {
  name: "infonce",
  relation: "≤",
  obstacle: needsDensity,
  estimate: (sample) => contrasted(sample, infoNceBound),
};

const leaveOneOut: Estimator = {
  name: "leave-one-out",
  relation: "≥",
  obstacle: needsDensity,
  estimate: (sample) => contrasted(sample, leaveOneOutBound),
};

const barberAgakov: Estimator = {
  name: "barber-agakov",
  relation: "≥",
  obstacle: needsDensity,
  estimate({ z, densities }) {
    const logConditional = Float64Array.from(
      { length: z.values.length / z.dimensions },
      (_, i) => densities!.conditional(i, i),
    );
    return mean(barberAgakovBound(tensor(logConditional), fittedGaussian(z))).item();
  },
};

const byDensities: Estimator = {
  name: "densities",
  obstacle: needsDensity,
  estimate: ({ z, densities }) =>
    meanOf(Float64Array.from(
      { length: z.values.length / z.dimensions },
      (_, i) => densities!.conditional(i, i) - densities!.marginal(i),
    )),
};

/** A trained critic, which applies to every task. */
const critic = (method: NonNullable<CriticOptions["method"]>): Estimator => ({
  name: method,
  ...(method === "nwj" || method === "flo" ? { relation: "≤" } : {}),
  obstacle: () => undefined,
  estimate: ({ x, z }, seed, { steps }) =>
    criticInformation(key(seed), asTensor(x), asTensor(z), { method, steps }).nats.item(),
});

/** All estimators in the order of the table. */
export const ESTIMATORS: readonly Estimator[] = [
  ksg,
  cca,
  entropies,
  infonce,
  leaveOneOut,
  barberAgakov,
  byDensities,
  critic("nwj"),
  critic("flo"),
  critic("mine"),
  critic("smile"),
];

const asTensor = ({ values, dimensions }: Points): Tensor =>
  tensor(values, { shape: [values.length / dimensions, dimensions] });

const columnOf = ({ values, dimensions }: Points, k: number): Float64Array =>
  Float64Array.from({ length: values.length / dimensions }, (_, i) => values[i * dimensions + k]);

/** The log-density of each z under a normal law with the means and variances of all z, [n]. */
function fittedGaussian(z: Points): Tensor {
  const columns = Array.from({ length: z.dimensions }, (_, k) => columnOf(z, k));
  return gaussianLogDensity(
    asTensor(z),
    tensor(columns.map(meanOf)),
    tensor(columns.map((column) => Math.log(varianceOf(column)))),
  );
}

/** The mean of a contrastive bound over all whole blocks of a sample. */
async function contrasted(
  sample: Sample,
  bound: (logDensities: Tensor) => Tensor,
): Promise<number> {
  const blocks = blocksOf(sample).map((logDensities) => mean(bound(logDensities)).item());
  return meanOf(await Promise.all(blocks));
}

/** The blocks of each sample, which two estimators share. */
const known = new WeakMap<Sample, readonly Tensor[]>();

/** log p(zᵢ|xⱼ) for all pairs of each block. */
function blocksOf(sample: Sample): readonly Tensor[] {
  const found = known.get(sample);
  if (found !== undefined) return found;
  const n = sample.z.values.length / sample.z.dimensions, size = contrastedOf(n);
  const blocks = Array.from(
    { length: Math.floor(n / size) },
    (_, b) => pairwise(sample.densities!, b * size, size),
  );
  known.set(sample, blocks);
  return blocks;
}

const pairwise = ({ conditional }: Densities, first: number, size: number): Tensor =>
  tensor(
    Float64Array.from(
      { length: size * size },
      (_, at) => conditional(first + Math.floor(at / size), first + at % size),
    ),
    { shape: [size, size] },
  );
