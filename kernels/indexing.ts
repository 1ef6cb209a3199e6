/**
 * Index arithmetic: the integers that say which element of a buffer a kernel reads.
 *
 * A movement op (reshape, transpose, slice, …) copies nothing; it rewrites the index at which its
 * input is read. An {@linkcode Index} is a sum `constant + Σ scale · atom`. An atom is a loop
 * variable, a quotient or remainder of another index (which a reshape leaves where it cannot be
 * undone), or an integer that the kernel computes (the index that a gather reads). The scales are
 * the strides of the loop variables.
 *
 * Worked example: reading a [4, 6] buffer through reshape([2, 2, 6]) and reshape([24]) at position
 * i gives `6·(2·⌊i/12⌋ + ⌊i/6⌋ mod 2) + i mod 6`, which {@linkcode add} folds back to `i`.
 *
 * @module
 */
import type { Atom, Expr, Index, Term } from "./formula.ts";

function index(constant: number, terms: readonly Term[]): Index {
  let min = constant, max = constant;
  for (const { atom, scale } of terms) {
    const reach = scale * Math.max(0, atom.size - 1);
    if (reach < 0) min += reach;
    else max += reach;
  }
  return { constant, terms, min, max };
}

const ofAtom = (atom: Atom): Index =>
  atom.size <= 1 ? index(0, []) : index(0, [{ atom, scale: 1 }]);

/** The loop variable of an axis. */
export const axisIndex = (axis: number, size: number): Index =>
  ofAtom({ kind: "axis", axis, size });

/** An index that is computed by the kernel; the expression must keep it within 0 … size − 1. */
export const valueIndex = (of: Expr, size: number): Index => ofAtom({ kind: "value", of, size });

/** A fixed integer. */
export const constantIndex = (value: number): Index => index(value, []);

/** n · a. */
export function scale(a: Index, n: number): Index {
  if (n === 0) return constantIndex(0);
  return n === 1
    ? a
    : index(a.constant * n, a.terms.map((t) => ({ atom: t.atom, scale: t.scale * n })));
}

/** The sum of some indices, with `by·s·⌊x/by⌋ + s·(x mod by)` put back together as `s·x`. */
export function add(...parts: readonly Index[]): Index {
  let constant = 0;
  const terms: Term[] = [];
  const include = (atom: Atom, scale: number) => {
    const at = terms.findIndex((t) => sameAtom(t.atom, atom));
    if (at < 0) terms.push({ atom, scale });
    else {
      const total = terms[at].scale + scale;
      terms.splice(at, 1, ...(total === 0 ? [] : [{ atom, scale: total }]));
    }
  };
  for (const part of parts) {
    constant += part.constant;
    for (const { atom, scale } of part.terms) include(atom, scale);
  }
  for (let i = 0; i < terms.length; i++) {
    const { atom, scale: s } = terms[i];
    if (atom.kind !== "remainder") continue;
    const { of, by } = atom;
    const partner = terms.findIndex((t) =>
      t.scale === s * by && t.atom.kind === "quotient" && t.atom.by === by &&
      sameIndex(t.atom.of, of)
    );
    if (partner < 0) continue;
    const rest = terms.filter((_, j) => j !== i && j !== partner);
    return add(index(constant, rest), scale(of, s));
  }
  return index(constant, terms);
}

/** The index with another one in the place of each atom. */
export const mapAtoms = (a: Index, f: (atom: Atom) => Index): Index =>
  add(constantIndex(a.constant), ...a.terms.map((t) => scale(f(t.atom), t.scale)));

