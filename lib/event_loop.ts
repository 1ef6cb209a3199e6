/**
 * Reads let the event loop turn.
 *
 * On the CPU a result is there as soon as it is read, so its promise resolves within the same task.
 * A loop of `await step().item()` would block everything else: the frames, clicks and workers of a
 * page, timers, and the finalizers that free buffers.
 *
 * @module
 */

/** The longest time, in milliseconds, that reads go on within one task. A frame takes 16. */
const MOST = 8;

let turned = performance.now();

/** Deno and Node have it; it takes a third of the time of a message. */
const { setImmediate } = globalThis as { setImmediate?: (act: () => void) => void };

/**
 * Ends the task if the last turn was {@linkcode MOST} milliseconds ago or more, by a promise to
 * wait for.
 */
export function turn(): Promise<void> | undefined {
  if (performance.now() - turned < MOST) return undefined;
  turned = Infinity; // only one of several readers waits
  const later = setImmediate ?? deliver;
  return new Promise((resolve) =>
    later(() => {
      turned = performance.now();
      resolve();
    })
  );
}

/** Acts in a later task. Browsers delay timers, in hidden tabs by a second, but no messages. */
function deliver(act: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    port2.close();
    act();
  };
  port2.postMessage(undefined);
}
