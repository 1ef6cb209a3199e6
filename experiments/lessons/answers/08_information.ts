/**
 * The answers of lesson 8.
 *
 * @module
 */

type Formula = (r: number, d: number) => number;

/** 1 + r² + r⁴ + … of d terms. */
const ofNoise: Formula = (r, d) => (1 - r ** (2 * d)) / (1 - r ** 2);
/** x has variance 1, and r·ε has r² times that of ε: the sum with one more term. */
const ofCode: Formula = (r, d) => ofNoise(r, d + 1);
/** Given x, only r·ε is uncertain. 2πe cancels. */
const information: Formula = (r, d) => Math.log(ofCode(r, d) / (r ** 2 * ofNoise(r, d))) / 2;

const answers: readonly Formula[] = [ofNoise, ofCode, information];
export default answers;
