/**
 * A finished run on images that are made of factors: its codes beside the factors.
 *
 * @module
 */
import { basename, resolve } from "node:path";
import type { Config } from "../../config/config.ts";
import { readRunConfig } from "../../config/source.ts";
import { loadDataSet } from "../../data/datasets.ts";
import { factorClasses, rendererOf } from "../../data/factor_images.ts";
import type { DataSet } from "../../data/images.ts";
import { treatmentOf } from "../../data/treatment.ts";
import { decodeTensors } from "../../formats/safetensors.ts";
import { readTest, type TestRecord } from "../../outcome/conclusion.ts";
import { folderAt, type RunFolder } from "../../runs/run_folder.ts";
import { UserError } from "../../shell/errors.ts";
import { exists, readFile } from "../../shell/files.ts";
import { countOf, type Factor, type FactorSample } from "./sample.ts";

/** The codes that are judged: the means f(x), or one noisy code z of each image. */
export type CodeName = "mean" | "z";

/** A run that is judged. */
export interface JudgedRun {
  readonly name: string;
  readonly folder: RunFolder;
  readonly config: Config;
  readonly data: DataSet;
  /** Its results on the test images. */
  readonly test: TestRecord;
  /** The codes of the test images with their factors. */
  readonly sample: FactorSample;
}

/** Loads data sets, each of them once. */
export type LoadData = (config: Config) => Promise<DataSet>;

/** A loader of the data sets of runs, which keeps what it has loaded. */
export function dataLoader(dataDir?: string): LoadData {
  const loaded = new Map<string, Promise<DataSet>>();
  return (config) => {
    const treatment = treatmentOf(config);
    const name = JSON.stringify([config.dataset, treatment]);
    const data = loaded.get(name) ?? loadDataSet(config.dataset, { ...treatment, dataDir });
    loaded.set(name, data);
    return data;
  };
}

/** The factors whose values have no order. The others are numbers, or angles. */
const CATEGORICAL: ReadonlySet<string> = new Set(["shape"]);

/**
 * Reads the codes of a finished run.
 *
 * @throws {UserError} if there is no run, it is not finished, its images are not made of factors, or
 * a file is missing or damaged
 */
export async function openJudgedRun(
  path: string,
  load: LoadData,
  codes: CodeName,
): Promise<JudgedRun> {
  const folder = folderAt(path);
  if (!await exists(folder.config)) {
    throw new UserError(`there is no run in ${path}: ${folder.config} is missing`);
  }
  const config = await readRunConfig(folder.config);
  const data = await load(config);
  const renderer = rendererOf(data);
  const classes = factorClasses(data.test);
  if (renderer === undefined || classes === undefined) {
    throw new UserError(
      `${path} was trained on ${config.dataset}, whose images are not made of known factors: ` +
        "disentanglement can be judged on dsprites, ds_corr, sprites and sprites_corr",
    );
  }
  if (!await exists(folder.test)) {
    throw new UserError(`${path} is not finished: train it with --resume first`);
  }
  const { names, sizes } = renderer.factors;
  const factors: Factor[] = names.map((name, k) => ({
    ...{ name, size: sizes[k] },
    isCategorical: CATEGORICAL.has(name),
  }));
  const { tensors } = decodeTensors(await readFile(folder.codes), folder.codes);
  const found = tensors.get(codes);
  if (found === undefined) throw new UserError(`${folder.codes} has no array "${codes}"`);
  const sample = {
    codes: { values: found.data, width: found.shape[1] },
    values: { values: classes, width: sizes.length },
    factors,
  };
  if (countOf(sample.codes) !== data.test.count) {
    throw new UserError(
      `${folder.codes} has the codes of ${
        countOf(sample.codes)
      } images, but ${config.dataset} has ` +
        `${data.test.count} test images`,
    );
  }
  const test = await readTest(folder.test);
  return { name: basename(resolve(path)), folder, config, data, test, sample };
}
