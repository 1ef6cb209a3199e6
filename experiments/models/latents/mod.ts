/**
 * The table of latent layers. A new one takes a file and a line here.
 *
 * @module
 */

export { echo } from "./echo.ts";
export { echo_matrix } from "./echo_matrix.ts";
export { gaussian } from "./gaussian.ts";
export { iaf } from "./iaf.ts";
export { multiplicative } from "./multiplicative.ts";
