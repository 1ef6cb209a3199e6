/**
 * The table of metrics. To add one, add a row and its value.
 *
 * @module
 */
import { populationOf } from "./bank.ts";
import {
  gaussianTotalCorrelation,
  normalisedWasserstein,
  wassersteinCorrelation,
} from "./covariance.ts";
import { dci } from "./dci.ts";
import { meanInformation, mig, modularity } from "./information.ts";
import { type FactorSample, requireSample } from "./sample.ts";
import { sap } from "./sap.ts";
import { betaVaeScore, factorVaeScore } from "./votes.ts";

/** The value of each metric. */
export interface Scores {
  readonly mig: number;
  readonly mig50: number;
  readonly factorVae: number;
  readonly betaVae: number;
  readonly disentanglement: number;
  readonly completeness: number;
  readonly informativeness: number;
  readonly sap: number;
  readonly modularity: number;
  readonly totalCorrelation: number;
  readonly wasserstein: number;
  readonly normalisedWasserstein: number;
  readonly meanInformation: number;
}

/** The title of each metric in tables, in their order. The last four need no factors. */
export const TITLES: Readonly<Record<keyof Scores, string>> = {
  mig: "MIG, 20 bins",
  mig50: "MIG, 50 bins",
  factorVae: "FactorVAE score",
  betaVae: "β-VAE score",
  disentanglement: "DCI disentanglement",
  completeness: "DCI completeness",
  informativeness: "DCI informativeness",
  sap: "SAP",
  modularity: "modularity",
  totalCorrelation: "Gaussian total correlation",
  wasserstein: "Wasserstein correlation",
  normalisedWasserstein: "normalised Wasserstein",
  meanInformation: "mean information",
};

/**
 * Computes all metrics of a sample. Images with a chosen factor are drawn from the sample itself.
 *
 * @param seed decides what is drawn
 * @throws {RangeError} as {@linkcode requireSample}
 */
export async function measure(sample: FactorSample, seed = 1): Promise<Scores> {
  requireSample(sample);
  const { codes } = sample;
  const population = populationOf(sample);
  return {
    mig: mig(sample),
    mig50: mig(sample, 50),
    factorVae: await factorVaeScore(population, { seed }),
    betaVae: await betaVaeScore(population, { seed }),
    ...dci(sample, { seed }),
    sap: sap(sample),
    modularity: modularity(sample),
    totalCorrelation: gaussianTotalCorrelation(codes),
    wasserstein: wassersteinCorrelation(codes),
    normalisedWasserstein: normalisedWasserstein(codes),
    meanInformation: meanInformation(codes),
  };
}
