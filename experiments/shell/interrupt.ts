/**
 * Ctrl-C: the first one asks the program to stop, the second one ends it at once. A closed pipe
 * counts as the first.
 *
 * @module
 */

import { onUnread, UNREAD } from "./program.ts";

/** The exit code after Ctrl-C, by the convention of shells (128 + SIGINT). */
export const INTERRUPTED = 130;

/**
 * One Ctrl-C may arrive twice: from the terminal, and passed on by `deno task`. Two within this
 * time count as one.
 */
const SAME_MS = 500;

/**
 * A signal that the first Ctrl-C or a closed pipe aborts; its reason is the exit code.
 *
 * @param again called at the second Ctrl-C; unless given, that ends the program at once
 */
export function onInterrupt(again?: () => void): AbortSignal {
  const controller = new AbortController();
  let [isStopping, isSecond] = [false, false];
  const hear = () => {
    if (isSecond) again?.();
    if (isStopping) return;
    isStopping = true;
    controller.abort(INTERRUPTED);
    const timer = setTimeout(() => {
      isSecond = true;
      if (again === undefined) Deno.removeSignalListener("SIGINT", hear);
    }, SAME_MS);
    Deno.unrefTimer(timer);
  };
  Deno.addSignalListener("SIGINT", hear);
  onUnread(() => controller.abort(UNREAD));
  return controller.signal;
}
