/**
 * Tabulated laws on the line, for quadrature where there is no closed form.
 *
 * @module
 */

/** All laws of this folder live on (−5, 5). */
const BOUND = 5;

/** A distribution, given by its distribution function at the ends of equally wide cells. */
export class Law {
  constructor(readonly at: Float64Array) {}

  /** Tabulates a distribution function. */
  static of(cdf: (y: number) => number, cells: number): Law {
    return new Law(
      Float64Array.from({ length: cells + 1 }, (_, i) => cdf(i * 2 * BOUND / cells - BOUND)),
    );
  }

  /**
   * Adds p·P(f + s·E ≤ y) to `sums` for each cell end y, where E has this law and s > 0. The term
   * is p·cdf((y − f)/s), computed many times faster than through {@linkcode cdf}.
   */
  addTo(sums: Float64Array, { f, s, p }: { f: number; s: number; p: number }): void {
    const { at, cells } = this;
    // (y − f)/s as a position in cells: for the end of cell i it is first + i/s.
    const first = ((-BOUND - f) / s + BOUND) * cells / (2 * BOUND);
    for (let i = 0; i <= cells; i++) {
      const place = Math.min(cells, Math.max(0, first + i / s));
      const cell = Math.min(cells - 1, Math.floor(place));
      sums[i] += p * (at[cell] + (place - cell) * (at[cell + 1] - at[cell]));
    }
  }

  /** The number of cells. */
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

  /** The log-density. */
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
