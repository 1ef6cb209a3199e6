/**
 * The table of priors: adding one is its file, and a line here.
 *
 * @module
 */

export { maf } from "./maf.ts";
export { standard } from "./standard.ts";
export { vamp } from "./vamp.ts";
