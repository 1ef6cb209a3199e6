/**
 * The table of latent layers: adding one is its file, and a line here.
 *
 * @module
 */

export { echo } from "./echo.ts";
export { echo_matrix } from "./echo_matrix.ts";
export { gaussian } from "./gaussian.ts";
export { iaf } from "./iaf.ts";
export { multiplicative } from "./multiplicative.ts";
