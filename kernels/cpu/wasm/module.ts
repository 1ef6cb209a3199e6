/**
 * From functions to a WebAssembly module: a list of sections, each a number, a length and its
 * contents.
 *
 * @module
 */
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
  readonly #bodies: number[][] = [];
  readonly #names: string[] = [];
  readonly #parameters: number[] = [];
  readonly #known: Map<string, number> = new Map();

  /** Adds a function and returns its index; an equal function is not added twice. */
  add(fn: FunctionBuilder): number {
    const body = fn.body();
    const key = `${fn.parameters}:${decoder.decode(new Uint8Array(body))}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#known.set(key, this.#bodies.length);
    this.#names.push(fn.name);
    this.#parameters.push(fn.parameters);
    return this.#bodies.push(body) - 1;
  }

  /** Exports a function. */
  export(name: string, index: number): void {
    this.#exports.push([name, index]);
  }

  /** The module's bytes. @param shared whether the memory is one that threads share */
  finish(shared = false): Uint8Array<ArrayBuffer> {
    const arities = [...new Set(this.#parameters)];
    const bytes = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    section(
      bytes,
      1,
      vector(arities, (n) => [0x60, ...vector(Array(n).fill(0x7f), (t) => [t]), 0]),
    );
    const limits = shared
      ? [3, ...leb(minimumPages), ...leb(maximumPages)]
      : [0, ...leb(minimumPages)];
    section(bytes, 2, [1, ...text("host"), ...text("memory"), 2, ...limits]);
    section(bytes, 3, vector(this.#parameters, (n) => leb(arities.indexOf(n))));
    section(bytes, 7, vector(this.#exports, ([name, index]) => [...text(name), 0, ...leb(index)]));
    section(bytes, 10, vector(this.#bodies, (body) => [...leb(body.length)], (body) => body));
    const names = vector(this.#names, (name, i) => [...leb(i), ...text(name)]);
    section(bytes, 0, [...text("name"), 1, ...leb(names.length), ...names]);
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

/** A count and then, for each item, its head and perhaps a long tail. */
function vector<T>(
  items: readonly T[],
  head: (item: T, i: number) => readonly number[],
  tail?: (item: T) => readonly number[],
): number[] {
  const bytes = leb(items.length);
  items.forEach((item, i) => {
    append(bytes, head(item, i));
    if (tail) append(bytes, tail(item));
  });
  return bytes;
}

function section(into: number[], id: number, contents: readonly number[]): void {
  into.push(id);
  unsigned(into, contents.length);
  append(into, contents);
}
