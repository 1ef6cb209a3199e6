/**
 * How this program speaks of mistakes: a user's mistake is one sentence and exit code 1; a mistake of ours keeps its stack.
 *
 * @module
 */

/**
 * A mistake of the user's: the message is one sentence that says what was wrong, where, and what is allowed. It may quote a
 * file: the middle of a long message is left out, and control characters are escaped, so that no file moves the cursor of
 * a terminal or begins a second line.
 */
export class UserError extends Error {
  override name = "UserError";

  constructor(message: string, options?: ErrorOptions) {
    super(escapeControls(shorten(message)), options);
  }
}

/** A name from a file, in quotes and shortened, for messages. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name);
}

/** A text of any length, of which at most so many characters are kept at its start, and as many at its end. */
export function shorten(text: string, most = 1000): string {
  const left = text.length - 2 * most;
  if (left <= 0) return text;
  return `${text.slice(0, most)} … (${left} characters) … ${text.slice(-most)}`;
}

function escapeControls(message: string): string {
  const escape = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return message.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, escape);
}

/** Why the operating system refused, in its own words without the code: "Permission denied". */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
