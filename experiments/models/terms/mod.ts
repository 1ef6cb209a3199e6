/**
 * The table of loss terms. A new one takes a file and a line here.
 *
 * @module
 */

export { importance } from "./importance.ts";
export { mmd } from "./mmd.ts";
export { rate } from "./rate.ts";
export { reconstruction } from "./reconstruction.ts";
export { tc } from "./tc.ts";
