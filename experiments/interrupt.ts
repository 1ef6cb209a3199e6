/**
 * Ctrl-C: once to end well, twice to end at once.
 *
 * @module
 */

/** The exit code of what Ctrl-C ended, by the convention of shells. */
export const INTERRUPTED = 130;

/** `deno task` hands on a Ctrl-C that its program has had from the terminal too: two within so long are one. */
const SAME_MS = 500;

/**
 * A signal that the first Ctrl-C sets.
 *
 * @param again what the second one does; unless given, it ends the program at once
 */
export function onInterrupt(again?: () => void): AbortSignal {
  const controller = new AbortController();
  let isOther = false;
  const hear = () => {
    if (isOther) again?.();
    if (controller.signal.aborted) return;
    controller.abort();
    const timer = setTimeout(() => {
      isOther = true;
      if (again === undefined) Deno.removeSignalListener("SIGINT", hear);
    }, SAME_MS);
    Deno.unrefTimer(timer);
  };
  Deno.addSignalListener("SIGINT", hear);
  return controller.signal;
}
