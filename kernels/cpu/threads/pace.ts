/**
 * Measures whether workers pay. On a machine that other programs use too, a worker may lose its
 * processor in the middle of a chunk. Waiting for that chunk may take longer than doing all the
 * work alone.
 *
 * @module
 */

/** A way of working is judged after this many nanoseconds of work, as estimated. */
const STRETCH = 50e6;
/** The largest number of stretches from one trial of the other way to the next. */
const MOST_STRETCHES = 128;
/** A stretch this many times slower than the one before leads to a trial at once. */
const SLOWER = 1.5;

/**
 * Chooses between two ways of working, with workers and alone: the one that was quicker when both
 * were tried last.
 */
export class Pace {
  /** Whether to use the workers. */
  together = true;
  /** Time over work in the last stretch alone, and together. */
  readonly #paces = [Infinity, Infinity];
  #isTrial = false;
  /**
   * The number of stretches until the next trial. It doubles each time that the other way has lost.
   */
  #left = 1;
  #patience = 1;
  #work = 0;
  #time = 0;

  /** Takes note of some work, in nanoseconds as estimated, and of the milliseconds that it took. */
  note(work: number, time: number): void {
    this.#work += work;
    this.#time += time;
    if (this.#work < STRETCH) return;
    const pace = this.#time / this.#work;
    this.#work = this.#time = 0;
    const way = Number(this.together);
    const before = this.#paces[way];
    this.#paces[way] = pace;
    if (this.#isTrial) {
      const isBetter = pace < this.#paces[1 - way];
      this.#left = this.#patience = isBetter ? 1 : Math.min(2 * this.#patience, MOST_STRETCHES);
      this.#isTrial = false;
      if (isBetter) return;
    } else {
      if (--this.#left > 0 && pace <= SLOWER * before) return;
      this.#isTrial = true;
    }
    this.together = !this.together;
  }
}
