/**
 * The threads of the cpu device: workers that take chunks of a program's parts, beside the thread
 * that runs the program.
 *
 * @module
 */
import { Pace } from "./pace.ts";
import { startWorker, type WorkerHandle } from "./start.ts";
import { type Run, words } from "./worker.ts";

/**
 * A step of a program that all threads do together: the function
 * `part<number>(begin, end, slots, scratch, thread)` of its module.
 */
export interface Part {
  readonly chunks: number;
  /** The estimated time that all chunks take one thread, in nanoseconds. */
  readonly time: number;
}

/** A program that is ready to run. */
export interface RunnableProgram {
  /** A number that no other program has. */
  readonly number: number;
  readonly parts: readonly (Part & { readonly run: Run })[];
  /** The address of the module in memory, for the workers; -1 if no part is divided. */
  readonly address: number;
  readonly length: number;
}

/** The number of looks at the unfinished chunks before this thread goes to sleep. */
const spins = 20_000;

/** Workers start after this many nanoseconds of divisible work: then they pay. */
const startAfter = 50e6;

/**
 * The workers of a device. They start after some work, and the running thread never waits for them
 * to start.
 */
export class Threads {
  readonly #control: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(4 * words.count),
  );
  #workers: WorkerHandle[] | undefined;
  #work = 0;
  readonly #pace = new Pace();
  readonly #maySleep = maySleep(this.#control);

  /** @param count the number of workers, besides the thread that runs programs */
  constructor(readonly memory: WebAssembly.Memory, readonly count: number) {}

  /** Whether the workers were asked to start. */
  get isAwake(): boolean {
    return this.#workers !== undefined;
  }

  /** The number of workers that have started. */
  get ready(): number {
    return Atomics.load(this.#control, words.ready);
  }

  /** Runs a program, with the workers where they pay. */
  run(program: RunnableProgram, slots: number, scratch: number): void {
    const began = performance.now();
    const areReady = this.ready > 0;
    let work = 0;
    program.parts.forEach(({ chunks, time, run }, part) => {
      if (chunks > 1) work += time;
      if (chunks === 1 || !areReady || !this.#pace.together) run(0, chunks, slots, scratch, 0);
      else this.#share(program, part, slots, scratch);
    });
    if (areReady) this.#pace.note(work, performance.now() - began);
    else if (this.#workers === undefined && (this.#work += work) > startAfter) this.start();
  }

  /** Runs a part of a program together with the workers. */
  #share(program: RunnableProgram, part: number, slots: number, scratch: number): void {
    const control = this.#control;
    const { number, parts, address, length } = program;
    const { chunks, run } = parts[part];
    control.set([number, part, slots, scratch, address, length], words.order);
    Atomics.store(control, words.unfinished, chunks);
    Atomics.store(control, words.left, chunks);
    Atomics.add(control, words.orders, 1);
    if (Atomics.load(control, words.asleep)) this.#wake();
    let done = 0;
    for (;;) {
      const chunk = Atomics.sub(control, words.left, 1) - 1;
      if (chunk < 0) break;
      run(chunk, chunk + 1, slots, scratch, 0);
      done++;
    }
    if (Atomics.sub(control, words.unfinished, done) !== done) this.#finish();
    if (Atomics.load(control, words.failed)) throw new Error("A worker of the cpu device failed");
  }

  /** Waits for the chunks that workers have taken. */
  #finish(): void {
    const control = this.#control;
    for (let spun = 0; spun < spins || !this.#maySleep; spun++) {
      if (Atomics.load(control, words.unfinished) === 0) return;
    }
    Atomics.store(control, words.waiting, 1);
    for (;;) {
      const unfinished = Atomics.load(control, words.unfinished);
      if (unfinished === 0) break;
      Atomics.wait(control, words.unfinished, unfinished);
    }
    Atomics.store(control, words.waiting, 0);
  }

  #wake(): void {
    Atomics.store(this.#control, words.asleep, 0);
    Atomics.notify(this.#control, words.orders);
  }

  /**
   * Starts the workers. Results do not depend on them. If one does not start, a warning says so,
   * once.
   */
  start(): void {
    const workers: WorkerHandle[] = this.#workers = [];
    let isTold = false;
    const fail = (why: unknown) => {
      if (isTold) return;
      isTold = true;
      const reason = why instanceof Error ? why.message : why;
      console.warn(`A thread of the cpu device cannot work; the others go on: ${reason}`);
    };
    try {
      for (let thread = 1; thread <= this.count; thread++) {
        workers.push(startWorker({ memory: this.memory, control: this.#control, thread }, fail));
      }
    } catch (error) {
      fail(error);
    }
  }

  /** Ends the workers. */
  close(): void {
    Atomics.store(this.#control, words.closed, 1);
    Atomics.add(this.#control, words.orders, 1);
    this.#wake();
    this.#workers?.forEach((worker) => void worker.terminate());
    this.#workers = [];
  }
}

/** Whether this thread may wait; the main thread of a page may not. */
function maySleep(control: Int32Array<SharedArrayBuffer>): boolean {
  try {
    Atomics.wait(control, words.waiting, 1); // it is 0: returns at once
    return true;
  } catch {
    return false;
  }
}
