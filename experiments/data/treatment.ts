/**
 * What a config says of its data set beside the name: how grey images become binary, and how many are trained on.
 *
 * @module
 */

import { z } from "zod";
import { count, type Keys } from "../shell/keys.ts";

/** How grey images become binary: not at all, by one draw for all, or by another draw for each batch that is trained on. */
const BINARIZE = ["none", "fixed", "batch"] as const;

/** The keys of a config that change a data set; where one is left out, the data set decides. */
export interface Treatment {
  binarize?: typeof BINARIZE[number];
  /** Images to train on, the first ones; those for validation come last. */
  trainSize?: number;
}

/** The same for the config's schema. */
export const treatmentKeys: Keys<Treatment> = {
  binarize: z.enum(BINARIZE).optional()
    .describe("How grey images become binary: not at all, once, or for each batch"),
  trainSize: count.optional()
    .describe("Images to train on, the first ones; those for validation come last"),
};
