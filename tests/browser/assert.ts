/**
 * What the tests need of Node's module `assert`, for a page.
 *
 * @module
 */

/** Whether two values are equal, with all that they hold. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Set || a instanceof Map) {
    return isEqual([...a], [...b as Iterable<unknown>]);
  }
  const keys = Reflect.ownKeys(a);
  const sameKeys = keys.length === Reflect.ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key));
  return sameKeys && keys.every((key) => isEqual(Reflect.get(a, key), Reflect.get(b, key)));
}

/** A value as a text. */
const textOf = (value: unknown): string =>
  JSON.stringify(ArrayBuffer.isView(value) ? [...value as Float32Array] : value) ?? String(value);

/** Throws unless a condition holds. */
function check(holds: boolean, actual: unknown, word: string, expected: unknown): void {
  if (!holds) throw new Error(`${textOf(actual)} ${word} ${textOf(expected)}`.slice(0, 1000));
}

export default {
  deepStrictEqual: (a: unknown, b: unknown): void => check(isEqual(a, b), a, "is not", b),
  notDeepStrictEqual: (a: unknown, b: unknown): void => check(!isEqual(a, b), a, "is", b),
  match: (a: string, pattern: RegExp): void =>
    check(pattern.test(a), a, "does not match", String(pattern)),
};
