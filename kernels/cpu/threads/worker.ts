/**
 * What a worker of the cpu device does, and the words in shared memory through which it is told.
 *
 * A worker that waits cannot get messages. So the thread that runs a program writes down what is to be done (an *order*),
 * and then the number of its chunks that are left. Whoever takes one off that number has got a chunk, and as long
 * as it is not finished the order stands. The words are the whole protocol: nobody waits for a worker that is late,
 * the others just take its chunks.
 *
 * @module
 */

/** Where the words lie: those that are written often each have a cache line (16 words) of their own. */
export const words = {
  /** Chunks of the order that nobody has taken yet; 0 or less if there are none. */
  left: 0,
  /** Chunks of the order that are not finished. */
  unfinished: 16,
  /** Counts orders; idle workers sleep on it. */
  orders: 32,
  /** 1 if a worker may be asleep. */
  asleep: 33,
  /** 1 while the running thread sleeps until nothing is unfinished. */
  waiting: 48,
  /** How many workers have started. */
  ready: 49,
  /** 1 if a worker came upon an error. */
  failed: 50,
  /** 1 if the workers are to end. */
  closed: 51,
  /** The order: which program, and which part of it … */
  program: 64,
  part: 65,
  /** … with which arguments … */
  slots: 66,
  scratch: 67,
  /** … and where in memory the module of the program lies, how long it is, and how many parts it has. */
  address: 68,
  length: 69,
  parts: 70,
  /** The number of words. */
  count: 80,
} as const;

/** Does chunks of a part of a program. */
export type Run = (
  begin: number,
  end: number,
  slots: number,
  scratch: number,
  thread: number,
) => void;

/** What a worker gets to know. */
export interface Invitation {
  readonly memory: WebAssembly.Memory;
  readonly control: Int32Array<SharedArrayBuffer>;
  readonly thread: number;
}

/**
 * The JavaScript of a worker: a function of an {@linkcode Invitation} that works until the pool is closed. It is a text and
 * not a function, since bundlers rewrite functions: they may call helpers that a worker does not have.
 *
 * It spins for a while when there is nothing to do, as the next part of a program comes within microseconds, then sleeps.
 */
export const work: string = /* js */ `({ memory, control, thread }) => {
  const spins = 20000, programsKept = 64;
  const programs = new Map();

  // The parts of the program that is ordered.
  function load() {
    const program = control[${words.program}];
    let parts = programs.get(program);
    if (parts === undefined) {
      // A memory that another thread made larger may still look small from here, until it is asked to grow.
      memory.grow(0);
      const address = control[${words.address}];
      const bytes = new Uint8Array(memory.buffer).slice(address, address + control[${words.length}]);
      const module = new WebAssembly.Module(bytes);
      const { exports } = new WebAssembly.Instance(module, { host: { memory } });
      parts = Array.from({ length: control[${words.parts}] }, (_, i) => exports["part" + i]);
      programs.set(program, parts);
      if (programs.size > programsKept) programs.delete(programs.keys().next().value);
    }
    return parts;
  }

  function takeChunk() {
    const chunk = Atomics.sub(control, ${words.left}, 1) - 1;
    if (chunk < 0) return false;
    try {
      const run = load()[control[${words.part}]];
      run(chunk, chunk + 1, control[${words.slots}], control[${words.scratch}], thread);
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
    const order = Atomics.load(control, ${words.orders});
    let spun = 0;
    while (Atomics.load(control, ${words.left}) <= 0 && spun < spins) spun++;
    if (spun === spins) {
      Atomics.store(control, ${words.asleep}, 1);
      if (!Atomics.load(control, ${words.closed})) Atomics.wait(control, ${words.orders}, order);
      continue;
    }
    while (takeChunk());
  }
}`;
