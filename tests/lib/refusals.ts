/**
 * Tables of calls that are refused, each with the kind of error and what its message says.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";

type ErrorClass = abstract new (...args: never[]) => Error;

/** A call that is refused. */
export interface Refusal {
  readonly kind: ErrorClass;
  readonly message: string;
  readonly by: () => unknown;
}

export const refusal = (kind: ErrorClass, message: string, by: () => unknown): Refusal => ({
  kind,
  message,
  by,
});

/** Registers a test for each row, which is named by its source. */
export function testRefusals(rows: readonly Refusal[]): void {
  for (const { kind, message, by } of rows) {
    const source = by.toString().replace(/^\(\)\s*=>\s*/, "").replace(/\s+/g, " ");
    Deno.test(`${source} is a ${kind.name}${message && `: ${message}`}`, () => {
      const error = assertThrows(by, kind, message);
      assertEquals(error.message.endsWith("."), false, "a message has no final period");
      assertEquals(error.message.startsWith("Cannot "), true, "a message says what cannot be done");
    });
  }
}
