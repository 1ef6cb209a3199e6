/**
 * The keys of a config that change its data set: how grey pixels become 0 or 1, and which training
 * images are taken.
 *
 * @module
 */

import { z } from "zod";
import { count, type Keys } from "../shell/keys.ts";

/** How grey pixels become 0 or 1: not at all, drawn once, or drawn anew for each training batch. */
const BINARIZE = ["none", "fixed", "batch"] as const;

/** Keys that may be left out; the data set then decides. */
export interface Treatment {
  binarize?: typeof BINARIZE[number];
  /** The number of training images, taken from the start; the validation images come last. */
  trainSize?: number;
  /** Of these, only the first ones of each label, this many. */
  perLabel?: number;
}

/** The treatment that a config asks for. */
export const treatmentOf = ({ binarize, trainSize, perLabel }: Treatment): Treatment => ({
  binarize,
  trainSize,
  perLabel,
});

/** The same keys for the schema of a config. */
export const treatmentKeys: Keys<Treatment> = {
  binarize: z.enum(BINARIZE).optional()
    .describe("How grey images become binary: not at all, once, or for each batch"),
  trainSize: count.optional()
    .describe("Images to train on, the first ones; those for validation come last"),
  perLabel: count.optional().describe("Train on only this number of images of each label"),
};
