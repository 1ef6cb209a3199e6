/**
 * Ctrl-C: once to end well, twice to end at once. The end of a pipe that nobody reads any more is like the first.
 *
 * @module
 */

import { onUnread, UNREAD } from "./program.ts";

/** The exit code of what Ctrl-C ended, by the convention of shells. */
export const INTERRUPTED = 130;

/** `deno task` hands on a Ctrl-C that its program has had from the terminal too: two within so long are one. */
const SAME_MS = 500;

/**
 * A signal that the first Ctrl-C sets, or a closed pipe; its reason is the exit code.
 *
 * @param again what the second one does; unless given, it ends the program at once
 */
export function onInterrupt(again?: () => void): AbortSignal {
  const controller = new AbortController();
  let [isHeard, isOther] = [false, false];
  const hear = () => {
    if (isOther) again?.();
    if (isHeard) return;
    isHeard = true;
    controller.abort(INTERRUPTED);
    const timer = setTimeout(() => {
      isOther = true;
      if (again === undefined) Deno.removeSignalListener("SIGINT", hear);
    }, SAME_MS);
    Deno.unrefTimer(timer);
  };
  Deno.addSignalListener("SIGINT", hear);
  onUnread(() => controller.abort(UNREAD));
  return controller.signal;
}
