/**
 * Scans: running sums along an axis.
 *
 * The lanes are four neighbouring sums. Where the axis is the last one, all four lanes hold the
 * same sum; four neighbouring elements of one sum in the lanes would take 3/4 of the time, with
 * twice the code. A long sum is cut into blocks ({@link ./sums.ts}).
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import { formulasOf, indicesOf, type ScanKernel } from "../../kernel.ts";
import { Code } from "../wasm/assembler.ts";
import { type Loop, loopsOver } from "./loops.ts";
import { loop, Nest } from "./nest.ts";
import { begin, combination, oneRound, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";
import { demote, inBlocks, Sums } from "./sums.ts";

/**
 * The number of sums that follow one another before they go to float64: few, since each of them is
 * seen.
 */
const block = 32;

/**
 * out[i] = store(i, result = Σ body(i with position j along axis)) for j up to i's position (before
 * it if exclusive).
 */
export function emitScan(kernel: ScanKernel, sizes: readonly number[]): Phase {
  const { fn, sources } = begin(kernel, sizes);
  const { space, axis, body, exclusive } = kernel;
  const indices = indicesOf(formulasOf(kernel));
  const before = loopsOver(0, space.slice(0, axis), indices);
  const after = loopsOver(axis + 1, space.slice(axis + 1), indices);
  const along: Loop = { axis, size: space[axis] };
  const loops = [...before, ...(after.length > 0 ? after : [oneRound]), along];
  const last = loops.length;
  const laneLevel = last - 1;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const add = combination("add", body.dtype);
  const sums = new Sums(fn, { combine: "add", body, over: [along.size] }, 4 * block);
  const { isLong } = sums;
  const parts = sums.create(1);
  const [{ part: sum, totals }] = parts;
  const earlier = fn.local("v128");
  formulas.result = fn.local("v128");

  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const code = formulas.levels[last];
    const term = formulas.value(body);
    if (exclusive) code.get(sum).get(sum).get(term).op(add).set(sum);
    else code.get(sum).get(term).op(add).tee(sum);
    if (isLong) code.get(earlier).op(add);
    code.set(formulas.result);
    code.append(storeAll(formulas, kernel, rest));
    // Each block begins with the sum of the earlier ones.
    const inOrder = inBlocks(sums, parts, along.size, block, (bounds) => {
      const stretch = isLong ? demote(new Code(), totals).set(earlier) : new Code();
      return stretch.append(loop(nest.formulas.variables[last], ...bounds, 1, code));
    });
    return sums.start(formulas.levels[laneLevel], parts).append(inOrder);
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(fn, loops, laneLevel, timeOf(formulasOf(kernel), sizeOf(space)));
}
