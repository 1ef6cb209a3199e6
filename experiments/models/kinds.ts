/**
 * Tables of kinds, between which a config chooses by a `type`. A kind is a record in a file of its
 * own. A table is the module that exports all kinds, each under the name of its type.
 *
 * @module
 */

import type { Keys, Rules } from "./keys.ts";

/** The parts of a config that a kind may read to check whether it fits in. */
export interface Surroundings {
  readonly latent: { readonly type: string; readonly size: number };
  readonly prior: { readonly type: string };
  readonly loss: readonly { readonly type: string; readonly weight: number }[];
  readonly batch: number;
}

/** One kind of latent layer, prior or term. */
export interface Kind<Options, Rest extends readonly unknown[], Made> {
  /** What each option may be, and its default. */
  keys(rules: Rules): Keys<Options>;
  /** Fills in options whose default depends on others. */
  complete?(options: Options): Options;
  /**
   * Checks options that are valid one by one against each other and against the rest of the config.
   *
   * @param path of the options in the config, such as "loss.1"
   * @returns a sentence that begins with the path of a key, such as "prior.type: …", if something
   * is wrong
   */
  problem?(options: Options, config: Surroundings, path: string): string | undefined;
  make(options: Options, ...rest: Rest): Made;
  /**
   * The number of its parameters without masks, apart from the heads; 0 if this is missing. It
   * makes nothing.
   *
   * @param size the dimensions of the code
   * @param width of its input: for a latent layer the encoder's last layer, for a prior the image
   */
  parameters?(options: Options, size: number, width: number): number;
  /**
   * The floating-point operations of a network of its own in a training step, for one code of `size`
   * dimensions; 0 if this is missing.
   */
  operations?(options: Options, size: number): number;
}

/** The options of a kind that has none. */
export type NoOptions = Record<never, never>;

type OptionsOf<K> = K extends { make(options: infer Options, ...rest: never[]): unknown } ? Options
  : never;

/**
 * A choice from a table, as a config has it: a type, the options of that type, and the options of
 * all types.
 */
export type Choice<Table, Common = unknown> = {
  [Type in keyof Table]: { type: Type } & Common & OptionsOf<Table[Type]>;
}[keyof Table];

/** A table of kinds whose `make` functions have the same arguments and results. */
export type Table<Rest extends readonly unknown[] = never, Made = unknown> = Readonly<
  Record<string, Kind<unknown, Rest, Made>>
>;

/** The kind that a config has chosen from a table. */
export function kindOf<T>(table: T, { type }: { readonly type: string }): T[keyof T] {
  return table[type as keyof T];
}

/** Makes what a config has chosen from a table. */
export function make<Rest extends readonly unknown[], Made>(
  table: Table<NoInfer<Rest>, Made>,
  choice: { readonly type: string },
  ...rest: Rest
): Made {
  return table[choice.type].make(choice, ...rest);
}

/** The number of parameters of a choice, without making it. */
export function parametersOf(
  table: Table,
  choice: { readonly type: string },
  size: number,
  width: number,
): number {
  return table[choice.type].parameters?.(choice, size, width) ?? 0;
}

/** The operations of a choice in a training step, for one code. */
export function operationsOf(
  table: Table,
  choice: { readonly type: string },
  size: number,
): number {
  return table[choice.type].operations?.(choice, size) ?? 0;
}
