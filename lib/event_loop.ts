/**
 * Reads let the event loop turn.
 *
 * On the CPU a result is there as soon as it is read, and the promise of it resolves without a task. A loop of
 * `await step().item()` would therefore keep everything else from running: the frames, clicks and workers of a page, timers,
 * and the finalizers that give buffers back.
 *
 * @module
 */

/** Milliseconds that reads may go on without a task. A frame has 16. */
const MOST = 8;

let turned = performance.now();

/** Lets a task pass if none did for {@linkcode MOST} milliseconds of reads; then there is something to wait for. */
export function turn(): Promise<void> | undefined {
  if (performance.now() - turned < MOST) return undefined;
  turned = Infinity; // of several readers one waits
  // Browsers put timers off, in hidden tabs by a second; they deliver messages at once.
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
