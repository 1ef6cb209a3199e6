/**
 * A fact about a trained model: a number of nats with a sentence that explains it.
 *
 * @module
 */

/** A number of nats. It has no standard error if it is exact. */
export interface Fact {
  readonly quantity: string;
  readonly value: number;
  readonly standardError?: number;
  /** Whether the number is as it must be, if it must be anything. */
  readonly verdict?: "green" | "red";
  readonly meaning: string;
}

/** A fact as verify.json stores it. */
export interface FactRecord extends Omit<Fact, "value" | "standardError"> {
  readonly nats: number;
  readonly error?: number;
}

/** The record of a fact. */
export const factRecord = ({ quantity, value, standardError, ...rest }: Fact): FactRecord => ({
  quantity,
  nats: value,
  error: standardError,
  ...rest,
});
