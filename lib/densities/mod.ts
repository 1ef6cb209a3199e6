/**
 * Densities, their samples, and bounds that are made of them: Gaussians and log-normals, masked
 * autoregressive flows, the VampPrior, maximum mean discrepancy, and importance sampling.
 *
 * @example The rate of a Gaussian code under a standard normal prior
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * import { tensor } from "@echograd/echograd";
 * import { gaussianKl } from "@echograd/echograd/densities";
 *
 * const mean = tensor([[1, 2]]), logVariance = tensor([[0, 0]]);
 * assertAlmostEquals(await gaussianKl(mean, logVariance).item(), 2.5, 1e-6); // nats: ½(1² + 2²)
 * ```
 *
 * @module
 */
export * from "./gaussian.ts";
export * from "./log_normal.ts";
export * from "./vamp.ts";
export * from "./mmd.ts";
export * from "./importance.ts";
export { type Made, made, type MadeOptions, type MadeParams } from "./made.ts";
export type { MaskedDense } from "./staircase.ts";
export * from "./flow.ts";
