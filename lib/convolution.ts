/**
 * Convolutions of images.
 *
 * With x an image, k a kernel and y an image of windows, a convolution is a sum of products
 *
 *     Σ x[n, i·stride + a·dilation − low, …, c] · k[a, …, c, o] · y[n, i, …, o]
 *
 * over all letters. It is linear in each of the three, and the gradient with respect to one is a
 * product of the other two:
 *
 * - {@linkcode conv2d} multiplies x and k;
 * - {@linkcode convTranspose2d} multiplies y and k: what comes back to x;
 * - `kernelGradient` multiplies x and y.
 *
 * So each of these ops has the two others for its gradients, of every order. Each is one product
 * over windows of an image, which are a view: nothing is copied but the padding.
 *
 * Images are [batch, height, width, channels], and kernels [height, width, channels of x, channels
 * of y]. A convolution along one axis is that of images of one row: `expandDims(x, 1)` of [batch,
 * width, channels] with a kernel [1, width, channels of x, channels of y].
 *
 * @module
 */
import { checkOptions, counted } from "./checks.ts";
import { flip, reshape, transpose } from "./ops/linear.ts";
import { contract } from "./ops/matmul.ts";
import { apply, type Primitive, requireDType, requireTensors, view } from "./ops/primitive.ts";
import { pad, slice } from "./ops/slicing.ts";
import { windows } from "./ops/windows.ts";
import {
  type ConvolutionOptions,
  type PerAxis,
  type Placement,
  placeUnder,
  placeWindows,
  reachOf,
} from "./placement.ts";
import { shapeError } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Placements of both axes. */
type Placements = readonly Placement[];

/** Settings of {@linkcode convTranspose2d}. */
export interface TransposedOptions extends ConvolutionOptions {
  /**
   * The [height, width] of the image, where several have as many windows; unless given, that
   * of {@linkcode convTranspose2d}'s formula.
   */
  readonly size?: PerAxis;
}

/**
 * A convolution, [batch, height, width, c] with a kernel [kh, kw, c, o] to [batch, rows, columns,
 * o]: each output is the product of a window of the image with the kernel, which is not flipped
 * (what other fields call a cross-correlation).
 *
 * @param options strides 1, padding "valid" and dilation 1, unless given. With "valid" there are
 * ⌊(height − kh) / stride⌋ + 1 rows, with "same" ⌈height / stride⌉.
 * @throws {ShapeError} where the channels differ, or a window is larger than the padded image.
 * @example Where a row of pixels rises
 * ```ts
 * import { conv2d, tensor } from "@echograd/echograd";
 * const row = tensor([0, 0, 1, 1], { shape: [1, 1, 4, 1] });
 * const difference = tensor([-1, 1], { shape: [1, 2, 1, 1] });
 * console.log(await conv2d(row, difference).read()); // Float32Array [ 0, 1, 0 ]
 * ```
 */
export function conv2d(x: Tensor, kernel: Tensor, options: ConvolutionOptions = {}): Tensor {
  check("convolve", x, kernel, 2);
  const [kh, kw] = kernel.shape;
  const op = `convolve ${text(x)} by ${text(kernel)}`;
  return gather(x, kernel, placeWindows(op, x.shape.slice(1, 3), [kh, kw], options));
}

/**
 * A transposed convolution, [batch, rows, columns, o] with a kernel [kh, kw, c, o] to [batch,
 * height, width, c]: the adjoint, and so the gradient, of {@linkcode conv2d} with the same kernel
 * and options. Each element of the input adds the kernel to a window of the output.
 *
 * @param options as for conv2d. With "same" the height is rows·stride, with "valid" (rows −
 * 1)·stride + kh, and numbers of padding are taken off from that. `size` picks another height and
 * width from which conv2d makes as many rows and columns.
 * @throws {ShapeError} where the channels differ, or the size does not fit.
 */
