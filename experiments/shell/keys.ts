/**
 * The building blocks of the schema of a config.
 *
 * @module
 */

import { z } from "zod";
import { suggest } from "./nearest.ts";

/** The schema of each key of an object. */
export type Keys<Options> = { readonly [Key in keyof Options]-?: z.ZodType<Options[Key]> };

/**
 * The schema of an object with exactly these keys; for an unknown key the message names the nearest
 * one.
 */
export function object<Options>(keys: Keys<Options>): z.ZodType<Options> {
  const shape: z.ZodRawShape = keys;
  const schema = z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? unknownKey(issue.keys[0], Object.keys(shape))
        : undefined,
  });
  return schema as z.ZodType as z.ZodType<Options>;
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const shown = key.length <= 100 ? key : `${key.slice(0, 100)}…`;
  return `unknown key "${shown}"${suggest(shown, allowed)}`;
}

/** A whole number of at least 1. */
export const count: z.ZodInt = z.int().min(1);

/** A number from 0 to 1. */
export const fraction: z.ZodNumber = z.number().min(0).max(1);

/** A number from 0 up to, but not including, 1. */
export const share: z.ZodNumber = z.number().min(0).lt(1);

/** A number above 0. */
export const positive: z.ZodNumber = z.number().positive();
