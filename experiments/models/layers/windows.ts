/**
 * The schema of windows on images, of convolutions and pools.
 *
 * @module
 */

import { z } from "zod";

/** A number for both axes of an image, or [vertical, horizontal]. */
export type PerAxis = number | [vertical: number, horizontal: number];

/** "same": ⌈size / stride⌉ windows; "valid": no padding; or elements on each side. */
export type WindowPadding = "same" | "valid" | PerAxis;

/** The schema of a number for each axis. */
export const perAxis = (number: z.ZodType<number>): z.ZodType<PerAxis> =>
  z.union([number, z.tuple([number, number])], {
    error: "expected a whole number or two",
  });

/** The schema of padding. */
export const windowPadding: z.ZodType<WindowPadding> = z.union([
  z.enum(["same", "valid"]),
  z.int().min(0),
  z.tuple([z.int().min(0), z.int().min(0)]),
], { error: 'expected "same", "valid", a whole number or two' });
