/**
 * The memory of the cpu device: one WebAssembly memory, and an allocator that takes the smallest
 * gap that is large enough.
 *
 * @module
 */
import { FREEING } from "../device.ts";
import { minimumPages } from "./wasm/module.ts";

const page = 65536;
const alignment = 64;
/** A vector load may read past the end of a block by less than this. */
const slack = 32;

/** Bytes, rounded up so that a block after them is aligned. */
export const align = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

/** The length of a block for some bytes. */
export const blockLength = (bytes: number): number => align(bytes + slack);

interface Gap {
  start: number;
  end: number;
}

/** Bytes as they lie in a memory, shared or not. */
type Bytes = ArrayBuffer | SharedArrayBuffer;

/** There is no room for the memory of another device. */
export class NoRoomError extends RangeError {}

/** A growing memory, cut into blocks. */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** The free gaps in order of address; no two of them touch. */
  readonly #gaps: Gap[] = [];
  readonly #lengths: Map<number, number> = new Map();
  #inUse = 0;

  /** @param shared whether several threads use the memory */
  constructor(readonly maximumPages: number, shared = false) {
    try {
      this.memory = new WebAssembly.Memory({
        initial: minimumPages,
        maximum: maximumPages,
        shared,
      });
    } catch (error) {
      throw new NoRoomError(
        "Cannot open another cpu device: there is no room for its memory (a page of Chromium has room for about 125 " +
          `devices), so close those that are not in use`,
        { cause: error },
      );
    }
    this.#gaps.push({ start: alignment, end: minimumPages * page }); // address 0 stays unused
  }

  /** Bytes in blocks that were not freed. */
  get inUse(): number {
    return this.#inUse;
  }

  /** All memory as float32. Growing replaces the memory, so ask again after every allocation. */
  get floats(): Float32Array<Bytes> {
    return new Float32Array(this.memory.buffer);
  }

  /** All memory as int32. Growing replaces the memory, so ask again after every allocation. */
  get integers(): Int32Array<Bytes> {
    return new Int32Array(this.memory.buffer);
  }

  /** Allocates a block and returns its address. Throws RangeError where memory has run out. */
  allocate(bytes: number): number {
    const length = blockLength(bytes);
    const size = ({ start, end }: Gap) => end - start;
    let best: Gap | undefined;
    for (const gap of this.#gaps) {
      if (size(gap) >= length && (best === undefined || size(gap) < size(best))) best = gap;
    }
    best ??= this.#grow(length, bytes);
    const address = best.start;
    best.start += length;
    if (best.start === best.end) this.#gaps.splice(this.#gaps.indexOf(best), 1);
    this.#lengths.set(address, length);
    this.#inUse += length;
    return address;
  }

  /** Copies bytes into a new block and returns its address. */
  store(bytes: Uint8Array): number {
    const address = this.allocate(bytes.length);
    new Uint8Array(this.memory.buffer).set(bytes, address);
    return address;
  }

  /** Gives a block back. */
  free(address: number): void {
    const length = this.#lengths.get(address)!;
    this.#lengths.delete(address);
    this.#inUse -= length;
    this.#release(address, address + length);
  }

  /** Makes a gap. Gaps that touch become one. */
  #release(start: number, end: number): void {
    const gaps = this.#gaps;
    let i = gaps.findIndex((gap) => gap.start > start);
    if (i < 0) i = gaps.length;
    gaps.splice(i, 0, { start, end });
    for (const after of [i + 1, i]) {
      if (gaps[after - 1]?.end !== gaps[after]?.start) continue;
      gaps[after - 1].end = gaps[after].end;
      gaps.splice(after, 1);
    }
  }

  /** Makes the gap at the end of memory as long as wanted, and returns it. */
  #grow(length: number, wanted: number): Gap {
    const have = this.memory.buffer.byteLength;
    const last = this.#gaps.at(-1);
    const start = last?.end === have ? last.start : have;
    const pages = Math.ceil((start + length) / page);
    // Growing is slow: take a quarter more than is needed, if possible.
    for (const ample of [Math.min(this.maximumPages, Math.ceil(pages * 1.25)), pages]) {
      if (ample < pages) break; // more than the maximum
      try {
        this.memory.grow(ample - have / page);
      } catch {
        continue; // there is no room
      }
      this.#release(have, ample * page);
      return this.#gaps.at(-1)!;
    }
    const use = `${this.#inUse} bytes are in use of at most ${this.maximumPages * page}`;
    throw new RangeError(`Cannot allocate ${wanted} bytes on the cpu device: ${use}; ${FREEING}`);
  }
}
