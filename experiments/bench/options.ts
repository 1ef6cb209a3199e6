/**
 * The flags that both benchmarks have.
 *
 * @module
 */

/** How long to measure, and what to do with the numbers. */
export const COMMON_FLAGS = {
  rounds: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    default: 8,
    help: "turns that each contestant takes",
  },
  seconds: {
    type: "number",
    value: "<number>",
    min: 0,
    max: 3600,
    default: 2,
    help: "how long each contestant computes, about, in all its turns",
  },
  json: { type: "boolean", help: "print one JSON object a line" },
  out: {
    type: "path",
    value: "<folder>",
    default: "bench",
    help: "where the chart goes",
  },
} as const;
