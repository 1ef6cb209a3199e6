/**
 * A GPU reports errors late, and apart from the call that caused them. They are collected here and
 * thrown where results are read.
 *
 * @module
 */
import { FREEING } from "../device.ts";

/** The GPU was reset or removed, or its driver crashed. Its memory is gone; open a new device. */
export class DeviceLostError extends Error {
  /** "DeviceLostError". */
  override readonly name = "DeviceLostError";
}

const FILTERS: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];

/**
 * Watches a device. An error scope is always open; {@linkcode check} reads it and opens the next.
 */
export class ErrorLog {
  readonly #pending = new Set<Promise<void>>();
  readonly #failures: Error[] = [];
  #lost: DeviceLostError | undefined;
  #closed = false;

  constructor(readonly device: GPUDevice) {
    for (const filter of FILTERS) device.pushErrorScope(filter);
    device.lost.then(({ reason, message }) => {
      if (this.#closed) return;
      this.#lost = new DeviceLostError(`The GPU was lost (${reason}): ${message}`);
    });
  }

  /** Throws if the device is lost or was closed. */
  throwIfGone(): void {
    if (this.#closed) throw new TypeError("The device is closed");
    if (this.#lost !== undefined) throw this.#lost;
  }

  /** Has the next check wait for a promise, and throw the error that it resolves to. */
  expect(outcome: Promise<Error | undefined>): void {
    const settled = outcome.then(
      (error) => void (error && this.#failures.push(error)),
      (error) => void this.#failures.push(error),
    ).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /**
   * Throws the first error since the last check. Expected outcomes come first, since they explain
   * more than the errors that follow from them.
   */
  async check(): Promise<void> {
    const scopes = FILTERS.toReversed().map(async (filter) => {
      const error = await this.device.popErrorScope().catch(() => null); // lost: said below
      const remedy = filter === "out-of-memory" ? `; ${FREEING}` : "";
      return error && new Error(`WebGPU reports an error (${filter}): ${error.message}${remedy}`);
    });
    for (const filter of FILTERS) this.device.pushErrorScope(filter);
    const reported = await Promise.all(scopes);
    await Promise.all(this.#pending);
    this.throwIfGone();
    const [first] = [...this.#failures.splice(0), ...reported.filter((error) => error !== null)];
    if (first !== undefined) throw first;
  }

  /**
   * Throws that the device is lost if it is, which it may report a moment later; else the error.
   */
  async rethrow(error: unknown): Promise<never> {
    await Promise.race([this.device.lost, new Promise((done) => setTimeout(done, 10))]);
    this.throwIfGone();
    throw error;
  }

  /** Stops watching: from now on the loss of the device is no error. */
  close(): void {
    this.#closed = true;
  }
}
