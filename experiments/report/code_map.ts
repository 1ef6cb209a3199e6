/**
 * The codes of test images in their two principal components.
 *
 * @module
 */

import { type Codes, columnsOf } from "../outcome/dimension_rates.ts";
import { UserError } from "../shell/errors.ts";
import { principalComponents, type Projection } from "./principal_components.ts";

/** Codes in a plane. */
export interface CodeMap extends Projection {
  /** The class of each image, if the data set has classes. */
  readonly labels?: readonly number[];
}

/** The most points that are shown; more would cover each other. */
const MOST_POINTS = 1500;
/** The most numbers that the components are computed from, which takes about a second. */
const MOST_NUMBERS = 2 ** 22;

/**
 * The codes z of test images; of many images only the first ones, evenly chosen.
 *
 * @param source the file of the codes, for messages
 * @throws {UserError} if there are no codes, one is not finite, or there is not one label each
 */
export function mapOfCodes(codes: Codes, source: string): CodeMap {
  const { count: width, images } = columnsOf(codes, "z", source);
  const rows = Math.min(images, Math.max(2, Math.floor(MOST_NUMBERS / width)));
  const values = codes.get("z")!.data.subarray(0, rows * width);
  if (!values.every(Number.isFinite)) {
    throw new UserError(`${source}: z has values that are not finite`);
  }
  const labels = codes.get("labels");
  if (labels !== undefined && labels.data.length !== images) {
    throw new UserError(`${source} has ${labels.data.length} labels for ${images} codes`);
  }
  const { points, fractions } = principalComponents(values, rows, width);
  const step = Math.ceil(rows / MOST_POINTS);
  const isShown = (_: unknown, i: number) => i % step === 0;
  return {
    points: points.filter(isShown),
    fractions,
    ...labels && { labels: Array.from(labels.data.subarray(0, rows)).filter(isShown) },
  };
}
