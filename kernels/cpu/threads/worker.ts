/**
 * What a worker of the cpu device does, and the words in shared memory by which the running thread
 * gives it orders.
 *
 * A worker that waits cannot receive messages. So the running thread writes an *order* into memory
 * (run this part of that program) and then the number of its chunks that are left. A thread takes a
 * chunk by taking one off that number. The order stands until all chunks are finished. Nobody waits
 * for a worker that is late: the others take its chunks.
 *
 * @module
 */

/** The indices of the words. Those that are written often have a cache line (16 words) each. */
export const words = {
  /** The number of chunks of the order that nobody has taken yet; 0 or less if none is left. */
  left: 0,
  /** The number of chunks of the order that are not finished. */
  unfinished: 16,
  /** The number of orders so far; idle workers sleep on it. */
  orders: 32,
  /** 1 if a worker may be asleep. */
  asleep: 33,
  /** 1 while the running thread sleeps until nothing is unfinished. */
  waiting: 48,
  /** The number of workers that have started. */
  ready: 49,
  /** 1 if a worker met an error. */
  failed: 50,
  /** 1 if the workers must end. */
  closed: 51,
  /**
   * The order: the number of the program, and of the part, the arguments `slots` and `scratch`, the
   * address of the program's module in memory and its length.
   */
  order: 64,
  /** The number of words. */
  count: 80,
} as const;

/** Does the chunks begin … end − 1 of a part of a program. */
export type Run = (
  begin: number,
  end: number,
  slots: number,
  scratch: number,
  thread: number,
) => void;

/** The message that starts a worker. */
export interface Invitation {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly thread: number;
}

/**
 * The JavaScript of a worker: a function of an {@linkcode Invitation} that works until the threads
 * are closed. It is a text and not a function, because bundlers rewrite functions: they may insert
 * calls of helpers that a worker does not have.
 *
 * The next part of a program usually comes within microseconds, so an idle worker spins for a while
 * before it sleeps.
 */
export const work: string = /* js */ `({ memory, control, thread }) => {
  const spins = 20000, programsKept = 64;
  const programs = new Map(), order = control.subarray(${words.order});

  // The functions of a program, by the numbers of its parts.
  function load(program, address, length) {
    let parts = programs.get(program);
    if (parts === undefined) {
      // A memory that another thread made larger may still look small from here, until it is asked
      // to grow.
      memory.grow(0);
      const bytes = new Uint8Array(memory.buffer).slice(address, address + length);
      const module = new WebAssembly.Module(bytes);
      parts = Object.values(new WebAssembly.Instance(module, { host: { memory } }).exports);
      programs.set(program, parts);
      if (programs.size > programsKept) programs.delete(programs.keys().next().value);
    }
    return parts;
  }

  function takeChunk() {
    const chunk = Atomics.sub(control, ${words.left}, 1) - 1;
    if (chunk < 0) return false;
    try {
      const [program, part, slots, scratch, address, length] = order;
      load(program, address, length)[part](chunk, chunk + 1, slots, scratch, thread);
    } catch {
      Atomics.store(control, ${words.failed}, 1);
    }
    const isLast = Atomics.sub(control, ${words.unfinished}, 1) === 1;
    if (isLast && Atomics.load(control, ${words.waiting})) {
      Atomics.notify(control, ${words.unfinished});
    }
    return true;
  }

  Atomics.add(control, ${words.ready}, 1);
  while (!Atomics.load(control, ${words.closed})) {
    const orders = Atomics.load(control, ${words.orders});
    let spun = 0;
    while (Atomics.load(control, ${words.left}) <= 0 && spun < spins) spun++;
    if (spun === spins) {
      Atomics.store(control, ${words.asleep}, 1);
      if (!Atomics.load(control, ${words.closed})) Atomics.wait(control, ${words.orders}, orders);
      continue;
    }
    while (takeChunk());
  }
}`;