export function convTranspose2d(
  y: Tensor,
  kernel: Tensor,
  options: TransposedOptions = {},
): Tensor {
  checkOptions("transpose a convolution", options, "strides", "padding", "dilation", "size");
  check("transpose a convolution of", y, kernel, 3);
  const op = `transpose a convolution of ${text(y)} by ${text(kernel)}`;
  const [kh, kw] = kernel.shape;
  return scatter(y, kernel, placeUnder(op, y.shape.slice(1, 3), [kh, kw], options));
}

const text = ({ shape }: Tensor): string => `[${shape.join(", ")}]`;

function check(op: string, x: Tensor, kernel: Tensor, axis: 2 | 3): void {
  requireTensors(op, [x, kernel]);
  for (const tensor of [x, kernel]) requireDType(op, tensor, "float32");
  const refuse = (why: string) => {
    throw shapeError`Cannot ${op} ${x.shape} by ${kernel.shape}: ${why}`;
  };
  if (x.rank !== 4) refuse("an image has 4 axes, [batch, height, width, channels]");
  if (kernel.rank !== 4) refuse("a kernel has 4 axes, [height, width, channels, channels]");
  const channels = x.shape[3], taken = kernel.shape[axis];
  if (channels !== taken) {
    refuse(`the image has ${counted(channels, "channel")}, and the kernel takes ${taken}`);
  }
}

// The three products. `value` is made with the ops of a product; the record's gradient replaces
// theirs. Only input 0 is read: x and k are there so that gradients reach them.

function trilinear(
  name: string,
  gradient: (dy: Tensor, a: Tensor, b: Tensor, places: Placements) => readonly [Tensor, Tensor],
): (value: Tensor, a: Tensor, b: Tensor, places: Placements) => Tensor {
  const record: Primitive<Placements> = {
    name,
    type: ([value]) => value,
    lower: () => view((at) => at),
    gradient: (dy, _, [, a, b], places) => [undefined, ...gradient(dy, a, b, places)],
  };
  return (value, a, b, places) => apply(record, [value, a, b], places);
}

const gathered = /* @__PURE__ */ trilinear("conv2d", (dy, x, kernel, places) => [
  scatter(dy, kernel, places),
  kernelGradient(x, dy, places),
]);
const scattered = /* @__PURE__ */ trilinear("convTranspose2d", (dx, y, kernel, places) => [
  gather(dx, kernel, places),
  kernelGradient(dx, y, places),
]);
const correlated = /* @__PURE__ */ trilinear("kernelGradient", (dk, x, y, places) => [
  scatter(y, dk, places),
  gather(x, dk, places),
]);

/** The product of x and the kernel: [n, rows, columns, o]. */
function gather(x: Tensor, kernel: Tensor, places: Placements): Tensor {
  // Axes: n 0, rows 1, columns 2, o 3; and, summed over, a 4, b 5, c 6.
  const meeting = { rank: 4, left: [0, 1, 4, 2, 5, 6], right: [4, 5, 6, 3] };
  return gathered(contract(windowsOf(x, places), kernel, meeting), x, kernel, places);
}

/** The product of x and y: [a, b, c, o]. */
function kernelGradient(x: Tensor, y: Tensor, places: Placements): Tensor {
  // Axes: a 0, b 1, c 2, o 3; and, summed over, n 4, rows 5, columns 6.
  const meeting = { rank: 4, left: [4, 5, 0, 6, 1, 2], right: [4, 5, 6, 3] };
  return correlated(contract(windowsOf(x, places), y, meeting), x, y, places);
}

/** The windows of an image, [n, rows, a, columns, b, c]. */
function windowsOf(x: Tensor, places: Placements): Tensor {
  let view = shift(x, places);
  places.forEach(({ window, stride, dilation }, axis) => {
    view = windows(view, 2 * axis + 1, window, { stride, dilation });
  });
  return view;
}

