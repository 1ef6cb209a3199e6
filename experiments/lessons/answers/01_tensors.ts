/**
 * The answers of lesson 1.
 *
 * @module
 */

const answers: readonly string[] = [
  "float32 [3]", // the number 1 takes the dtype of x, and is repeated for each element
  "bool [3]", // a truth value for each element
  "float32 [2, 4]", // rows of the first, columns of the second
  "float32 [3]", // axis 0 vanishes: the sum of each column
  "float32 [3, 4]", // a column beside a row: both are repeated until they fit
  "int32 [2]", // positions are integers: one for each row
];
export default answers;
