/**
 * Dying between two file operations: all that a process does to files, up to a moment after which it does nothing.
 *
 * @module
 */

/** Counts this process's file operations until it is disposed of. */
export interface Life extends Disposable {
  /** Operations so far: folders made; files opened, written, brought to the disk, renamed and removed. */
  readonly operations: number;
}

/**
 * Lets so many file operations of this process happen, and none after them; a write that is the last one stops in the
 * middle of its bytes.
 */
export function livingFor(allowed: number): Life {
  const { open, mkdir, rename, remove } = Deno;
  let operations = 0;
  const next = () => {
    if (operations === allowed) throw new Error("killed");
    return ++operations === allowed;
  };
  Object.assign(Deno, {
    async open(...args: Parameters<typeof open>) {
      next();
      const file = await open(...args);
      const { write, sync } = file;
      return Object.assign(file, {
        async write(bytes: Uint8Array) {
          const isLast = next();
          return await write.call(file, isLast ? bytes.subarray(0, bytes.length >> 1) : bytes);
        },
        async sync() {
          next();
          await sync.call(file);
        },
      });
    },
    async mkdir(...args: Parameters<typeof mkdir>) {
      next();
      await mkdir(...args);
    },
    async rename(...args: Parameters<typeof rename>) {
      next();
      await rename(...args);
    },
    async remove(...args: Parameters<typeof remove>) {
      next();
      await remove(...args);
    },
  });
  return {
    get operations() {
      return operations;
    },
    [Symbol.dispose]: () => void Object.assign(Deno, { open, mkdir, rename, remove }),
  };
}
