/**
 * How this program speaks of mistakes: a user's mistake is one sentence and exit code 1; a mistake of ours keeps its stack.
 *
 * @module
 */

/**
 * A mistake of the user's: the message is one sentence that says what was wrong, where, and what is allowed. Control
 * characters, which names in files may have, are escaped: no file may move the cursor of a terminal, or begin a second line.
 * What is quoted may be of any length: the middle of a long message is left out.
 */
export class UserError extends Error {
  override name = "UserError";

  constructor(message: string, options?: ErrorOptions) {
    super(shorten(message).replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escaped), options);
  }
}

/** A character as JSON and JavaScript write it: `\u001b`. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A text of any length, of which at most so many characters are kept at its start, and as many at its end. */
export function shorten(text: string, most = 1000): string {
  const left = text.length - 2 * most;
  if (left <= 0) return text;
  return `${text.slice(0, most)} … (${left} characters) … ${text.slice(-most)}`;
}

/** Why the operating system refused, in its own words without the code: "Permission denied". */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
