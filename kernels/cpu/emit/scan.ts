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
import { type Loop, loopsOver, oneRound } from "./loops.ts";
import { loop, Nest } from "./nest.ts";
import { begin, type Phase, storeAll, timeOf, unitsOf } from "./phase.ts";
import { Sums } from "./sums.ts";

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
  const before = loopsOver(0, space.slice(0, axis), indices).filter((loop) => loop !== oneRound);
  const after = loopsOver(axis + 1, space.slice(axis + 1), indices);
  const along: Loop = { axis, size: space[axis] };
  const loops = [...before, ...after, along];
  const last = loops.length;
  const laneLevel = last - 1;
  const nest = new Nest(fn, loops, laneLevel, sources, 1);
  const { formulas } = nest;
  const sums = new Sums(fn, { combine: "add", body, over: [along.size] }, 4 * block, 1);
  const { isLong, parts: [sum] } = sums;
  const earlier = fn.local("v128");
  formulas.result = fn.local("v128");

  const lanes = nest.lanes(([position], rest) => {
    formulas.lanes(position);
    const code = formulas.levels[last];
    const term = formulas.value(body);
    if (exclusive) code.get(sum);
    sums.include(code.get(term), sum);
    if (!exclusive) code.get(sum);
    if (isLong) sums.combine(code.get(earlier));
    code.set(formulas.result);
    code.append(storeAll(formulas, kernel, rest));
    // Each block begins with the sum of the earlier ones.
    const inOrder = sums.inBlocks(along.size, block, (bounds) => {
      const stretch = isLong ? sums.demote(new Code(), 0, earlier) : new Code();
      return stretch.append(loop(nest.formulas.variables[last], ...bounds, 1, code));
    });
    return sums.start(formulas.levels[laneLevel]).append(inOrder);
  });
  fn.code.append(nest.wrap(lanes, laneLevel - 1));
  return unitsOf(nest, timeOf(formulasOf(kernel), sizeOf(space)));
}
