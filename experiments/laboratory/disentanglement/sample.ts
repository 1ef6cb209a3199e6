/**
 * The input of the metrics: codes of images, and the factors that the images were made of.
 *
 * @module
 */

/** A table of numbers: row i, column j is `values[i * width + j]`. */
export interface Rows {
  readonly values: ArrayLike<number>;
  readonly width: number;
}

/** A factor of variation, such as the shape of a sprite. */
export interface Factor {
  readonly name: string;
  /** The number of its values, which are 0, …, size − 1. */
  readonly size: number;
  /** Whether its values have no order, as shapes have none. */
  readonly isCategorical?: boolean;
}

/** Images as the metrics see them: a row of codes and a row of factor values for each. */
export interface FactorSample {
  /** [images, latent]. */
  readonly codes: Rows;
  /** [images, factors], whole numbers. */
  readonly values: Rows;
  readonly factors: readonly Factor[];
}

/** The number of rows. */
export const countOf = ({ values, width }: Rows): number => values.length / width;

/** A column of a table. */
export const columnOf = (rows: Rows, column: number): Float64Array =>
  Float64Array.from({ length: countOf(rows) }, (_, i) => rows.values[i * rows.width + column]);

/** All columns of a table. */
export const columnsOf = (rows: Rows): Float64Array[] =>
  Array.from({ length: rows.width }, (_, j) => columnOf(rows, j));

/** The rows from `start` up to `end`, all unless given, as lists. */
export const rowsOf = (rows: Rows, start = 0, end: number = countOf(rows)): number[][] =>
  Array.from(
    { length: end - start },
    (_, i) =>
      Array.prototype.slice.call(
        rows.values,
        (start + i) * rows.width,
        (start + i + 1) * rows.width,
      ),
  );

/** Whether all numbers of a column are equal, so that it says nothing about any image. */
export const isConstant = (column: Float64Array): boolean =>
  column.every((value) => value === column[0]);

/**
 * Asserts that a sample can be judged.
 *
 * @throws {RangeError} if codes and factor values have different numbers of rows, there are fewer
 * than two of them, a code is not finite, or a factor value is not in its range
 */
export function requireSample({ codes, values, factors }: FactorSample): void {
  const [rows, others] = [countOf(codes), countOf(values)];
  if (rows !== others) {
    throw new RangeError(`Cannot judge ${rows} codes beside the factors of ${others} images`);
  }
  if (rows < 2) throw new RangeError(`Cannot judge codes of ${rows} images: at least 2 are needed`);
  if (values.width !== factors.length) {
    throw new RangeError(
      `Cannot judge codes beside ${values.width} factor values an image and ${factors.length} factors`,
    );
  }
  for (let i = 0; i < codes.values.length; i++) {
    if (Number.isFinite(codes.values[i])) continue;
    const where = `image ${Math.floor(i / codes.width)}, dimension ${i % codes.width}`;
    throw new RangeError(`Cannot judge the code ${codes.values[i]} of ${where}`);
  }
  for (let i = 0; i < values.values.length; i++) {
    const { name, size } = factors[i % values.width], value = values.values[i];
    if (Number.isInteger(value) && value >= 0 && value < size) continue;
    throw new RangeError(
      `Cannot judge the value ${value} of the factor ${name}: its values are 0 to ${size - 1}`,
    );
  }
}
