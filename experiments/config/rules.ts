/**
 * The rules by which kinds describe their options ({@linkcode Rules}), as schemas of zod, and the
 * schemas of what a config chooses from a table of kinds.
 *
 * @module
 */

import { z } from "zod";
import type { Choice, Table } from "../models/kinds.ts";
import type { Keys, Rule, Rules } from "../models/keys.ts";
import * as LAYERS from "../models/layers/mod.ts";
import type { LayerConfig } from "../models/network.ts";
import { count, type Keys as Schemas, object, positive, share } from "../shell/keys.ts";

/** All rules are made here, so each is a schema of zod. */
const schemaOf = <T>(rule: Rule<T>): z.ZodType<T> => rule as z.ZodType<T>;
const schemasOf = <Options>(keys: Keys<Options>): Schemas<Options> => keys as Schemas<Options>;

const RULES: Rules = {
  number: z.number(),
  positive,
  share,
  whole: z.int(),
  count,
  flag: z.boolean(),
  oneOf: (...names) => z.enum(names),
  list: (of) => z.array(schemaOf(of)),
  pair: (of) => z.tuple([schemaOf(of), schemaOf(of)]),
  either: (error, ...rules) => z.union(rules.map(schemaOf), { error }),
  object: (keys) => object(schemasOf(keys)),
};

/** The schema of each option of a kind. */
const optionsOf = ({ keys }: Table[string]): Schemas<unknown> => schemasOf(keys(RULES));

/** The schema of a choice from a table; all types have the keys of `common`. */
export function choiceOf<T extends Table, Common>(
  table: T,
  common: Schemas<Common>,
): z.ZodType<Choice<T, Common>> {
  const options = Object.entries(table).map(([type, kind]) =>
    object({ type: z.literal(type), ...common, ...optionsOf(kind) })
  );
  const union = z.discriminatedUnion("type", options as unknown as [z.ZodObject]);
  return union as z.ZodType as z.ZodType<Choice<T, Common>>;
}

/** The schema of a layer. */
export const layerSchema: z.ZodType<LayerConfig> = z.discriminatedUnion(
  "type",
  Object.entries(LAYERS as Table).map(([type, kind]) => {
    const literal = z.literal(type);
    return object({ type: type === "dense" ? literal.optional() : literal, ...optionsOf(kind) });
  }) as unknown as [z.ZodObject],
) as z.ZodType as z.ZodType<LayerConfig>;
