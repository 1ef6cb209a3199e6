/**
 * How a kind describes its options. Each kind is given {@linkcode Rules}, the words for what a key
 * may hold, so that models need no library of schemas: `config/rules.ts` has the words.
 *
 * @module
 */

/** The most layers of a network; more are taken for a typing error. */
export const MOST_LAYERS = 100;

/** What a key may hold. A key without a default must be given. */
export interface Rule<T> {
  /** The value if the key is left out. */
  default(value: T): Rule<T>;
  /** The key may be left out; then it is undefined. */
  optional(): Rule<T | undefined>;
}

/** A rule for a number. */
export interface NumberRule extends Rule<number> {
  /** At least this. */
  min(least: number): NumberRule;
  /** At most this. */
  max(most: number): NumberRule;
  /** Below this. */
  lt(limit: number): NumberRule;
}

/** A rule for a list. */
export interface ListRule<T> extends Rule<T[]> {
  /** At least as many elements. */
  min(least: number): ListRule<T>;
  /** At most as many. */
  max(most: number): ListRule<T>;
}

/** The rule of each option. */
export type Keys<Options> = { readonly [Key in keyof Options]-?: Rule<Options[Key]> };

/** The rules that there are. */
export interface Rules {
  /** Any number. */
  readonly number: NumberRule;
  /** A number above 0. */
  readonly positive: NumberRule;
  /** A number from 0 up to, but not including, 1. */
  readonly share: NumberRule;
  /** A whole number. */
  readonly whole: NumberRule;
  /** A whole number of at least 1. */
  readonly count: NumberRule;
  /** true or false. */
  readonly flag: Rule<boolean>;
  /** One of some names. */
  oneOf<const Name extends string>(...names: readonly Name[]): Rule<Name>;
  /** A list of what keeps a rule. */
  list<T>(of: Rule<T>): ListRule<T>;
  /** Two of what keeps a rule. */
  pair<T>(of: Rule<T>): Rule<[T, T]>;
  /**
   * What keeps any of some rules.
   *
   * @param expected the message for what keeps none, such as "expected a whole number or two"
   */
  either<T>(expected: string, ...rules: readonly Rule<T>[]): Rule<T>;
  /** An object with exactly these keys. */
  object<Options>(keys: Keys<Options>): Rule<Options>;
}
