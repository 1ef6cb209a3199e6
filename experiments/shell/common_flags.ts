/**
 * Flags that several commands have.
 *
 * @module
 */

/** How many images, and what to train with. */
export const COMMON_FLAGS = {
  limit: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "train on so many images only (default: all)",
  },
  device: {
    type: "text",
    value: "<name>",
    default: "auto",
    allowed: ["auto", "cpu", "webgpu", "reference"],
    help: "auto takes a GPU if there is one, else the CPU",
  },
  threads: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 16,
    help: "how many the CPU may use (default: its cores)",
  },
} as const;
