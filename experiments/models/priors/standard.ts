/**
 * The standard normal prior, N(0, I).
 *
 * @module
 */

import { normal } from "../../../mod.ts";
import { standardNormalLogDensity } from "../../../lib/densities/mod.ts";
import type { NoOptions } from "../kinds.ts";
import type { PriorKind } from "../prior.ts";

/** The standard normal prior. */
export const standard: PriorKind<NoOptions> = {
  isStandard: true,
  keys: () => ({}),
  make: (_, size) => ({
    examples: 0,
    init: () => [],
    logDensity: (_, { z }) => standardNormalLogDensity(z),
    sample: (_, key, count) => normal(key, [count, size]),
  }),
};
