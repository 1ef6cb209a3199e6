/**
 * The flags that `bench` and `bench:peers` share.
 *
 * @module
 */

/** The flag for the convolutional networks. */
export const NETWORKS_FLAG = {
  type: "text",
  value: "<a,b,…>",
  help: "also these convolutional networks, or none (default: all)",
} as const;

/** The flag for the workloads. */
export const WORKLOADS_FLAG = {
  type: "text",
  value: "<a,b,…>",
  help: "also these of mlp, gru, attention, sort and batches, or none (default: all)",
} as const;

/** The batch of the networks unless another is asked for. */
export const NETWORK_BATCH = 100;

/** The flags for the duration and for the output. */
export const COMMON_FLAGS = {
  rounds: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1000,
    default: 8,
    help: "the number of turns of each contestant",
  },
  seconds: {
    type: "number",
    value: "<number>",
    min: 0,
    max: 3600,
    default: 2,
    help: "the approximate computing time of each contestant in all turns",
  },
  json: { type: "boolean", help: "print one JSON object for each record" },
  out: {
    type: "path",
    value: "<folder>",
    default: "bench",
    help: "the folder for the chart",
  },
} as const;
