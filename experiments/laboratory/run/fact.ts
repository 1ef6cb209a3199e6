/**
 * A fact: a number of nats about a trained model, with a sentence on what it means.
 *
 * @module
 */

/** A number of nats. */
export interface Fact {
  readonly quantity: string;
  readonly nats: number;
  readonly error?: number;
  /** Whether it is as it must be, where it must. */
  readonly verdict?: "green" | "red";
  readonly meaning: string;
}
