/**
 * JSON that people write: a mistake in it is a sentence, and a key that is there twice is a mistake.
 *
 * @module
 */

import { reason, UserError } from "./errors.ts";

/**
 * Parses JSON.
 *
 * @param source where the text comes from, for messages
 * @throws {UserError} if it is no JSON, or an object has a key twice
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

/** Strings, which are keys where a colon follows, and where objects and lists begin and end. */
const TOKENS = /("[^"\\]*(?:\\.[^"\\]*)*")\s*(:?)|[{}[\]]/g;

/** The first key that an object in valid JSON has twice, with the keys that lead to it: JSON.parse would keep the last. */
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
