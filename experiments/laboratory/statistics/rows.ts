/**
 * Rows and columns of matrices that are stored row by row.
 *
 * @module
 */

/** Row i of a matrix with the given number of columns. */
export const rowOf = (values: Float32Array | Float64Array, columns: number, i: number): number[] =>
  Array.from(values.subarray(i * columns, (i + 1) * columns));

/** A function of each row. */
export const ofRows = (
  values: Float64Array,
  columns: number,
  of: (row: number[]) => number,
): Float64Array =>
  Float64Array.from({ length: values.length / columns }, (_, i) => of(rowOf(values, columns, i)));
