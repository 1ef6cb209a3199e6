/**
 * Where windows lie on an image: what strides, padding and dilation make of its height and width.
 *
 * Along an axis of `size` elements, window i begins at element i·stride − low, and its elements are
 * a dilation apart. What lies outside of the image is padding, `low` elements before it and `high`
 * after it.
 *
 * @module
 */
import { checkOptions, counted, describe } from "./checks.ts";
import { reachOf, type Windows } from "./ops/windows.ts";
import { type Shape, ShapeError, shapeError, shapeText } from "./shape.ts";

/** A number for both axes of an image, or one for each: [vertical, horizontal]. */
export type PerAxis = number | readonly [vertical: number, horizontal: number];

/** Settings of {@linkcode maxPool} and {@linkcode averagePool}. */
export interface WindowOptions {
  /** From one window to the next; unless given, 1 for convolutions and the window for pools. */
  readonly strides?: PerAxis;
  /**
   * "valid", for none; "same", for ⌈size / stride⌉ windows, where an odd element goes to the end;
   * or numbers: one for all sides, [vertical, horizontal], or [[top, bottom], [left, right]].
   * "valid" unless given.
   */
  readonly padding?: "same" | "valid" | number | readonly [Sides, Sides];
}

/** The padding before and after an image; one number stands for both. */
export type Sides = number | readonly [low: number, high: number];

/** Settings of {@linkcode conv2d}. */
export interface ConvolutionOptions extends WindowOptions {
  /** From one element of a window to the next; 1 unless given. */
  readonly dilation?: PerAxis;
}

/** How windows lie along an axis of an image. */
export interface Placement extends Windows {
  /** The number of elements of the image. */
  readonly size: number;
  /** The number of windows. */
  readonly count: number;
}

const AXES = ["rows", "columns"] as const;
const OPTIONS = ["strides", "padding", "dilation"] as const;

/** A number for each of the two axes. @throws {RangeError} unless they are integers. */
export function pair(
  op: string,
  name: string,
  given: unknown,
  least: number,
): readonly [number, number] {
  const list: unknown[] = Array.isArray(given) ? given : [given, given];
  if (list.length === 2 && list.every((n) => Number.isInteger(n) && n as number >= least)) {
    return list as [number, number];
  }
  throw new RangeError(
    `Cannot ${op} with ${name} ${describe(given)}: it takes an integer from ${least}, or two`,
  );
}

/** The padding of both axes as numbers; undefined for "same". */
function sidesOf(op: string, padding: WindowOptions["padding"] = "valid") {
  if (padding === "same") return undefined;
  if (padding === "valid") return [[0, 0], [0, 0]] as const;
  const rule = '"same", "valid", a number, two numbers or [[top, bottom], [left, right]]';
  if (typeof padding === "string") {
    throw new RangeError(`Cannot ${op} with padding ${describe(padding)}: padding is ${rule}`);
  }
  const list: readonly unknown[] = Array.isArray(padding) ? padding : [padding, padding];
  if (list.length !== 2) pair(op, "padding", padding, 0);
  return list.map((sides) => pair(op, "padding", sides, 0));
}

/** The settings of both axes. */
function settingsOf(op: string, window: Shape, options: ConvolutionOptions) {
  checkOptions(op, options, ...OPTIONS);
  const { strides = 1, dilation = 1, padding } = options;
  const steps = pair(op, "strides", strides, 1), spread = pair(op, "dilation", dilation, 1);
  const sides = sidesOf(op, padding);
  return window.map((size, axis) => ({
    ...{ window: size, stride: steps[axis], dilation: spread[axis] },
    sides: sides?.[axis],
  }));
}

/**
 * How windows lie on an image of [height, width].
 *
 * @throws {ShapeError} where a window is larger than the padded image.
 */
export function placeWindows(
  op: string,
  image: Shape,
  window: Shape,
  options: ConvolutionOptions,
): Placement[] {
  return settingsOf(op, window, options).map(({ sides, ...lie }, axis) => {
    const size = image[axis], reach = reachOf(lie.window, lie.dilation);
    const missing = (Math.ceil(size / lie.stride) - 1) * lie.stride + reach - size;
    const half = Math.max(0, missing) / 2;
    const [low, high] = sides ?? [Math.floor(half), Math.ceil(half)];
    const room = size + low + high - reach;
    if (room < 0 || size === 0) {
      const padded = low + high > 0 ? "padded " : "";
      const rule = `a window reaches over ${counted(reach, AXES[axis].slice(0, -1))}`;
      throw shapeError`Cannot ${op}: ${rule}, and the ${padded}image has ${size + low + high}`;
    }
    return { ...lie, size, low, high, count: Math.floor(room / lie.stride) + 1 };
  });
}

/**
 * The placement of `counts` windows, on the smallest image that they cover: "same" makes count ·
 * stride elements, other padding (count − 1)·stride + reach − low − high. A given `size` is taken
 * instead if as many windows lie on it.
 *
 * @throws {ShapeError} where that leaves no image, or another number of windows lies on `size`.
 */
export function placeUnder(
  op: string,
  counts: Shape,
  window: Shape,
  { size, ...options }: ConvolutionOptions & { readonly size?: PerAxis },
): Placement[] {
  const given = size === undefined ? undefined : pair(op, "size", size, 1);
  const image = given ?? settingsOf(op, window, options).map(({ sides, ...lie }, axis) => {
    if (sides === undefined) return counts[axis] * lie.stride;
    const image = (counts[axis] - 1) * lie.stride + reachOf(lie.window, lie.dilation) - sides[0] -
      sides[1];
    if (image > 0) return image;
    throw shapeError`Cannot ${op}: the padding ${sides} leaves no ${AXES[axis]}`;
  });
  const placed = placeWindows(op, image, window, options);
  const odd = placed.findIndex(({ count }, axis) => count !== counts[axis]);
  if (odd < 0) return placed;
  const rule = `${placed[odd].count} windows lie on ${image[odd]} ${AXES[odd]}`;
  throw new ShapeError(`Cannot ${op} to size ${shapeText(image)}: ${rule}, not ${counts[odd]}`);
}
