/**
 * The table of terms of the loss: adding one is its file, and a line here.
 *
 * @module
 */

export { importance } from "./importance.ts";
export { mmd } from "./mmd.ts";
export { rate } from "./rate.ts";
export { reconstruction } from "./reconstruction.ts";
