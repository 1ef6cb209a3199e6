/**
 * The table of layers. A new one takes a file and a line here.
 *
 * @module
 */

export { conv, convTranspose } from "./convolution.ts";
export { dense } from "./dense.ts";
export { dropout } from "./dropout.ts";
export { layerNorm } from "./layer_norm.ts";
export { pool } from "./pool.ts";
export { flatten, reshape } from "./reshape.ts";
