/**
 * Scans: running sums along an axis.
 *
 * The lanes are four neighbouring sums, or where the axis is the last one, four neighbouring elements of one sum.
 *
 * @module
 */
import { sizeOf } from "../graph.ts";
import { formulasOf, type ScanKernel } from "../kernel.ts";
import { Code } from "./assembler.ts";
import { indicesOf, type Loop, loopsOver } from "./loops.ts";
import { loop, Nest } from "./nest.ts";
import { begin, combination, once, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";

/** out[i] = store(i, result = Σ body(i with position j along axis)) for j up to i's position (before it if exclusive). */
export function emitScan(kernel: ScanKernel, sizes: readonly number[]): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { space, axis, body, exclusive } = kernel;
  const indices = indicesOf(formulasOf(kernel));
  const before = loopsOver({ first: 0, sizes: space.slice(0, axis) }, indices);
  const after = loopsOver({ first: axis + 1, sizes: space.slice(axis + 1) }, indices);
  const along: Loop = { axis, size: space[axis] };
  const loops = [...before, ...after, along];
  // At least one loop stands outside of the running sum, so that the work can be divided.
  if (loops.length === 1) loops.unshift(once);
  const last = loops.length;
  const laneLevel = after.length > 0 ? last - 1 : last;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const add = combination("add", body.dtype);
  const sum = fn.local("v128");
  formulas.result = fn.local("v128");

  /** The body of the innermost loop, for one group of lanes. */
  const step = (position: number, rest: number, advance: (code: Code, term: number) => void) => {
    formulas.lanes(position);
    const term = formulas.value(body);
    advance(formulas.levels[last], term);
    const stored = new Code();
    storeAll(formulas, kernel, stored, rest);
    return formulas.levels[last].append(formulas.levels[last + 1]).append(stored);
  };
  if (laneLevel < last) {
    const lanes = nest.lanes(([position], rest) => {
      const code = step(position, rest, (code, term) => {
        if (exclusive) code.get(sum).tee(formulas.result).get(term).op(add).set(sum);
        else code.get(sum).get(term).op(add).tee(sum).set(formulas.result);
      });
      const start = formulas.levels[laneLevel].v128([0, 0, 0, 0]).set(sum);
      return start.append(loop(nest.variables[last], ...nest.bounds(last), 1, code));
    });
    fn.code.append(nest.wrap(lanes, laneLevel - 1));
  } else {
    const lanes = nest.lanes(([position], rest) =>
      step(position, rest, (code, term) => {
        // Sums within the four lanes: add the lanes one before, then those two before.
        const zero = fn.local("v128");
        const pairs = fn.local("v128");
        const prefix = fn.local("v128");
        code.get(term).get(term).get(zero).shuffle([4, 0, 1, 2]).op(add).set(pairs);
        code.get(pairs).get(pairs).get(zero).shuffle([4, 4, 0, 1]).op(add).get(sum).op(add);
        code.set(prefix);
        if (exclusive) code.get(sum).get(prefix).shuffle([3, 4, 5, 6]).set(formulas.result);
        else code.get(prefix).set(formulas.result);
        code.get(prefix).get(prefix).shuffle([3, 3, 3, 3]).set(sum);
      })
    );
    formulas.levels[last - 1].v128([0, 0, 0, 0]).set(sum);
    fn.code.append(nest.wrap(lanes, last - 1));
  }
  return unitsOf(fn, loops, laneLevel, timeOf(formulasOf(kernel), sizeOf(space)));
}
