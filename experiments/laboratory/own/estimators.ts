/**
 * The estimators of mutual information for samples of the user: which apply, and why the others do
 * not.
 *
 * @module
 */
import { key, type Tensor, tensor } from "../../../mod.ts";
import {
  canonicalInformation,
  criticInformation,
  type CriticOptions,
  ksgInformation,
  type Points,
} from "../../../lib/information/mod.ts";
import { type Measured, measured } from "../statistics/measured.ts";
import { meanOf } from "../statistics/summary.ts";
import { countedInformation, countPairs, countRows } from "./counts.ts";
import type { Pairs } from "./pairs.ts";

/** Settings of the critics. */
export interface OwnSettings {
  readonly steps: number;
  /** The number of critics that are trained, one a seed. */
  readonly seeds: number;
  readonly seed: number;
}

/** An estimator for pairs of which nothing is known. */
export interface OwnEstimator {
  readonly name: string;
  /** The side of the information that the estimate is on, if it is a bound on average. */
  readonly relation?: "≤";
  /** When the estimate is right, and when it is not. */
  readonly says: string;
  /** Why it does not apply, a sentence without its full stop; undefined if it does. */
  obstacle(pairs: Pairs): string | undefined;
  /** The information in nats. A RangeError says why the estimator does not apply after all. */
  estimate(pairs: Pairs, settings: OwnSettings): Measured | Promise<Measured>;
}

/** The most columns of x, and of z, that nearest neighbours take. */
const MOST_COLUMNS = 3;
/** The fewest times that a pair of values must occur on average. */
const LEAST_TIMES = 5;
/** The fewest pairs that train a critic, and the most. */
const CRITIC = { least: 200, most: 2 ** 20 };

const measuredOf = (
  { nats, standardError }: { nats: number; standardError: number },
): Measured => ({
  value: nats,
  standardError,
});

/** The first of x and z whose values occur often, and their number. */
function discreteSide({ x, z, n }: Pairs): [name: string, values: number] | undefined {
  return Object.entries({ x, z })
    .map(([name, points]): [string, number] => [name, countRows(points).times.size])
    .find(([, values]) => values * LEAST_TIMES <= n);
}

const cca: OwnEstimator = {
  name: "cca",
  says: "right for Gaussians; elsewhere it sees linear dependence only",
  obstacle(pairs) {
    const { x, z, n } = pairs, columns = x.dimensions + z.dimensions;
    if (n < columns + 2) {
      return `${n} pairs do not determine the correlations of ${columns} columns`;
    }
    const [name, values] = discreteSide(pairs) ?? [];
    if (name !== undefined) return `${name} takes ${values} values only, so it is no Gaussian`;
  },
  estimate: ({ x, z }) => measuredOf(canonicalInformation(x, z)),
};

const counts: OwnEstimator = {
  name: "counts",
  says: "right for discrete x and z whose pairs occur often",
  obstacle({ x, z, n }) {
    const [ofX, ofZ] = [countRows(x), countRows(z)];
    const kinds = countPairs(ofX, ofZ).times.size;
    return kinds * LEAST_TIMES <= n
      ? undefined
      : `x takes ${ofX.times.size} values and z ${ofZ.times.size}, ${kinds} different pairs among ` +
        `${n}: a pair must occur ${LEAST_TIMES} times on average`;
  },
  estimate: ({ x, z }) => countedInformation(countRows(x), countRows(z)),
};

const ksg: OwnEstimator = {
  name: "ksg",
  says: "right for continuous x and z of few columns; too low for strong dependence",
  obstacle({ x, z }) {
    for (const [name, { dimensions }] of Object.entries({ x, z })) {
      if (dimensions > MOST_COLUMNS) {
        return `${name} has ${dimensions} columns, and beyond ${MOST_COLUMNS} neighbours are too far away`;
      }
    }
  },
  estimate: ({ x, z }) => measuredOf(ksgInformation(x, z)),
};

const asTensor = ({ values, dimensions }: Points): Tensor =>
  tensor(values, { shape: [values.length / dimensions, dimensions] });

