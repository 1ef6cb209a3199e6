/**
 * Loop nests: puts the code that {@linkcode Formulas} sorted by level into loops.
 *
 * The loop over the lane axis goes in steps of four, or of sixteen where four independent sums then
 * overlap in time. It ends with a tail of one to three lanes. Each of these is a version of the
 * code.
 *
 * @module
 */
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { Formulas } from "./formula.ts";
import type { Source } from "./indices.ts";
import type { Loop } from "./loops.ts";

/** An end of a loop, known now or held by a local. */
export type Bound = { readonly constant: number } | { readonly local: number };

/** The parameters of every function. The addresses of its loads follow those of its outputs. */
export const parameters = { begin: 0, end: 1, scratch: 2, own: 3, outputs: 4 } as const;

/** Pushes an end of a loop. */
export const pushBound = (code: Code, bound: Bound): Code =>
  "local" in bound ? code.get(bound.local) : code.i32(bound.constant);

/** Replaces the top of the stack, of which a local takes a copy, by a bound where that is less. */
export const pushLesser = (code: Code, local: number, bound: Bound): Code =>
  pushBound(pushBound(code.tee(local), bound).get(local), bound).op("i32.lt_u").op("select");

/**
 * for (variable = from; variable < to; variable += step) body. `to` is below 2³¹; the last step may
 * pass that.
 */
export function loop(variable: number, from: Bound, to: Bound, step: number, body: Code): Code {
  const known = "constant" in from && "constant" in to;
  if (known && from.constant >= to.constant) return new Code();
  const again = () => pushBound(new Code().get(variable), to).op("i32.lt_u");
  const next = new Code().append(body).get(variable).i32(step).op("i32.add").set(variable);
  const rounds = new Code().repeat(next, again());
  const code = pushBound(new Code(), from).set(variable);
  return known ? code.append(rounds) : code.append(again()).when(rounds);
}

/** A loop that moves an address by some elements a turn. */
export interface Steps {
  readonly size: number;
  readonly stride: number;
}

/**
 * Puts code that goes through the last of some loops into the others. It moves an address by all
 * its steps, and each turn of a loop further out moves the address on.
 */
export function inTurns(
  fn: FunctionBuilder,
  loops: readonly Steps[],
  address: number,
  innermost: Code,
  first?: Bound,
): Code {
  let code = innermost;
  for (let level = loops.length - 2; level >= 0; level--) {
    const { size, stride } = loops[level], inner = loops[level + 1];
    code.get(address).i32(4 * (stride - inner.size * inner.stride)).op("i32.add").set(address);
    const end = level === 0 && first !== undefined ? first : { constant: size };
    code = loop(fn.local("i32"), { constant: 0 }, end, 1, code);
  }
  return code;
}

/** Some loops, one of which goes through the lane axis, and the formulas in them. */
export class Nest {
  readonly formulas: Formulas;

  /**
   * @param ranged the level of the loop that runs from parameter `begin` to parameter `end` only; 0
   * if none does
   */
  constructor(
    readonly fn: FunctionBuilder,
    readonly loops: readonly Loop[],
    readonly laneLevel: number,
    sources: readonly Source[],
    readonly ranged: number,
  ) {
    this.formulas = new Formulas(fn, loops, laneLevel, sources);
  }

  /** Where the loop at a level starts and ends. */
  bounds(level: number): [Bound, Bound] {
    if (level === this.ranged) return [{ local: parameters.begin }, { local: parameters.end }];
    return [{ constant: 0 }, { constant: this.loops[level - 1].size }];
  }

  /** Puts code into the loops of levels `from` … `to`; level 0 is what comes before all loops. */
  wrap(code: Code, to: number, from = 0): Code {
    for (let level = to; level >= from; level--) {
      const body = new Code().append(this.formulas.levels[level]).append(code);
      code = level === 0
        ? body
        : loop(this.formulas.variables[level], ...this.bounds(level), 1, body);
    }
    return code;
  }

  /**
   * The loop over the lane axis. `write` gives the body of a version, for groups of four lanes at
   * some positions. The last group has only `rest` lanes where that is not 0.
   */
  lanes(
    write: (positions: readonly number[], rest: number) => Code,
    groups = 1,
    [from, to]: [Bound, Bound] = this.bounds(this.laneLevel),
  ): Code {
    const { laneLevel } = this;
    const { size } = this.loops[laneLevel - 1];
    const position = this.formulas.variables[laneLevel];
    const rest = size % 4;
    const full = size - rest;
    const code = new Code();
    const version = (groups: number, rest: number): Code => {
      this.formulas.version(rest);
      const positions = Array.from({ length: groups }, (_, group) => {
        if (group === 0) return position;
        const local = this.fn.local("i32");
        const start = this.formulas.levels[laneLevel];
        start.get(position).i32(4 * group).op("i32.add").set(local);
        return local;
      });
      return write(positions, rest);
    };
    const limit = (margin: number): Bound => {
      if ("constant" in to) return { constant: Math.min(to.constant, full) - margin };
      const local = this.fn.local("i32");
      pushLesser(code.get(to.local), local, { constant: full }).tee(local);
      code.i32(margin).get(local).i32(margin).op("i32.ge_u").op("select");
      code.i32(margin).op("i32.sub").set(local);
      return { local };
    };
    const next: Bound = { local: position };
    let start = from;
    if (groups > 1 && full >= 4 * groups) {
      const end = limit(4 * groups - 1);
      code.append(loop(position, from, end, 4 * groups, version(groups, 0)));
      start = next;
    }
    if (full > 0 && !("constant" in to && groups > 1 && full % (4 * groups) === 0)) {
      const end = limit(0);
      code.append(loop(position, start, end, 4, version(1, 0)));
    }
    if (rest > 0) {
      const tail = new Code().i32(full).set(position).append(version(1, rest));
      if ("constant" in to) code.append(tail);
      else pushBound(code, to).i32(size).op("i32.eq").when(tail);
    }
    return code;
  }
}
