/**
 * What the tests of the experiments share: folders that vanish, and mistakes that must read well.
 *
 * @module
 */

import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { UserError } from "../../experiments/errors.ts";
import { namesIn } from "../../experiments/files.ts";

/** A folder that is removed when it goes out of scope: `await using folder = await temporaryFolder()`. */
export async function temporaryFolder(): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir({ prefix: "echograd_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Asserts that a call is answered with one sentence to the user which says all this. */
export function assertRefused(call: () => unknown, ...says: string[]): void {
  assertSentence(assertThrows(call, UserError).message, says);
}

/** As {@linkcode assertRefused}, for a promise. */
export async function assertRefusedLater(
  call: () => Promise<unknown>,
  ...says: string[]
): Promise<void> {
  assertSentence((await assertRejects(call, UserError)).message, says);
}

/** Asserts that a message is one clear sentence: one line without control
 * characters, no period at its end, no stack, no code of the system's. */
export function assertSentence(message: string, says: readonly string[]): void {
  assertMatch(message, /^[^\p{Cc}]+[^\p{Cc}.]$/u);
  assert(!/undefined|\[object|os error|\bat .*:\d+:\d+/.test(message), message);
  for (const part of says) assert(message.includes(part), `"${message}" does not say "${part}"`);
}

/** The SHA-256 of bytes, in hexadecimal. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Asserts that a folder holds just these files, beside the lock that a run leaves. */
export async function assertHolds(folder: string, ...names: string[]): Promise<void> {
  assertEquals((await namesIn(folder)).filter((name) => name !== ".lock"), names.sort());
}
