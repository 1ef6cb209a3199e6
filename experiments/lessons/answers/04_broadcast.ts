/**
 * The answers of lesson 4.
 *
 * @module
 */

const answers: readonly number[] = [
  12, // a single number is used for each of the 3 · 4 elements
  4, // an element of a column is used in four columns
  12, // an element of a row is used in three rows, times 0, 4 and 8
  0.1, // each of ten elements has a tenth of the mean
  1, // ids are 2, 0 and 2: element 0 is taken once
  0, // the slice begins at element 1
];
export default answers;
