/**
 * A local stand-in for the part of `jsr:@std/assert` that this project uses, over Node's own
 * assertions, so that the tests run where JSR cannot be reached (see `links` in the root deno.json;
 * `deno task test:jsr` uses the real one).
 *
 * @module
 */

import nodeAssert from "node:assert";

/** A class whose instances are `T`, whatever its constructor takes. */
type ClassOf<T> = abstract new (...args: never[]) => T;

/** What a failed assertion throws. */
export class AssertionError extends Error {
  /** @param message what was expected, and what was found */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Rethrows a failed check of Node's as this module's error, with the caller's message after it. */
function check(run: () => void, msg?: string): void {
  try {
    run();
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    throw new AssertionError(msg ? `${found}: ${msg}` : found, { cause: error });
  }
}

/** Asserts that `expr` is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Asserts that `actual` and `expected` are equal, deeply; NaN equals NaN. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  check(() => nodeAssert.deepStrictEqual(actual, expected), msg);
}

/** Asserts that `actual` and `expected` differ, deeply. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  check(() => nodeAssert.notDeepStrictEqual(actual, expected), msg);
}

/** Asserts that two numbers differ by at most `tolerance`, by default 1e-7 of what is expected. */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance: number = Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  // Written so that a NaN fails.
  assert(
    delta <= tolerance,
    `Expected ${actual} to be within ${tolerance} of ${expected}, but they differ by ${delta}${
      msg ? `: ${msg}` : ""
    }`,
  );
}

/** Asserts that `actual` > `expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  assert(actual > expected, `Expected ${actual} > ${expected}${msg ? `: ${msg}` : ""}`);
}

/** Asserts that `actual` ≥ `expected`. */
export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  assert(actual >= expected, `Expected ${actual} >= ${expected}${msg ? `: ${msg}` : ""}`);
}

/** Asserts that `actual` < `expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  assert(actual < expected, `Expected ${actual} < ${expected}${msg ? `: ${msg}` : ""}`);
}

/** Asserts that `actual` ≤ `expected`. */
export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  assert(actual <= expected, `Expected ${actual} <= ${expected}${msg ? `: ${msg}` : ""}`);
}

/** Asserts that `actual` contains `expected`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  assert(
    actual.includes(expected),
    `Expected ${JSON.stringify(actual)} to contain ${JSON.stringify(expected)}${
      msg ? `: ${msg}` : ""
    }`,
  );
}

/** Asserts that `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  check(() => nodeAssert.match(actual, expected), msg);
}

/** Asserts that `actual` is an instance of `expectedType`. */
export function assertInstanceOf<T>(
  actual: unknown,
  expectedType: ClassOf<T>,
  msg?: string,
): asserts actual is T {
  assert(
    actual instanceof expectedType,
    `Expected an instance of ${expectedType.name}, but got ${describe(actual)}${
      msg ? `: ${msg}` : ""
    }`,
  );
}

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/**
 * Asserts that `fn` throws an `ErrorClass` whose message contains `msgIncludes`, and returns it.
 */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ClassOf<Error> | string,
  ...texts: (string | undefined)[]
): unknown {
  try {
    fn();
  } catch (error) {
    return expectError(error, classOrMsg, texts);
  }
  throw new AssertionError(`Expected function to throw${suffix(classOrMsg, texts)}`);
}

/** Asserts that the promise of `fn` rejects, and resolves to what it rejected with. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/**
 * Asserts that the promise of `fn` rejects with an `ErrorClass` whose message contains
 * `msgIncludes`.
 */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ClassOf<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ClassOf<Error> | string,
  ...texts: (string | undefined)[]
): Promise<unknown> {
  let promise;
  try {
    promise = fn();
  } catch (error) {
    throw new AssertionError(
      `Function throws when expected to reject${suffix(classOrMsg, texts)}`,
      { cause: error },
    );
  }
  try {
    await promise;
  } catch (error) {
    return expectError(error, classOrMsg, texts);
  }
  throw new AssertionError(`Expected function to reject${suffix(classOrMsg, texts)}`);
}

/** Checks what was thrown against the class and the text that the caller asked for, if any. */
function expectError(
  error: unknown,
  classOrMsg: ClassOf<Error> | string | undefined,
  [msgIncludes = "", msg]: (string | undefined)[],
): unknown {
  if (typeof classOrMsg === "function") {
    assertInstanceOf(error, classOrMsg, msg);
    assertStringIncludes(error.message, msgIncludes, msg);
  }
  return error;
}

/** The caller's own message: the second argument when no class is given, else the fourth. */
function suffix(
  classOrMsg: ClassOf<Error> | string | undefined,
  [, msg]: (string | undefined)[],
): string {
  const text = typeof classOrMsg === "string" ? classOrMsg : msg;
  return text ? `: ${text}` : "";
}

/** A value in a message: errors by class and text, anything else as text. */
function describe(value: unknown): string {
  return value instanceof Error ? `${value.constructor.name} (${value.message})` : String(value);
}