/** An image with zeros added to both ends of its height and width, or elements taken off. */
function shift(x: Tensor, sides: readonly Pick<Placement, "low" | "high">[]): Tensor {
  const ends = (side: "low" | "high", sign: 1 | -1) => [
    0,
    ...sides.map((s) => Math.max(0, sign * s[side])),
    0,
  ];
  const start = ends("low", -1), end = ends("high", -1);
  const kept = start.some(Boolean) || end.some(Boolean)
    ? slice(x, start, x.shape.map((d, axis) => d - start[axis] - end[axis]))
    : x;
  const low = ends("low", 1), high = ends("high", 1);
  return low.some(Boolean) || high.some(Boolean) ? pad(kept, { low, high }) : kept;
}

/**
 * The product of y and the kernel: [n, height, width, c].
 *
 * Where the stride is 2, the even elements of the image meet the even elements of the kernel alone,
 * and the odd ones the odd: an image of half the size, whose "channels" are stride · stride phases
 * of c channels, is an ordinary convolution of y, and its phases are dealt out at last. (With zeros
 * between the elements of y, three of four multiplications would be by zero.)
 *
 * Element p = stride·q + phase − low of the image gets Σⱼ y[q − j] · k[stride·j + phase].
 */
function scatter(y: Tensor, kernel: Tensor, places: Placements): Tensor {
  const phased = places.map(phasesOf);
  const [n, , , o] = y.shape, c = kernel.shape[2];
  const [ky, kx] = phased;
  const ends = [0, 0];
  // [stride·turns, stride·turns, c, o], then [turns of y, of x, o, phases of y, of x, c].
  const whole = pad(kernel, {
    low: [0, 0, ...ends],
    high: [...phased.map(({ missing }) => missing), ...ends],
    interior: [...phased.map(({ spread }) => spread - 1), ...ends],
  });
  const dealt = reshape(whole, [ky.turns, ky.phases, kx.turns, kx.phases, c, o]);
  const turned = flip(transpose(dealt, [0, 2, 5, 1, 3, 4]), [0, 1]);
  const columns = ky.phases * kx.phases * c;
  const folded = reshape(turned, [ky.turns, kx.turns, o, columns]);
  // Axes: n 0, q of y 1, q of x 2, phases and c 3; and, summed over, turns 4 and 5, o 6.
  const meeting = { rank: 4, left: [0, 1, 4, 2, 5, 6], right: [4, 5, 6, 3] };
  let view = shift(y, phased);
  phased.forEach(({ turns, step }, axis) => {
    view = windows(view, 2 * axis + 1, turns, { dilation: step });
  });
  const phases = contract(view, folded, meeting);
  const split = [n, ky.count, kx.count, ky.phases, kx.phases, c];
  const rows = transpose(reshape(phases, split), [0, 1, 3, 2, 4, 5]);
  const image = reshape(rows, [n, ky.count * ky.phases, kx.count * kx.phases, c]);
  const value = slice(image, [0, ky.skip, kx.skip, 0], [n, places[0].size, places[1].size, c]);
  return scattered(value, y, kernel, places);
}

/** How the elements of an image along an axis are dealt to phases. */
function phasesOf({ size, window, stride, dilation, low, count }: Placement) {
  const reach = reachOf({ window, dilation });
  // A single window may have any stride: with that of its own length, no element is summed over.
  const phases = count === 1 ? reach : stride;
  // Phases deal out the elements of a dilated kernel only together with the zeros between them.
  const [spread, step] = phases === 1 ? [1, dilation] : [dilation, 1];
  const turns = phases === 1 ? window : Math.ceil(reach / phases);
  const first = Math.floor(low / phases), last = Math.floor((low + size - 1) / phases);
  return {
    ...{ phases, spread, step, turns },
    missing: phases === 1 ? 0 : turns * phases - reach,
    // y begins at q = first − (turns − 1)·step, and ends at q = last.
    low: (turns - 1) * step - first,
    high: last - (count - 1),
    count: last - first + 1,
    skip: low - first * phases,
  };
}
