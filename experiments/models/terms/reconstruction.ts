/**
 * The distortion: −log p(x|z), the nats needed to describe an image given its code.
 *
 * @module
 */

import { mean } from "../../../mod.ts";
import type { NoOptions } from "../kinds.ts";
import type { TermKind } from "../term.ts";

/** The distortion. */
export const reconstruction: TermKind<NoOptions> = {
  part: "distortion",
  keys: () => ({}),
  make: () => ({ value: ({ distortion }) => mean(distortion) }),
};
