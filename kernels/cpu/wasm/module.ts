/**
 * From functions to a WebAssembly module: a list of sections, each a number, a length and its
 * contents.
 *
 * @module
 */
import { remember } from "../../remember.ts";
import { append, type FunctionBuilder, unsigned } from "./assembler.ts";

/**
 * The least size of the imported memory, in pages of 64 KiB. V8 checks an access once if the offset
 * alone lies within these pages, and twice otherwise.
 */
export const minimumPages = 16;

/** The largest size of a memory, in pages: 4 GiB. */
export const maximumPages = 65536;

/** Collects functions into a module that imports its memory as `host.memory`. */
export class ModuleBuilder {
  readonly #exports: [name: string, index: number][] = [];
  readonly #functions: Map<string, { fn: FunctionBuilder; body: number[]; index: number }> =
    new Map();

  /** Adds a function and returns its index; an equal function is not added twice. */
  add(fn: FunctionBuilder): number {
    const body = fn.body();
    const key = `${fn.parameters}:${decoder.decode(new Uint8Array(body))}`;
    const { size: index } = this.#functions;
    return remember(this.#functions, key, () => ({ fn, body, index })).index;
  }

  /** Exports a function. */
  export(name: string, index: number): void {
    this.#exports.push([name, index]);
  }

  /** The module's bytes. @param shared whether the memory is one that threads share */
  finish(shared = false): Uint8Array<ArrayBuffer> {
    const functions = [...this.#functions.values()];
    const arities = [...new Set(functions.map(({ fn }) => fn.parameters))];
    const names = vector(functions, ({ fn, index }) => [...leb(index), ...text(fn.name)]);
    const limits = shared
      ? [3, ...leb(minimumPages), ...leb(maximumPages)]
      : [0, ...leb(minimumPages)];
    const sections: [id: number, contents: readonly number[]][] = [
      [1, vector(arities, (n) => [0x60, ...vector(Array(n).fill(0x7f), (t) => [t]), 0])],
      [2, [1, ...text("host"), ...text("memory"), 2, ...limits]],
      [3, vector(functions, ({ fn }) => leb(arities.indexOf(fn.parameters)))],
      [7, vector(this.#exports, ([name, index]) => [...text(name), 0, ...leb(index)])],
      [10, vector(functions, ({ body }) => [...leb(body.length), ...body])],
      [0, [...text("name"), 1, ...leb(names.length), ...names]],
    ];
    const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    for (const [id, contents] of sections) {
      append(bytes, [id, ...leb(contents.length), ...contents]);
    }
    return new Uint8Array(bytes);
  }
}

/** Each byte becomes a character of its own, so the text of a function is a key. */
const decoder = new TextDecoder("latin1");

function leb(value: number): number[] {
  const bytes: number[] = [];
  unsigned(bytes, value);
  return bytes;
}

function text(value: string): number[] {
  const utf8 = new TextEncoder().encode(value);
  return [...leb(utf8.length), ...utf8];
}

/** A count and then the bytes of each item. */
function vector<T>(items: readonly T[], write: (item: T) => readonly number[]): number[] {
  const bytes = leb(items.length);
  for (const item of items) append(bytes, write(item));
  return bytes;
}
