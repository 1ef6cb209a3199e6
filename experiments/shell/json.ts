/**
 * JSON written by people: an error is one sentence, and an object with the same key twice is an
 * error.
 *
 * @module
 */

import { reason, UserError } from "./errors.ts";

/**
 * Parses JSON.
 *
 * @param source where the text comes from, for messages
 * @throws {UserError} if the text is not JSON, or an object has a key twice
 */
export function parseJson(text: string, source: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source} is not JSON: ${reason(error)}`, { cause: error });
  }
  const twice = repeatedKey(text);
  if (twice !== undefined) throw new UserError(`${source} has the key ${twice} twice`);
  return value;
}

/** The strings, with a colon if they are keys, and the brackets of objects and lists. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|[{}[\]]/g;

/**
 * The path of the first key that an object has twice; JSON.parse would silently keep the last one.
 */
function repeatedKey(json: string): string | undefined {
  const around: { key?: string; seen: Set<string> }[] = [];
  for (const [token, string, colon] of json.matchAll(TOKENS)) {
    if (token === "{" || token === "[") around.push({ seen: new Set() });
    else if (token === "}" || token === "]") around.pop();
    else if (colon !== "") {
      const object = around.at(-1)!;
      object.key = JSON.parse(string) as string;
      if (object.seen.has(object.key)) return around.flatMap(({ key }) => key ?? []).join(".");
      object.seen.add(object.key);
    }
  }
}
