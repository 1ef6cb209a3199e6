/**
 * The threads of the cpu device: workers that take chunks of a program's parts next to the thread that runs it.
 *
 * @module
 */
import type { Part } from "./program.ts";
import { startWorker, type WorkerHandle } from "./start.ts";
import { type Run, words } from "./worker.ts";

/** A program that is ready to run. */
export interface Compiled {
  /** Tells it from all others. */
  readonly number: number;
  readonly parts: readonly (Part & { readonly run: Run })[];
  /** Where its module lies in memory for the workers, if a part is divided. */
  readonly address: number;
  readonly length: number;
}

/** How often to look whether the last chunks are finished before going to sleep. */
const spins = 20_000;

/**
 * A worker whose processor another process took away keeps all others waiting for its chunk. So the milliseconds that workers
 * save are weighed against those waits, up to so many in advance. When they are used up, orders are run without workers,
 * who go to sleep: so many orders, and twice as many each time, until workers have paid for as long as they last rested.
 */
const credit = 10, leastAlone = 64, mostAlone = 8192;

/** The nanoseconds of divisible work after which starting workers pays. */
const startAfter = 50e6;

/** Whether there is shared memory and something to share it with; in a browser the page must be isolated. */
export const canShare: boolean = typeof SharedArrayBuffer === "function" &&
  typeof Worker === "function";

/** Some workers; they start when there was enough to do, and the running thread never waits for them to start. */
export class Pool {
  readonly #control: Int32Array<SharedArrayBuffer> = new Int32Array(
    new SharedArrayBuffer(4 * words.count),
  );
  #workers: WorkerHandle[] | undefined;
  #work = 0;
  /** How many orders are still to be run without workers, and the last such number. */
  #alone = 0;
  #penalty = leastAlone;
  /** Orders run with workers since. */
  #together = 0;
  /** Milliseconds that workers have saved, less those that they were waited for. */
  #balance = credit;
  readonly #maySleep: boolean;

  /** @param workers how many besides the thread that runs programs */
  constructor(readonly memory: WebAssembly.Memory, readonly workers: number) {
    this.#maySleep = maySleep(this.#control);
  }

  /** How many workers have started. */
  get ready(): number {
    return Atomics.load(this.#control, words.ready);
  }

  /** Runs a program, with the workers that are there. */
  run(program: Compiled, slots: number, scratch: number): void {
    const control = this.#control;
    program.parts.forEach(({ chunks, time, run }, part) => {
      if (chunks === 1 || this.#alone > 0 || this.ready === 0) {
        run(0, chunks, slots, scratch, 0);
        if (chunks > 1) this.#count(time);
        return;
      }
      this.#together++;
      control[words.program] = program.number;
      control[words.part] = part;
      control[words.slots] = slots;
      control[words.scratch] = scratch;
      control[words.address] = program.address;
      control[words.length] = program.length;
      control[words.parts] = program.parts.length;
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
      const waited = Atomics.sub(control, words.unfinished, done) === done ? 0 : this.#finish();
      // The time of a part is rather estimated too high.
      this.#weigh(time / 1e6 * (chunks - done) / chunks / 2 - waited);
      if (Atomics.load(control, words.failed)) throw new Error("A worker of the cpu device failed");
    });
  }

  /** Starts the workers once there was enough to do without them. */
  #count(time: number): void {
    if (this.#alone > 0) this.#alone--;
    if (this.#workers !== undefined) return;
    this.#work += time;
    if (this.#work > startAfter) this.start();
  }

  /** Waits for the chunks that workers have taken; returns the milliseconds. */
  #finish(): number {
    const control = this.#control;
    const start = performance.now();
    for (let spun = 0; spun < spins || !this.#maySleep; spun++) {
      if (Atomics.load(control, words.unfinished) === 0) return performance.now() - start;
    }
    Atomics.store(control, words.waiting, 1);
    for (;;) {
      const unfinished = Atomics.load(control, words.unfinished);
      if (unfinished === 0) break;
      Atomics.wait(control, words.unfinished, unfinished);
    }
    Atomics.store(control, words.waiting, 0);
    return performance.now() - start;
  }

  /** Enters what workers saved in an order, and has them rest where they do not pay. */
  #weigh(saved: number): void {
    this.#balance = Math.min(credit, this.#balance + saved);
    if (this.#balance > 0) return;
    this.#penalty = this.#together < this.#penalty
      ? Math.min(2 * this.#penalty, mostAlone)
      : leastAlone;
    [this.#alone, this.#together, this.#balance] = [this.#penalty, 0, credit];
  }

  #wake(): void {
    Atomics.store(this.#control, words.asleep, 0);
    Atomics.notify(this.#control, words.orders);
  }

  /** Starts the workers. Nothing depends on whether or when they come. */
  start(): void {
    this.#workers = [];
    for (let thread = 1; thread <= this.workers; thread++) {
      this.#workers.push(
        startWorker({ memory: this.memory, control: this.#control, thread, words }),
      );
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

/** Whether this thread may wait; that of a browser's page may not. */
function maySleep(control: Int32Array<SharedArrayBuffer>): boolean {
  try {
    Atomics.wait(control, words.waiting, 1); // it is 0: returns at once
    return true;
  } catch {
    return false;
  }
}
