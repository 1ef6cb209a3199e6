/**
 * The two ways to compute a product, and the choice between them for an adapter.
 *
 * Both add up an element in the order of k. The bits of a result depend only on the number of parts
 * that k is split into, and that number follows from the shape alone.
 *
 * @module
 */
import { sizeOf } from "../../graph.ts";
import type { MatmulKernel } from "../../kernel.ts";

/** How a product is computed. */
export interface Variant {
  /** Rows of a thread's tile. */
  readonly rows: number;
  /** Columns of a thread's tile, in vectors of four. */
  readonly vectors: number;
  /**
   * Teams share what they load: the number of threads below each other and side by side, and the
   * number of steps along k that they load at a time. Without a team every thread is alone.
   */
  readonly team?: { readonly down: number; readonly across: number; readonly depth: number };
}

/** A variant, and the number of parts that k is split into. */
export interface Choice {
  readonly variant: Variant;
  /** A divisor of the first axis of the sum. */
  readonly parts: number;
}

/** Chooses for a product. The choice depends on the product alone. */
export type Choose = (kernel: MatmulKernel) => Choice;

/** What differs between adapters, beside their limits. */
export interface Machine {
  readonly choose: Choose;
  /** The most turns that the loops of a thread may take together. */
  readonly mostTurns: number;
}

/**
 * For hardware: tiles of 64 by 64 by a team of 128 threads, each of 8 by 4. It has not been
 * measured there.
 *
 * The team's memory is 2 · 128 vectors of four numbers, and no more. WebGPU fills it with zeros.
 * OpenGL gets the zeros as a list of constants, on which Mesa spends quadratic time: .6 s for 130
 * vectors, 2.3 s for 260, 12.9 s for 1040 numbers.
 */
export const TEAM: Variant = { rows: 8, vectors: 1, team: { down: 8, across: 16, depth: 8 } };

/** Chooses for hardware. */
export const chooseForHardware: Choose = (kernel) => ({
  variant: TEAM,
  parts: productParts(kernel),
});

/**
 * Chooses for adapters in software. Their workgroup memory is memory like any other, and there are
 * few threads to feed. Mesa 22.3's llvmpipe spends its time on loads, 28 ns for up to four numbers
 * a thread, behind which arithmetic hides. So larger tiles are quicker: 1.1 GFLOP/s with 8 × 8 and
 * 1.8 with 16 × 16, but tiles of 16 × 16 take seconds to compile.
 */
export const chooseInSoftware: Choose = (kernel) => ({
  variant: sizeOf(kernel.space) < 2 ** 14 ? { rows: 4, vectors: 1 } : { rows: 8, vectors: 2 },
  parts: divisorFrom(turnsOfProduct(kernel) / TURNS_IN_SOFTWARE, kernel.over[0]),
});

/**
 * Mesa's llvmpipe ends loops after this many turns, in the middle of the work, without an error.
 */
export const TURNS_IN_SOFTWARE = 65_535;

/**
 * The number of workgroups that fill the machine, and of the steps along k that are worth another.
 */
const FULL = 256, SHARE = 64;

/**
 * The number of parts of a product: the largest divisor of the first axis of its sum that is
 * worthwhile.
 */
export function productParts(kernel: MatmulKernel): number {
  const [first] = kernel.over;
  const most = Math.floor(Math.min(FULL / tilesOf(kernel, TEAM), sizeOf(kernel.over) / SHARE));
  for (let parts = Math.min(most, first); parts > 1; parts--) if (first % parts === 0) return parts;
  return 1;
}

/** The least divisor of n that is not below `least`, or n. */
function divisorFrom(least: number, n: number): number {
  let divisor = Math.max(1, Math.ceil(least));
  while (divisor < n && n % divisor !== 0) divisor++;
  return Math.min(divisor, Math.max(1, n));
}

/** The most turns that the loops of a thread of a product take together. */
export const turnsOfProduct = ({ over }: MatmulKernel): number => 2 * sizeOf(over);

/** The number of tiles, of a team or of a thread alone, that cover the outputs of a product. */
export function tilesOf({ space }: MatmulKernel, variant: Variant): number {
  const [down, across] = tileOf(variant);
  const [m, n] = space.slice(-2);
  return sizeOf(space.slice(0, -2)) * Math.ceil(m / down) * Math.ceil(n / across);
}

/** Rows and columns of the tile of a team, or of a thread alone. */
export const tileOf = ({ rows, vectors, team }: Variant): [rows: number, columns: number] => [
  rows * (team?.down ?? 1),
  vectors * 4 * (team?.across ?? 1),
];
