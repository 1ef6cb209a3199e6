/**
 * Measures whether workers pay. On a machine that other programs use too, a worker may lose its
 * processor in the middle of a chunk. Waiting for that chunk may take longer than doing all the
 * work alone.
 *
 * @module
 */

type Way = "together" | "alone";
const OTHER: Record<Way, Way> = { together: "alone", alone: "together" };

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
  #way: Way = "together";
  /** Time over work in the last stretch of each way. */
  readonly #paces: Record<Way, number> = { together: Infinity, alone: Infinity };
  #isTrial = false;
  /**
   * The number of stretches until the next trial. It doubles each time that the other way has lost.
   */
  #left = 1;
  #patience = 1;
  #work = 0;
  #time = 0;

  /** Whether to use the workers. */
  get together(): boolean {
    return this.#way === "together";
  }

  /** Takes note of some work, in nanoseconds as estimated, and of the milliseconds that it took. */
  note(work: number, time: number): void {
    this.#work += work;
    this.#time += time;
    if (this.#work < STRETCH) return;
    const pace = this.#time / this.#work;
    this.#work = this.#time = 0;
    const before = this.#paces[this.#way];
    this.#paces[this.#way] = pace;
    if (this.#isTrial) this.#judge(pace);
    else if (--this.#left <= 0 || pace > SLOWER * before) this.#change(true);
  }

  #judge(pace: number): void {
    const isBetter = pace < this.#paces[OTHER[this.#way]];
    this.#patience = isBetter ? 1 : Math.min(2 * this.#patience, MOST_STRETCHES);
    this.#left = this.#patience;
    if (isBetter) this.#isTrial = false;
    else this.#change(false);
  }

  #change(isTrial: boolean): void {
    this.#way = OTHER[this.#way];
    this.#isTrial = isTrial;
  }
}
