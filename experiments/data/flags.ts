/**
 * The flags that say what is trained on.
 *
 * @module
 */

/** Flags of every command that trains. */
export const DATA_FLAGS = {
  dataset: {
    type: "text",
    value: "<name or path>",
    help:
      "one of deno task data list, or an npz, npy, idx or mat file (default: the config's, mnist_binarized)",
  },
  "data-dir": {
    type: "path",
    value: "<folder>",
    help: "where the files of the data set are (default: a package or the cache)",
  },
  binarize: {
    type: "text",
    value: "<how>",
    allowed: ["none", "fixed", "batch"],
    help:
      "leave grey images (none), or draw them as 0 and 1 once (fixed) or for each batch (default: the data set's)",
  },
  "train-size": {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "train on the first so many images (default: all but those for validation, the last)",
  },
} as const;
