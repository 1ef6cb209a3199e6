/**
 * The innermost loops of a matrix product. A tile of some rows and eight columns of the output is
 * held in registers while the loop over k adds one outer product after the other.
 *
 * A long sum is cut into blocks: 10⁶ terms of .1 in one float32 sum would be off by 1 %, in blocks
 * of 384 they are by 2.5e-5.
 *
 * @module
 */
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { type Bound, inTurns, loop, type Steps } from "./nest.ts";
import { hasRelaxed } from "../wasm/relaxed.ts";

/** Columns in a panel. */
export const panelWidth = 8;

/** Terms in one turn of the innermost loop, and the most that are written out without a loop. */
const unroll = 4, straight = 8;

/**
 * The most terms of a sum that is not cut into blocks, and the most of a block. What a tile reads
 * for a block is in the cache of the first level when the next tile reads it.
 */
const whole = 1024, block = 384;

/** How a sum is cut into blocks. */
export interface Blocks {
  /** The loop over k that is cut; those further out go one turn at a time. */
  readonly level: number;
  /** The turns of that loop in a block. */
  readonly turns: number;
  /** The terms in each of these turns. */
  readonly terms: number;
  /** Whether there are several blocks. */
  readonly isLong: boolean;
}

/** Cuts a long sum into blocks of about the same length, at the outermost loop that allows it. */
export function blocksOf(loops: readonly Steps[]): Blocks {
  const termsIn = (level: number) => loops.slice(level).reduce((n, { size }) => n * size, 1);
  const isLong = termsIn(0) > whole;
  const level = isLong ? loops.findIndex((_, i) => termsIn(i + 1) <= block) : 0;
  const terms = termsIn(level + 1), { size } = loops[level];
  const turns = Math.ceil(size / Math.ceil(size / Math.floor(block / terms)));
  // The turns of the innermost loop are whole turns of its unrolled code.
  return { level, turns: terms > 1 ? turns : Math.ceil(turns / unroll) * unroll, terms, isLong };
}

/** Pushes base + 4 · (constant + Σ strides · indices). */
export function pushAddress(
  code: Code,
  base: number,
  constant: number,
  strides: readonly number[],
  indices: readonly number[],
): Code {
  code.get(base);
  if (constant !== 0) code.i32(4 * constant).op("i32.add");
  strides.forEach((stride, i) => {
    if (stride !== 0) code.get(indices[i]).i32(4 * stride).op("i32.mul").op("i32.add");
  });
  return code;
}

/** The steps of a, in elements, from row to row and along k; and the sizes of b, [k, n]. */
export interface Factors {
  readonly a: { readonly row: number; readonly terms: readonly Steps[] };
  readonly k: number;
  readonly n: number;
}

/**
 * The panels of a strip, and the locals with its addresses: of the first row of a, of the packed b,
 * and of the product.
 */
export interface Strip {
  readonly panels: readonly [Bound, Bound];
  readonly left: number;
  readonly right: number;
  readonly to: number;
  readonly lineBytes: number;
  /** The local with the turns of the block, where the sum is long. */
  readonly turns?: number;
}

/**
 * Computes some rows of the product, panel after panel. Of a long sum it computes one block, and
 * adds that to what is there.
 */
