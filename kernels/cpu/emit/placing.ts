/**
 * Where values belong: in which loop an expression is computed, and how it changes from lane to
 * lane.
 *
 * @module
 */
import type { Atom, Expr, Index } from "../../formula.ts";
import { remember } from "../../remember.ts";
import type { Loop } from "./loops.ts";

/**
 * The depth of the innermost loop that something depends on, and whether it differs between the
 * lanes.
 */
export interface Place {
  readonly level: number;
  readonly lanes: boolean;
}

const outside: Place = { level: 0, lanes: false };

const deeper = (a: Place, b: Place): Place => ({
  level: Math.max(a.level, b.level),
  lanes: a.lanes || b.lanes,
});

/**
 * Gives the places of formulas under some loops. Loop i, from 0, has level i + 1; `result` has the
 * level after the last.
 */
export class Placing {
  /** The axis whose neighbouring positions are computed at once. */
  readonly laneAxis: number;
  /** The level after all loops. */
  readonly depth: number;
  readonly #axes: Map<number, Place>;
  readonly #places: Map<Expr | Index | Atom, Place> = new Map();

  /** @param laneLevel the level of the loop that goes through the lane axis */
  constructor(loops: readonly Loop[], readonly laneLevel: number) {
    this.laneAxis = loops[laneLevel - 1].axis;
    this.depth = loops.length + 1;
    this.#axes = new Map(
      loops.map(({ axis }, i) => [axis, { level: i + 1, lanes: i + 1 === laneLevel }]),
    );
  }

  /** The place of an expression, an index or an atom. */
  of(thing: Expr | Index | Atom): Place {
    return remember(this.#places, thing, () => this.#of(thing));
  }

  #of(thing: Expr | Index | Atom): Place {
    if (!("kind" in thing)) {
      return thing.terms.reduce((p, t) => deeper(p, this.of(t.atom)), outside);
    }
    switch (thing.kind) {
      case "axis": // unknown if it was merged into another
        return this.#axes.get(thing.axis) ?? outside;
      case "value":
      case "quotient":
      case "remainder":
        return this.of(thing.of);
      case "constant":
        return outside;
      case "load":
      case "position":
        return this.of(thing.at);
      case "result":
        return { level: this.depth, lanes: true };
      case "call":
        return thing.args.reduce((place, arg) => deeper(place, this.of(arg)), outside);
    }
  }

  /** How far an index moves from one lane to the next; undefined where that is not a constant. */
  stride(index: Index): number | undefined {
    let stride = 0;
    for (const { atom, scale } of index.terms) {
      const step = this.strideOfAtom(atom);
      if (step === undefined) return undefined;
      stride += step * scale;
    }
    return stride;
  }

  /** How far an atom moves from one lane to the next. */
  strideOfAtom(atom: Atom): number | undefined {
    if (!this.of(atom).lanes) return 0;
    if (atom.kind === "axis") return 1;
    if (atom.kind === "value") return undefined;
    return this.stride(atom.of) === 0 ? 0 : undefined;
  }
}
