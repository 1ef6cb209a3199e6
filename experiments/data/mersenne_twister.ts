/**
 * NumPy's legacy generator: the draws of `numpy.random.seed(seed)` and `numpy.random.rand()`, which
 * define the data set ds_corr.
 *
 * Matsumoto and Nishimura (1998), Mersenne Twister: a 623-dimensionally equidistributed uniform
 * pseudorandom number generator. Everything else draws from the library's keys.
 *
 * @module
 */

/** The number of words of the state, and the distance of the two words that are combined. */
const WORDS = 624, DISTANCE = 397;
/** The twist matrix, of which only the last row is not a shift. */
const TWIST = 0x9908b0df;

/**
 * A source of uniform numbers in [0, 1): each call of the result draws the next one, with 53 random
 * bits.
 *
 * @param seed a 32-bit number
 */
export function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(WORDS);
  state[0] = seed;
  for (let i = 1; i < WORDS; i++) {
    state[i] = Math.imul(1812433253, state[i - 1] ^ state[i - 1] >>> 30) + i;
  }
  let at = WORDS;

  function next(): number {
    if (at === WORDS) {
      twist(state);
      at = 0;
    }
    let word = state[at++];
    word ^= word >>> 11;
    word ^= word << 7 & 0x9d2c5680;
    word ^= word << 15 & 0xefc60000;
    return (word ^ word >>> 18) >>> 0;
  }
  // The upper 27 bits of one word and the upper 26 bits of the next.
  return () => ((next() >>> 5) * 2 ** 26 + (next() >>> 6)) / 2 ** 53;
}

/** Replaces all words of the state by the next ones. */
function twist(state: Uint32Array): void {
  for (let i = 0; i < WORDS; i++) {
    const joined = state[i] & 0x80000000 | state[(i + 1) % WORDS] & 0x7fffffff;
    state[i] = state[(i + DISTANCE) % WORDS] ^ joined >>> 1 ^ (joined & 1 ? TWIST : 0);
  }
}
