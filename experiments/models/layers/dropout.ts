/**
 * Dropout (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 2014).
 *
 * @module
 */

import { dropout as apply } from "../../../mod.ts";
import { type LayerKind, NO_PARAMETERS } from "../layer.ts";

/** The options of dropout. */
export interface DropoutOptions {
  /** The probability that an element is dropped. */
  rate: number;
}

/**
 * In training each element becomes 0 with probability `rate`, and the others are divided by 1 −
 * rate, so that the mean stays. In evaluation nothing happens.
 */
export const dropout: LayerKind<DropoutOptions> = {
  keys: ({ share }) => ({ rate: share.default(0.5) }),
  make: ({ rate }, input) => ({
    ...NO_PARAMETERS,
    output: input,
    apply: (_, x, key) => key === undefined ? x : apply(key, x, rate),
  }),
};
