/**
 * A law on the line, tabulated: what quadrature takes where there is no closed form.
 *
 * @module
 */

/** The laws of this folder are on (−5, 5). */
const BOUND = 5;

/** A distribution, given by its distribution function at the ends of cells that are equally wide. */
export class Law {
  constructor(readonly at: Float64Array) {}

  /** The law of a distribution function, in a number of cells. */
  static of(cdf: (y: number) => number, cells: number): Law {
    return new Law(
      Float64Array.from({ length: cells + 1 }, (_, i) => cdf(i * 2 * BOUND / cells - BOUND)),
    );
  }

  /**
   * Adds the distribution function of f + s·E, times p, to numbers at the ends of the cells, for an E of this law and s > 0. It is
   * p·cdf((y − f)/s) at each end y, many times as fast as by {@linkcode cdf}.
   */
  addTo(sums: Float64Array, { f, s, p }: { f: number; s: number; p: number }): void {
    const { at, cells } = this;
    // Where (y − f)/s is, in cells: the end of cell i comes to first + i/s.
    const first = ((-BOUND - f) / s + BOUND) * cells / (2 * BOUND);
    for (let i = 0; i <= cells; i++) {
      const place = Math.min(cells, Math.max(0, first + i / s));
      const cell = Math.min(cells - 1, Math.floor(place));
      sums[i] += p * (at[cell] + (place - cell) * (at[cell + 1] - at[cell]));
    }
  }

  /** How many cells there are. */
  get cells(): number {
    return this.at.length - 1;
  }

  /** The distribution function. */
  cdf(y: number): number {
    const place = (y + BOUND) * this.cells / (2 * BOUND);
    const cell = Math.min(this.cells - 1, Math.max(0, Math.floor(place)));
    const share = Math.min(1, Math.max(0, place - cell));
    return this.at[cell] + share * (this.at[cell + 1] - this.at[cell]);
  }

  /** The logarithm of the density. */
  logDensity(y: number): number {
    const cell = Math.floor((y + BOUND) * this.cells / (2 * BOUND));
    return Math.log((this.at[cell + 1] - this.at[cell]) * this.cells / (2 * BOUND));
  }

  /** The entropy in nats. */
  entropy(): number {
    let total = 0;
    for (let cell = 0; cell < this.cells; cell++) {
      const mass = this.at[cell + 1] - this.at[cell];
      if (mass > 0) total -= mass * Math.log(mass * this.cells / (2 * BOUND));
    }
    return total;
  }
}