export function emitStrip(
  fn: FunctionBuilder,
  { a, k, n }: Factors,
  strip: Strip,
  rows: number,
): Code {
  const halves = n > 4 ? [0, 1] : [0]; // of a panel
  const [left, right, to, panel, stop] = Array.from({ length: 5 }, () => fn.local("i32"));
  const sums = Array.from({ length: halves.length * rows }, () => fn.local("v128"));
  const { size, stride } = a.terms.at(-1)!;
  // Rows and terms go upwards in memory or downwards; offsets are counted from the lowest.
  const lowest = Math.min(0, a.row * (rows - 1)) + Math.min(0, stride * (straight - 1));
  const b = [fn.local("v128"), fn.local("v128")];
  const x = fn.local("v128");
  // Four elements of a, along the rows of the tile or along k, are read as one vector where they lie
  // side by side. V8 in Deno checks the bounds of each read, which takes longer than to multiply: a
  // Xeon made 13.4 GFLOP/s with tiles of six rows that read one number at a time, and makes 16.5.
  const isAcross = rows === 4 && a.row === 1;
  const isAlong = rows === 4 && stride === 1 && !isAcross;
  const read = Array.from({ length: isAcross ? 1 : isAlong ? 4 : 0 }, () => fn.local("v128"));
  /** Adds some outer products to the sums, and moves on. */
  const terms = (count: number): Code => {
    const code = new Code();
    const pushLeft = (row: number, term: number): number => {
      code.get(left);
      return 4 * (a.row * row - lowest + stride * term);
    };
    const splat = (from: number, lane: number) =>
      code.get(from).get(from).shuffle([lane, lane, lane, lane]);
    const together = isAlong ? count - count % 4 : 0;
    for (let term = 0; term < count; term++) {
      const loads = isAcross || term < together && term % 4 === 0 ? read : [];
      loads.forEach((to, row) => code.memory("v128.load", pushLeft(row, term)).set(to));
      for (const half of halves) {
        code.get(right).memory("v128.load", 4 * panelWidth * term + 16 * half).set(b[half]);
      }
      for (let row = 0; row < rows; row++) {
        if (isAcross) splat(read[0], row);
        else if (term < together) splat(read[row], term % 4);
        else code.memory("v128.load32_splat", pushLeft(row, term));
        code.set(x);
        for (const half of halves) {
          const sum = sums[halves.length * row + half];
          if (hasRelaxed) code.get(x).get(b[half]).get(sum).op("f32x4.relaxed_madd").set(sum);
          else code.get(x).get(b[half]).op("f32x4.mul").get(sum).op("f32x4.add").set(sum);
        }
      }
    }
    code.get(left).i32(4 * stride * count).op("i32.add").set(left);
    return code.get(right).i32(4 * panelWidth * count).op("i32.add").set(right);
  };
  const isMore = () => new Code().get(right).get(stop).op("i32.lt_u");
  /** The innermost loop, of a known number of terms or of those in a local. */
  const innermost = (): Code => {
    const code = new Code(), rest = size % unroll;
    if (strip.turns !== undefined && a.terms.length === 1) {
      // Blocks are multiples of a turn; only the last has a rest.
      code.get(strip.turns).i32(-unroll).op("i32.and").i32(4 * panelWidth).op("i32.mul");
      code.get(right).op("i32.add").set(stop);
      code.append(isMore()).when(new Code().repeat(terms(unroll), isMore()));
      if (rest === 0) return code;
      return code.get(strip.turns).i32(unroll - 1).op("i32.and").when(terms(rest));
    }
    if (size <= straight) return terms(size);
    code.get(right).i32(4 * panelWidth * (size - rest)).op("i32.add").set(stop);
    code.repeat(terms(unroll), isMore());
    return rest > 0 ? code.append(terms(rest)) : code;
  };

  const tile = new Code();
  pushAddress(tile, strip.left, lowest, [], []).set(left);
  pushAddress(tile, strip.right, 0, [k * panelWidth], [panel]).set(right);
  pushAddress(tile, strip.to, 0, [panelWidth], [panel]).set(to);
  for (const sum of sums) tile.v128(0).set(sum);
  const first = strip.turns === undefined ? undefined : { local: strip.turns };
  tile.append(inTurns(fn, a.terms, left, innermost(), first));
  sums.forEach((sum, i) => {
    const row = Math.floor(i / halves.length);
    const offset = strip.lineBytes * row + 16 * (i - halves.length * row);
    tile.get(to).get(sum);
    if (strip.turns !== undefined) tile.get(to).memory("v128.load", offset).op("f32x4.add");
    tile.memory("v128.store", offset);
  });
  return loop(panel, ...strip.panels, 1, tile);
}