/** Splits a = by · quotient + remainder with 0 ≤ remainder < by; a must not be negative. */
export function divide(a: Index, by: number): { quotient: Index; remainder: Index } {
  if (by === 1) return { quotient: a, remainder: constantIndex(0) };
  const whole = a.terms.filter((t) => t.scale % by === 0);
  const part = a.terms.filter((t) => t.scale % by !== 0);
  const constant = ((a.constant % by) + by) % by;
  const rest = index(constant, part);
  if (rest.min < 0) return unsplit(a, by);
  const quotient = index((a.constant - constant) / by, divided(whole, by));
  if (rest.max < by) return { quotient, remainder: rest };
  // ⌊(g·x + c) / by⌋ = ⌊x / (by/g)⌋ when g divides by and 0 ≤ c < g.
  const g = part.reduce((g, t) => gcd(g, Math.abs(t.scale)), by);
  if (g > 1 && constant < g) {
    const smaller = unsplit(index(0, divided(part, g)), by / g);
    return {
      quotient: add(quotient, smaller.quotient),
      remainder: add(scale(smaller.remainder, g), constantIndex(constant)),
    };
  }
  const split = unsplit(rest, by);
  return { quotient: add(quotient, split.quotient), remainder: split.remainder };
}

function unsplit(of: Index, by: number): { quotient: Index; remainder: Index } {
  return {
    quotient: ofAtom({ kind: "quotient", of, by, size: Math.floor(of.max / by) + 1 }),
    remainder: ofAtom({ kind: "remainder", of, by, size: Math.min(by, of.max + 1) }),
  };
}

/** Terms of which all scales are multiples of a number, divided by it. */
const divided = (terms: readonly Term[], by: number): Term[] =>
  terms.map(({ atom, scale }) => ({ atom, scale: scale / by }));

const gcd = (a: number, b: number): number => b === 0 ? a : gcd(b, a % b);

/** The row-major position of a multi-dimensional index in a buffer of the given shape. */
export function flatten(at: readonly Index[], shape: readonly number[]): Index {
  let stride = 1;
  const parts: Index[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    parts.push(scale(at[axis], stride));
    stride *= shape[axis];
  }
  return add(...parts.reverse());
}

/** The loop variables of a space, one for each axis. */
export const axesOf = (space: readonly number[]): Index[] =>
  space.map((size, axis) => axisIndex(axis, size));

/** The inverse of {@linkcode flatten}. */
export function unflatten(flat: Index, shape: readonly number[]): Index[] {
  const at: Index[] = new Array(shape.length);
  let rest = flat;
  for (let axis = shape.length - 1; axis > 0; axis--) {
    const { quotient, remainder } = divide(rest, shape[axis]);
    at[axis] = remainder;
    rest = quotient;
  }
  if (shape.length > 0) at[0] = rest;
  return at;
}

/**
 * Whether two indices are written the same way, and thus are equal for all values of the loop
 * variables.
 */
export function sameIndex(a: Index, b: Index): boolean {
  return a === b || a.constant === b.constant && a.terms.length === b.terms.length &&
      a.terms.every((t) => b.terms.some((u) => t.scale === u.scale && sameAtom(t.atom, u.atom)));
}

function sameAtom(a: Atom, b: Atom): boolean {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  if (a.kind === "axis") return b.kind === "axis" && a.axis === b.axis;
  if (a.kind === "value") return b.kind === "value" && a.of === b.of;
  return a.kind === b.kind && a.by === b.by && sameIndex(a.of, b.of);
}

/**
 * The step of the index when the loop variable of an axis grows by one; undefined where it varies.
 */
export function strideOf(a: Index, axis: number): number | undefined {
  const isFixed = ({ atom }: Term): boolean =>
    atom.kind === "axis" || atom.kind !== "value" && strideOf(atom.of, axis) === 0;
  return a.terms.every(isFixed) ? scaleOf(a, axis) : undefined;
}

/** The scale of an axis itself, leaving out what an index computes from it; 0 without the axis. */
export const scaleOf = (a: Index, axis: number): number =>
  a.terms.find(({ atom }) => atom.kind === "axis" && atom.axis === axis)?.scale ?? 0;

/** Whether the index is a sum of loop variables alone: a strided view. */
export const isStrided = (a: Index): boolean => a.terms.every((t) => t.atom.kind === "axis");
