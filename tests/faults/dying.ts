/**
 * Dying between two file operations: from a given operation on, the process changes no file any
 * more.
 *
 * @module
 */

/** Counts the file operations of this process until it is disposed of. */
export interface Life extends Disposable {
  /**
   * The number of operations so far: making folders; opening, writing, syncing, renaming and
   * removing files.
   */
  readonly operations: number;
}

/**
 * Lets the given number of file operations happen and none after them. If the last one is a write,
 * it stops in the middle of its bytes.
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
