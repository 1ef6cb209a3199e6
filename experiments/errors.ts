/**
 * How this program speaks of mistakes: a user's mistake is one sentence and exit code 1; a mistake of ours keeps its stack.
 *
 * @module
 */

/**
 * A mistake of the user's: the message is one sentence that says what was wrong, where, and what is allowed. Control
 * characters, which names in files may have, are escaped: no file may move the cursor of a terminal, or begin a second line.
 */
export class UserError extends Error {
  override name = "UserError";

  constructor(message: string, options?: ErrorOptions) {
    super(message.replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escaped), options);
  }
}

/** A character as JSON and JavaScript write it: `\u001b`. */
function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A name from a file, in quotes and shortened, for messages. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 59)}…` : name);
}

/**
 * Runs a command: the only place where the program turns an error into an exit code.
 *
 * @param command what to do with the command-line arguments
 */
export async function main(command: (args: string[]) => Promise<void>): Promise<void> {
  try {
    await command(Deno.args);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    console.error(`error: ${error.message}`);
    Deno.exit(1);
  }
}

/** Why the operating system refused, in its own words without the code: "Permission denied". */
export function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*$/s, "");
}
