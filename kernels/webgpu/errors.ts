/**
 * Errors of a GPU, which it reports late and elsewhere: collected here, and thrown where results are read.
 *
 * @module
 */
import { FREEING } from "../device.ts";

/** The GPU was lost: it was reset or removed, or its driver crashed. All that was on it is gone; open a new device. */
export class DeviceLostError extends Error {
  /** "DeviceLostError". */
  override readonly name = "DeviceLostError";
}

const FILTERS: readonly GPUErrorFilter[] = ["validation", "out-of-memory", "internal"];

/** Watches a device. An error scope is always open; {@linkcode check} looks into it and opens the next. */
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

  /** Waits for a promise at the next check; an error that it resolves to is thrown then. */
  expect(outcome: Promise<Error | undefined>): void {
    const settled = outcome.then(
      (error) => void (error && this.#failures.push(error)),
      (error) => void this.#failures.push(error),
    ).finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  /** Throws the first error of what was done since the last check; what was expected explains more than what followed. */
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

  /** Throws an error of a device, or rather that the device is lost, which it may tell a moment later. */
  async rethrow(error: unknown): Promise<never> {
    await Promise.race([this.device.lost, new Promise((done) => setTimeout(done, 10))]);
    this.throwIfGone();
    throw error;
  }

  /** Lets go of the device; its end is not an error any more. */
  close(): void {
    this.#closed = true;
  }
}
