/**
 * The estimators of lib/mi, as the benchmark asks them: of a sample, one number in nats.
 *
 * @module
 */
import {
  barberAgakovBound,
  criticInformation,
  type CriticOptions,
  gaussianLogDensity,
  infoNceBound,
  key,
  ksgInformation,
  leaveOneOutBound,
  mean,
  noiseInformation,
  type Points,
  type Tensor,
  tensor,
} from "../../../mod.ts";
import { meanOf, varianceOf } from "../statistics/summary.ts";
import type { Densities, Sample } from "./sample.ts";
import type { EstimatorTask } from "./task.ts";

/** What a run tells the estimators. */
export interface Settings {
  /** Training steps of a critic. */
  readonly steps: number;
}

/** An estimator. */
export interface Estimator {
  /** What a column, a flag and the picture call it. */
  readonly name: EstimatorName;
  /** What it takes to be known, in words. */
  readonly knows: string;
  /** What it is to the information, where it is a bound on average. */
  readonly relation?: "≤" | "≥";
  /** Why it says nothing of a task; undefined where it does. */
  obstacle(task: EstimatorTask, sample: Sample): string | undefined;
  /** The information in a sample. The seed is for what the estimator draws itself. */
  estimate(sample: Sample, seed: number, settings: Settings): number | Promise<number>;
}

/** How estimators are called. */
export type EstimatorName =
  | "ksg"
  | "entropies"
  | "infonce"
  | "leave-one-out"
  | "barber-agakov"
  | "densities"
  | "nwj"
  | "mine"
  | "smile";

/** Of so many pairs, how many codes InfoNCE and leave-one-out tell from one another: InfoNCE is never above its logarithm. */
export const contrastedOf = (samples: number): number => Math.min(samples, 500);

const needsDensity = (_: EstimatorTask, { densities }: Sample): string | undefined =>
  densities === undefined ? "p(z|x) is not known in closed form" : undefined;

const ksg: Estimator = {
  name: "ksg",
  knows: "nothing",
  obstacle: ({ isContinuous }) => isContinuous ? undefined : "x is not of a continuous law",
  estimate: ({ x, z }) => ksgInformation(x, z).nats,
};

const entropies: Estimator = {
  name: "entropies",
  knows: "f and S",
  obstacle: (_, { noise }) => noise === undefined ? "z is mapped: not f(x) + S(x)·ε" : undefined,
  estimate: ({ z, noise }) => noiseInformation(z, noise!.points, noise!.logDeterminants).nats,
};

const infonce: Estimator = {
  name: "infonce",
  knows: "p(z|x)",
  relation: "≤",
  obstacle: needsDensity,
  estimate: (sample) => contrasted(sample, infoNceBound),
};

const leaveOneOut: Estimator = {
  name: "leave-one-out",
  knows: "p(z|x)",
  relation: "≥",
  obstacle: needsDensity,
  estimate: (sample) => contrasted(sample, leaveOneOutBound),
};

const barberAgakov: Estimator = {
  name: "barber-agakov",
  knows: "p(z|x)",
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
  knows: "p(z|x), p(z)",
  obstacle: needsDensity,
  estimate: ({ z, densities }) =>
    meanOf(Float64Array.from(
      { length: z.values.length / z.dimensions },
      (_, i) => densities!.conditional(i, i) - densities!.marginal(i),
    )),
};

/** A critic, which takes anything. */
const critic = (method: NonNullable<CriticOptions["method"]>): Estimator => ({
  name: method,
  knows: "nothing",
  ...(method === "nwj" ? { relation: "≤" } : {}),
  obstacle: () => undefined,
  estimate: ({ x, z }, seed, { steps }) =>
    criticInformation(key(seed), asTensor(x), asTensor(z), { method, steps }).nats.item(),
});

/** All of them, in the order of the table. */
export const ESTIMATORS: readonly Estimator[] = [
  ksg,
  entropies,
  infonce,
  leaveOneOut,
  barberAgakov,
  byDensities,
  critic("nwj"),
  critic("mine"),
  critic("smile"),
];

const asTensor = ({ values, dimensions }: Points): Tensor =>
  tensor(values, { shape: [values.length / dimensions, dimensions] });

const columnOf = ({ values, dimensions }: Points, k: number): Float64Array =>
  Float64Array.from({ length: values.length / dimensions }, (_, i) => values[i * dimensions + k]);

/** The log-density of each z under the normal law that has the means and variances of all, [n]. */
function fittedGaussian(z: Points): Tensor {
  const columns = Array.from({ length: z.dimensions }, (_, k) => columnOf(z, k));
  return gaussianLogDensity(
    asTensor(z),
    tensor(columns.map(meanOf)),
    tensor(columns.map((column) => Math.log(varianceOf(column)))),
  );
}

/** The mean of a bound that tells codes from one another, over as many blocks of them as there are. */
async function contrasted(
  sample: Sample,
  bound: (logDensities: Tensor) => Tensor,
): Promise<number> {
  const blocks = blocksOf(sample).map((logDensities) => mean(bound(logDensities)).item());
  return meanOf(await Promise.all(blocks));
}

/** The blocks of samples that have been asked for: two estimators take the same. */
const known = new WeakMap<Sample, readonly Tensor[]>();

/** log p(zᵢ|xⱼ) of all pairs of each block. */
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
