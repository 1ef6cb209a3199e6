/**
 * Tables of kinds: what a config chooses between by a `type`. A kind is a record in a file of its own, and a table is the
 * module that exports all of them, each under its type.
 *
 * @module
 */

import { z } from "zod";
import { type Keys, object } from "../shell/keys.ts";

/** What a kind may ask about the rest of a config, to see whether it fits in. Every config has it. */
export interface Surroundings {
  readonly encoder: readonly { readonly units: number }[];
  readonly latent: { readonly type: string; readonly size: number };
  readonly prior: { readonly type: string };
  readonly loss: readonly { readonly type: string; readonly weight: number }[];
  readonly batch: number;
}

/** One kind of latent layer, prior or term. */
export interface Kind<Options, Rest extends readonly unknown[], Made> {
  /** What a config may say of it, beside its type: checks and defaults. */
  readonly keys: Keys<Options>;
  /**
   * What is wrong with it beside the rest of a config that is right in itself, if anything: a sentence that begins with the
   * path of a key, such as "prior.type: …".
   *
   * @param path where the config speaks of it, such as "loss.1"
   */
  problem?(options: Options, config: Surroundings, path: string): string | undefined;
  make(options: Options, ...rest: Rest): Made;
  /**
   * How many numbers it trains, beside the heads and without masks; none unless there is this. Nothing is made.
   *
   * @param size the dimensions of the code
   * @param width of what it takes in: a latent layer the encoder's last layer, a prior the image
   */
  parameters?(options: Options, size: number, width: number): number;
}

/** Of a kind that leaves nothing to choose. */
export type NoOptions = Record<never, never>;

type OptionsOf<K> = K extends { make(options: infer Options, ...rest: never[]): unknown } ? Options
  : never;

/** What a config says where it chooses from a table: a type, its options, and what is common to all types. */
export type Choice<Table, Common = unknown> = {
  [Type in keyof Table]: { type: Type } & Common & OptionsOf<Table[Type]>;
}[keyof Table];

/** A table whose kinds are all made of the same things, and into the same. */
export type Table<Rest extends readonly unknown[] = never, Made = unknown> = Readonly<
  Record<string, Kind<unknown, Rest, Made>>
>;

/** The schema of a choice from a table. */
export function choiceOf<T extends Table, Common>(
  table: T,
  common: Keys<Common>,
): z.ZodType<Choice<T, Common>> {
  const options = Object.entries(table).map(([type, { keys }]) =>
    object({ type: z.literal(type), ...common, ...keys })
  );
  const union = z.discriminatedUnion("type", options as unknown as [z.ZodObject]);
  return union as z.ZodType as z.ZodType<Choice<T, Common>>;
}

/** The kind that a config has chosen from a table. */
export function kindOf<T>(table: T, { type }: { readonly type: string }): T[keyof T] {
  return table[type as keyof T];
}

/** What a config has chosen from a table, made. */
export function make<Rest extends readonly unknown[], Made>(
  table: Table<NoInfer<Rest>, Made>,
  choice: { readonly type: string },
  ...rest: Rest
): Made {
  return table[choice.type].make(choice, ...rest);
}

/** How many numbers it would train, without being made. */
export function parametersOf(
  table: Table,
  choice: { readonly type: string },
  size: number,
  width: number,
): number {
  return table[choice.type].parameters?.(choice, size, width) ?? 0;
}
