/**
 * The table of priors. A new one takes a file and a line here.
 *
 * @module
 */

export { maf } from "./maf.ts";
export { standard } from "./standard.ts";
export { vamp } from "./vamp.ts";
