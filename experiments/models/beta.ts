/**
 * β: the weight of the rate in the loss.
 *
 * @module
 */

import type { TermConfig } from "./architecture.ts";
import { kindOf } from "./kinds.ts";
import * as TERMS from "./terms/mod.ts";

/** Whether a loss term is a rate. */
export const isRate = (term: { readonly type: string }): boolean =>
  kindOf(TERMS, term).part === "rate";

/** The sum of the weights of all rate terms. */
export function betaOf(loss: readonly TermConfig[]): number {
  return loss.filter(isRate).reduce((sum, { weight }) => sum + weight, 0);
}
