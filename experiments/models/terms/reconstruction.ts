/**
 * The distortion: what it costs to tell an image from its code.
 *
 * @module
 */

import { mean } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import type { TermKind } from "../term.ts";

/** See above. */
export const reconstruction: TermKind<NoOptions> = {
  part: "distortion",
  keys: {},
  make: () => ({ value: ({ distortion }) => mean(distortion) }),
};
