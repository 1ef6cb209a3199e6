/**
 * The flags that choose the training images.
 *
 * @module
 */

/** Flags of every command that trains. */
export const DATA_FLAGS = {
  dataset: {
    type: "text",
    value: "<name or path>",
    help:
      "a name from deno task data list, or an npz, npy, idx or mat file (default: the config's, mnist_binarized)",
  },
  "data-dir": {
    type: "path",
    value: "<folder>",
    help: "the folder of the data set's files (default: an installed package or the cache)",
  },
  binarize: {
    type: "text",
    value: "<how>",
    allowed: ["none", "fixed", "batch"],
    help:
      "none: keep grey pixels; fixed: draw 0 or 1 once; batch: draw anew for each batch (default: as the data set says)",
  },
  "train-size": {
    type: "integer",
    value: "<number>",
    min: 1,
    help:
      "train on the first images, this many (default: all but the last ones, kept for validation)",
  },
  "per-label": {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "train on this many images of each label, of a data set with labels (default: all)",
  },
} as const;
