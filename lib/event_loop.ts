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

/**
 * Ends the task if the last turn was {@linkcode MOST} milliseconds ago or more, by a promise to
 * wait for.
 */
export function turn(): Promise<void> | undefined {
  if (performance.now() - turned < MOST) return undefined;
  turned = Infinity; // only one of several readers waits
  // Browsers delay timers, in hidden tabs by a second. They deliver messages at once.
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      port2.close();
      turned = performance.now();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
