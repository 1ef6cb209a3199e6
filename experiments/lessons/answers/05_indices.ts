/**
 * The answers of lesson 5.
 *
 * @module
 */

const answers: readonly string[] = [
  "x[1 + i, j]", // it begins one row further down
  "x[1 + i, 2 + j]", // and two columns further to the right
  "x[i, 5 - j]", // column 0 shows the last one, 5
  "x[3 - j, i]", // element [i, j] of a transpose is [j, i] of what it turns
  "x[j, k]", // the new axis i is not read: each of its elements is the same table
  "x[k, j]", // the new axis i has one element; j and k are swapped
  "x[2·i + j, k]", // the four rows are cut into two pairs
  "x[2 + j, 1 + i]", // element [1 + i, 2 + j] of the transpose
];
export default answers;
