/**
 * Errors: a mistake of the user is one sentence and exit code 1; a mistake of this program keeps
 * its stack.
 *
 * @module
 */

/**
 * A mistake of the user. The message is one sentence that says what is wrong, where, and what is
 * allowed. Since it may quote a file, control characters are escaped, so that a file can neither
 * move the cursor nor begin a second line, and the middle of a long message is left out.
 */
export class UserError extends Error {
  override name = "UserError";

  constructor(message: string, options?: ErrorOptions) {
    super(escapeControls(shorten(message)), options);
  }
}

/** A name from a file for a message: quoted, and shortened to 60 characters. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name);
}

/** A text without its middle if it is long: at most `most` characters are kept at each end. */
export function shorten(text: string, most = 1000): string {
  const left = text.length - 2 * most;
  if (left <= 0) return text;
  return `${text.slice(0, most)} … (${left} characters) … ${text.slice(-most)}`;
}

function escapeControls(message: string): string {
  const escape = (sign: string) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return message.replace(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu, escape);
}

/** The message of an error of the operating system without its code: "Permission denied". */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
