/**
 * The flags of the commands that use a trained run.
 *
 * @module
 */

/** Flags of every command that computes with a run. */
export const RUN_FLAGS = {
  run: {
    type: "path",
    value: "<folder or zip>",
    help: "the run: its folder, or what deno task pack made of it",
  },
  json: { type: "boolean", help: "print a JSON object of what was written" },
  help: { type: "boolean", help: "print this help" },
} as const;

/** The seed of noise. */
export const SEED_FLAG = {
  seed: {
    type: "integer",
    value: "<number>",
    default: 0,
    min: 0,
    max: 0xffffffff,
    help: "determines the noise",
  },
} as const;

/** Flags of the commands that read images. */
export const IMAGE_FLAGS = {
  data: {
    type: "text",
    value: "<name or path>",
    help:
      "a name from deno task data list, or an npz, npy, idx or mat file (default: the run's own data set)",
  },
  part: {
    type: "text",
    value: "<part>",
    default: "test",
    allowed: ["train", "valid", "test"],
    help: "the images of a data set; of a file with one array, all are taken, in their order",
  },
} as const;

/** The first images only. */
export const LIMIT_FLAG = {
  limit: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "take the first images only, this many (default: all)",
  },
} as const;