const critic = (
  name: NonNullable<CriticOptions["method"]>,
  says: string,
  relation?: "≤",
): OwnEstimator => ({
  name,
  says,
  ...(relation === undefined ? {} : { relation }),
  obstacle({ n }) {
    const { least, most } = CRITIC;
    if (n < least) {
      return `${n} pairs are too few to train a network and to test it; it takes ${least}`;
    }
    if (n > most) return `${n} pairs are more than the ${most} that it can shuffle`;
  },
  async estimate({ x, z }, { steps, seeds, seed }) {
    // float32 would round a column whose mean is far above its deviation.
    const [ofX, ofZ] = [centred(x), centred(z)].map(asTensor);
    const found: Measured[] = [];
    for (let i = 0; i < seeds; i++) {
      const estimate = criticInformation(key(seed + i), ofX, ofZ, { method: name, steps });
      found.push({
        value: await estimate.nats.item(),
        standardError: await estimate.standardError.item(),
      });
    }
    return overSeeds(found);
  },
});

/** Each column less its mean. */
function centred({ values, dimensions }: Points): Points {
  const centre = Array.from(
    { length: dimensions },
    (_, k) =>
      meanOf(Float64Array.from({ length: values.length / dimensions }, (_, i) => {
        return values[i * dimensions + k];
      })),
  );
  return {
    values: Float64Array.from(values, (value, at) => value - centre[at % dimensions]),
    dimensions,
  };
}

/**
 * The mean over critics. More of them do not make the sample larger: to the variance that the
 * sample brings comes that of the mean over the critics.
 */
function overSeeds(found: readonly Measured[]): Measured {
  const { value, standardError } = measured(found.map((one) => one.value));
  const ofSample = meanOf(found.map((one) => one.standardError ** 2));
  const ofCritics = Number.isNaN(standardError) ? 0 : standardError ** 2;
  return { value, standardError: Math.sqrt(ofSample + ofCritics) };
}

/** An estimator that needs more than pairs. */
const needing = (name: string, reason: string): OwnEstimator => ({
  name,
  says: "",
  obstacle: () => reason,
  estimate: () => Promise.reject(new Error(`Cannot estimate by ${name}: ${reason}`)),
});

const DENSITY = "it needs the density p(z|x) of a known channel";

/** All estimators of this library, in the order of the table. */
export const OWN_ESTIMATORS: readonly OwnEstimator[] = [
  cca,
  counts,
  ksg,
  critic("nwj", "a trained critic; a lower bound on average, of little use above some 3 nats", "≤"),
  critic("flo", "a trained critic; a lower bound on average", "≤"),
  critic("mine", "a trained critic; mostly too low"),
  critic("smile", "a trained critic; mostly too low, may be too high above some 5 nats"),
  needing("entropies", "it needs the noise and the scale of a channel z = f(x) + S(x)·noise"),
  needing("infonce", DENSITY),
  needing("leave-one-out", DENSITY),
  needing("barber-agakov", DENSITY),
  needing("densities", `${DENSITY} and the density p(z)`),
];

/** An estimate, or the reason why there is none. */
export type OwnResult =
  & { readonly estimator: OwnEstimator }
  & ({ readonly estimate: Measured } | { readonly reason: string });

/** Runs estimators one after another; `busy` gets the name of the next. */
export async function* judgePairs(
  pairs: Pairs,
  estimators: readonly OwnEstimator[],
  settings: OwnSettings,
  busy: (name: string) => void,
): AsyncGenerator<OwnResult> {
  for (const estimator of estimators) {
    busy(estimator.name);
    const reason = estimator.obstacle(pairs);
    if (reason !== undefined) yield { estimator, reason };
    else yield await resultOf(estimator, pairs, settings);
  }
}

async function resultOf(
  estimator: OwnEstimator,
  pairs: Pairs,
  settings: OwnSettings,
): Promise<OwnResult> {
  try {
    const estimate = await estimator.estimate(pairs, settings);
    if (Number.isFinite(estimate.value)) return { estimator, estimate };
    return { estimator, reason: `its result is ${estimate.value}` };
  } catch (error) {
    // The library refuses draws for which an estimator has no answer.
    if (!(error instanceof RangeError)) throw error;
    return { estimator, reason: error.message };
  }
}

/** What n pairs can show at most, in one sentence, and in another what few values can. */
export function limitText(pairs: Pairs): string {
  const { n } = pairs;
  const nats = (count: number) => `ln ${count} = ${Math.log(count).toFixed(1)}`;
  const [name, values] = discreteSide(pairs) ?? [];
  return `${n} pairs can show about ${
    nats(n)
  } nats and no more, whatever the estimator, unless it ` +
    `assumes a distribution as cca does (McAllester and Stratos, 2020); a critic, tested on half ` +
    `of them, ${nats(Math.floor(n / 2))}.` +
    (name === undefined ? "" : ` ${name} takes ${values} values: at most ${nats(values!)} nats.`);
}
