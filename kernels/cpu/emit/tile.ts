/**
 * The innermost loops of a matrix product. A tile of some rows and eight columns of the output is
 * held in registers while the loop over k adds one outer product after the other.
 *
 * A long sum is cut into blocks: 10⁶ terms of .1 in one float32 sum would be off by 1 %, in blocks
 * of 1024 they are by 1.4e-5.
 *
 * @module
 */
import { Code, type FunctionBuilder } from "../wasm/assembler.ts";
import { type Bound, loop, pushLesser } from "./nest.ts";
import { panelWidth } from "./pack.ts";
import { hasRelaxed } from "../wasm/relaxed.ts";

/** Terms in one turn of the innermost loop. */
const unroll = 4;

/** Terms that are added up before their sum goes to the output. */
const block = 1024;

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

/** The strides of a, in elements, and the number of terms. */
export interface Factors {
  readonly a: { readonly row: number; readonly column: number };
  readonly k: number;
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
}

/** Computes some rows of the product, panel after panel. */
export function emitStrip(
  fn: FunctionBuilder,
  { a, k }: Factors,
  strip: Strip,
  rows: number,
): Code {
  const [left, right, to, panel, stop] = Array.from({ length: 5 }, () => fn.local("i32"));
  const sums = Array.from({ length: 2 * rows }, () => fn.local("v128"));
  // Rows go upwards in memory or downwards; offsets are counted from the lowest.
  const lowest = Math.min(0, a.row * (rows - 1));
  const b = [fn.local("v128"), fn.local("v128")];
  const x = fn.local("v128");
  /** Adds some outer products to the sums, and moves on. */
  const terms = (count: number): Code => {
    const code = new Code();
    for (let term = 0; term < count; term++) {
      for (const half of [0, 1]) {
        code.get(right).memory("v128.load", 4 * panelWidth * term + 16 * half).set(b[half]);
      }
      for (let row = 0; row < rows; row++) {
        const offset = 4 * (a.row * row - lowest + a.column * term);
        code.get(left).memory("v128.load32_splat", offset).set(x);
        for (const half of [0, 1]) {
          const sum = sums[2 * row + half];
          if (hasRelaxed) code.get(x).get(b[half]).get(sum).op("f32x4.relaxed_madd").set(sum);
          else code.get(x).get(b[half]).op("f32x4.mul").get(sum).op("f32x4.add").set(sum);
        }
      }
    }
    code.get(left).i32(4 * a.column * count).op("i32.add").set(left);
    return code.get(right).i32(4 * panelWidth * count).op("i32.add").set(right);
  };

  const tile = new Code();
  pushAddress(tile, strip.left, lowest, [], []).set(left);
  pushAddress(tile, strip.right, 0, [k * panelWidth], [panel]).set(right);
  pushAddress(tile, strip.to, 0, [panelWidth], [panel]).set(to);
  const isLong = k > block;
  /** Puts the sums down: in place of what is there, or on top of it. */
  const store = (code: Code, isFirst: boolean): Code => {
    sums.forEach((sum, i) => {
      const offset = strip.lineBytes * (i >> 1) + 16 * (i & 1);
      code.get(to).get(sum);
      if (!isFirst) code.get(to).memory("v128.load", offset).op("f32x4.add");
      code.memory("v128.store", offset);
    });
    return code;
  };
  const clear = (code: Code): Code => sums.reduce((cleared, sum) => cleared.v128(0).set(sum), code);
  const before = (end: number) => new Code().get(right).get(end).op("i32.lt_u");

  const rest = k % unroll;
  const bytes = (count: number) => 4 * panelWidth * count;
  clear(tile);
  if (isLong) {
    const end = fn.local("i32");
    store(tile, true).get(right).i32(bytes(k - rest)).op("i32.add").set(end);
    const one = new Code().get(right).i32(bytes(block)).op("i32.add");
    pushLesser(one, stop, { local: end }).set(stop);
    one.repeat(terms(unroll), before(stop));
    tile.repeat(clear(store(one, false)), before(end));
  } else if (k >= unroll) {
    tile.get(right).i32(bytes(k - rest)).op("i32.add").set(stop);
    tile.repeat(terms(unroll), before(stop));
  }
  if (rest > 0) tile.append(terms(rest));
  if (rest > 0 || !isLong) store(tile, !isLong);
  return loop(panel, ...strip.panels, 1, tile);
}
