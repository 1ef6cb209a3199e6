/**
 * The ways to compute a product, and which of them to take.
 *
 * What decides about the bits of a result, into how many parts k is split, follows from the shape alone. Which tile is
 * quickest may be measured (`tune.ts`), for all tiles give the same bits.
 *
 * @module
 */
import type { MatmulKernel } from "../kernel.ts";
import { product } from "./shader.ts";

/** How a product is computed. */
export interface Variant {
  /** Rows of a thread's tile. */
  readonly rows: number;
  /** Columns of a thread's tile, in vectors of four. */
  readonly vectors: number;
  /**
   * Where threads share what they load: how many of them lie below each other and side by side, and how many steps along k
   * are loaded at a time. Without it, and without a subgroup, every thread is alone.
   */
  readonly team?: { readonly down: number; readonly across: number; readonly depth: number };
  /** Where threads pass on what they load: how many, side by side, and the line of WGSL that lets them, if one is needed. */
  readonly subgroup?: { readonly size: number; readonly enable: string };
}

/** A variant, and into how many parts k is split. */
export interface Choice {
  readonly variant: Variant;
  /** A divisor of the depth. */
  readonly parts: number;
}

/** Chooses for a product; always the same for the same product. */
export type Choose = (kernel: MatmulKernel) => Choice;

/** What a team needs of a variant, in nanoseconds for a step along k. */
export interface Speed {
  /** Where it is alone on the machine. */
  readonly alone: number;
  /** Where the machine is full: the time per team. */
  readonly full: number;
}

/**
 * The variants for hardware, with tiles of 32, 64 and 128 squared, and speeds to go by where none were measured. Their
 * memory, 2 · (tile + 1) · depth numbers, is within every adapter's 16 KiB, and their teams within 256 threads.
 */
export const TEAMS: ReadonlyMap<Variant, Speed> = new Map([
  [{ rows: 4, vectors: 1, team: { down: 8, across: 8, depth: 16 } }, { alone: 15, full: 0.6 }],
  [{ rows: 4, vectors: 1, team: { down: 16, across: 16, depth: 16 } }, { alone: 20, full: 1.4 }],
  [{ rows: 8, vectors: 2, team: { down: 16, across: 16, depth: 8 } }, { alone: 45, full: 4 }],
]);

/** Chooses for hardware, by the speeds of its variants. */
export function chooserBy(speeds: ReadonlyMap<Variant, Speed>): Choose {
  return (kernel) => {
    const parts = partsOf(kernel);
    let variant: Variant | undefined, least = Infinity;
    for (const [candidate, { alone, full }] of speeds) {
      const time = Math.max(alone, full * parts * tilesOf(kernel, candidate));
      if (time < least) [variant, least] = [candidate, time];
    }
    if (variant === undefined) throw new TypeError("There is no variant to choose from");
    return { variant, parts };
  };
}

/** Workgroups that fill the machine, and steps along k that are worth another. */
const FULL = 256, SHARE = 64;
/** The edge of the tiles that are counted against `FULL`. */
const TILE = 64;

/** Into how many parts a product should be split: of the divisors of its depth, the largest that is worthwhile. */
export function partsOf({ space, over: [depth] }: MatmulKernel): number {
  const [rows, columns] = space.slice(-2);
  const tiles = product(space.slice(0, -2)) * Math.ceil(rows / TILE) * Math.ceil(columns / TILE);
  const most = Math.floor(Math.min(FULL / tiles, depth / SHARE));
  for (let parts = most; parts > 1; parts--) if (depth % parts === 0) return parts;
  return 1;
}

/** How many tiles of a team or subgroup, or of a thread without one, cover the outputs of a product. */
export function tilesOf({ space }: MatmulKernel, variant: Variant): number {
  const [down, across] = tileOf(variant);
  const [m, n] = space.slice(-2);
  return product(space.slice(0, -2)) * Math.ceil(m / down) * Math.ceil(n / across);
}

/** Rows and columns of the tile of a team or subgroup. */
export const tileOf = (
  { rows, vectors, team, subgroup }: Variant,
): [rows: number, columns: number] => [
  rows * (team?.down ?? 1),
  vectors * 4 * (team?.across ?? subgroup?.size ?? 1),
];

/** What differs between adapters, beside their limits. */
export interface Machine {
  readonly choose: Choose;
  /** How many turns the loops of a thread may take together. */
  readonly mostTurns: number;
}

/**
 * Chooses for adapters in software. To them workgroup memory is memory like any other, and there are few threads to feed.
 * On Mesa 22.3's llvmpipe time goes into loads, 28 ns for one of up to four numbers a thread, behind which arithmetic
 * hides. So larger tiles are quicker, 1.1 GFLOP/s with 8 × 8 and 1.8 with 16 × 16, but those take seconds to compile.
 */
export const chooseInSoftware: Choose = ({ space }) =>
  product(space) < 2 ** 14
    ? { variant: { rows: 4, vectors: 1 }, parts: 1 }
    : { variant: { rows: 8, vectors: 2 }, parts: 1 };

/** Mesa's llvmpipe ends loops then, in the middle of the work, and says nothing. */
export const TURNS_IN_SOFTWARE = 65_535;
