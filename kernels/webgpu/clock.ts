/**
 * Measures passes by timestamp queries: the GPU writes down when each begins and ends.
 *
 * @module
 */

/** The most passes that one clock measures: WebGPU allows 4096 timestamps in a set. */
export const MOST_TIMED = 2048;

/** Measures some passes of one command encoder. */
export class Clock {
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  /** @throws {Error} where the device has no timestamps. */
  constructor(device: GPUDevice, readonly passes: number) {
    if (!device.features.has("timestamp-query")) {
      throw new Error(
        "Cannot measure kernels on this GPU: its WebGPU adapter has no timestamp queries",
      );
    }
    const size = 16 * passes; // two timestamps of 64 bits
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * passes });
    this.#resolved = device.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
    this.#staging = device.createBuffer({ size, usage: COPY_DST | MAP_READ });
  }

  /** What has pass i write down its times. */
  around(i: number): GPUComputePassTimestampWrites {
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: 2 * i,
      endOfPassWriteIndex: 2 * i + 1,
    };
  }

  /** Copies the times to where they can be read, after the last pass. */
  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2 * this.passes, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 16 * this.passes);
  }

  /** The nanoseconds that each pass took. */
  async read(): Promise<number[]> {
    await this.#staging.mapAsync(GPUMapMode.READ);
    const times = new BigInt64Array(this.#staging.getMappedRange().slice(0));
    return Array.from({ length: this.passes }, (_, i) => Number(times[2 * i + 1] - times[2 * i]));
  }

  /** Gives its memory back. */
  close(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }
}
