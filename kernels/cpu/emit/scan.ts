/**
 * Scans: running sums along an axis.
 *
 * The lanes are four neighbouring sums, or where the axis is the last one, four neighbouring elements of one sum. A long sum
 * is cut into blocks ({@link ./sums.ts}).
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { formulasOf, indicesOf, type ScanKernel } from "../../kernel.ts";
import { Code } from "../wasm/assembler.ts";
import { type Loop, loopsOver } from "./loops.ts";
import { type Bound, loop, Nest } from "./nest.ts";
import { begin, combination, oneRound, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";
import { demote, inBlocks, Sums } from "./sums.ts";

/** How many sums follow one another before they go to float64: few, since each of them is seen. */
const block = 32;

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
  if (loops.length === 1) loops.unshift(oneRound);
  const last = loops.length;
  const laneLevel = after.length > 0 ? last - 1 : last;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const add = combination("add", body.dtype);
  const stretch = laneLevel < last ? block : 4 * block;
  const isLong = body.dtype === "float32" && along.size > 4 * stretch;
  const sums = new Sums(fn, { combine: "add", body }, isLong);
  const parts = sums.create(1);
  const [{ part: sum, totals }] = parts;
  const earlier = fn.local("v128");
  formulas.result = fn.local("v128");

  /** The body of the innermost loop, for one group of lanes; `advance` pushes the sum within the block. */
  const step = (position: number, rest: number, advance: (code: Code, term: number) => void) => {
    formulas.lanes(position);
    const code = formulas.levels[last];
    advance(code, formulas.value(body));
    if (isLong) code.get(earlier).op(add);
    code.set(formulas.result);
    const stored = new Code();
    storeAll(formulas, kernel, stored, rest);
    return code.append(formulas.levels[last + 1]).append(stored);
  };
  /** All terms, block by block; each begins with what the earlier ones came to. */
  const inOrder = (inner: (bounds: [Bound, Bound]) => Code) =>
    inBlocks(sums, parts, along.size, stretch, (bounds) => {
      const code = new Code();
      if (isLong) demote(code, totals).set(earlier);
      return code.append(inner(bounds));
    });
  if (laneLevel < last) {
    const lanes = nest.lanes(([position], rest) => {
      const code = step(position, rest, (code, term) => {
        if (exclusive) code.get(sum).get(sum).get(term).op(add).set(sum);
        else code.get(sum).get(term).op(add).tee(sum);
      });
      return sums.start(formulas.levels[laneLevel], parts)
        .append(inOrder((bounds) => loop(nest.variables[last], ...bounds, 1, code)));
    });
    fn.code.append(nest.wrap(lanes, laneLevel - 1));
  } else {
    const write = ([position]: readonly number[], rest: number) =>
      step(position, rest, (code, term) => {
        // Sums within the four lanes: add the lanes one before, then those two before.
        const zero = fn.local("v128");
        const pairs = fn.local("v128");
        const prefix = fn.local("v128");
        code.get(term).get(term).get(zero).shuffle([4, 0, 1, 2]).op(add).set(pairs);
        code.get(pairs).get(pairs).get(zero).shuffle([4, 4, 0, 1]).op(add).get(sum).op(add);
        code.set(prefix);
        if (exclusive) code.get(sum).get(prefix).shuffle([3, 4, 5, 6]);
        else code.get(prefix);
        code.get(prefix).get(prefix).shuffle([3, 3, 3, 3]).set(sum);
      });
    const lanes = inOrder((bounds) => nest.lanes(write, 1, bounds));
    sums.start(formulas.levels[last - 1], parts);
    fn.code.append(nest.wrap(lanes, last - 1));
  }
  return unitsOf(fn, loops, laneLevel, timeOf(formulasOf(kernel), sizeOf(space)));
}
