/**
 * Statistics by which the tests judge random numbers: plain float64 JavaScript, with nothing of the library in it.
 *
 * @module
 */
export * from "../experiments/statistics/special.ts";
export * from "../experiments/statistics/distributions.ts";
export * from "../experiments/statistics/generator.ts";
export * from "../experiments/statistics/summary.ts";

/**
 * How many standard errors a statistic may be off. By chance that happens once in 2 million times; and as all seeds are
 * fixed, a test that passes once passes for ever.
 */
export const SIGMAS = 5;
