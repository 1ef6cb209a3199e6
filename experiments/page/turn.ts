/**
 * Letting messages in between two parts of a long computation.
 *
 * @module
 */

/** Lets the messages in that have arrived. A timer would be slowed down in a hidden tab. */
export function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
