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
import { add } from "./ops/elementwise.ts";
import { flip, reshape, transpose } from "./ops/linear.ts";
import { contract } from "./ops/matmul.ts";
import { apply, type Primitive, requireDType, view } from "./ops/primitive.ts";
import { pad, slice } from "./ops/slicing.ts";
import { type Windows, windows, windowsOf } from "./ops/windows.ts";
import {
  type ConvolutionOptions,
  type PerAxis,
  type Placement,
  placeUnder,
  placeWindows,
} from "./placement.ts";
import { shapeError, shapeText } from "./shape.ts";
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
  const op = `convolve ${shapeText(x.shape)} by ${shapeText(kernel.shape)}`;
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
  const op = `transpose a convolution of ${shapeText(y.shape)} by ${shapeText(kernel.shape)}`;
  const [kh, kw] = kernel.shape;
  return scatter(y, kernel, placeUnder(op, y.shape.slice(1, 3), [kh, kw], options));
}

function check(op: string, x: Tensor, kernel: Tensor, axis: 2 | 3): void {
  for (const tensor of [x, kernel]) requireDType(op, tensor, "float32");
  const refuse = (why: string) => {
    throw shapeError`Cannot ${op} ${x.shape} by ${kernel.shape}: ${why}`;
  };
  if (x.rank !== 4) refuse("an image has 4 axes, [batch, height, width, channels]");
  if (kernel.rank !== 4) refuse("a kernel has 4 axes, [height, width, channels, channels]");
  if (kernel.shape[0] * kernel.shape[1] === 0) refuse("a kernel has at least 1 row and 1 column");
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
  return gathered(contract(windowsOf(x, places), kernel, BY_KERNEL), x, kernel, places);
}

/** Axes: n 0, rows 1, columns 2, o 3; and, summed over, a 4, b 5, c 6. */
const BY_KERNEL = { rank: 4, left: [0, 1, 4, 2, 5, 6], right: [4, 5, 6, 3] };

/** The product of x and y: [a, b, c, o]. */
function kernelGradient(x: Tensor, y: Tensor, places: Placements): Tensor {
  // Axes: a 0, b 1, c 2, o 3; and, summed over, n 4, rows 5, columns 6.
  const meeting = { rank: 4, left: [4, 5, 0, 6, 1, 2], right: [4, 5, 6, 3] };
  return correlated(contract(windowsOf(x, places), y, meeting), x, y, places);
}

/**
 * The product of y and the kernel: [n, height, width, c].
 *
 * With a stride of 2 and a window of 3, element 2q − low of the image gets y[q]·k[0] + y[q − 1]·k[2],
 * and element 2q + 1 − low gets y[q]·k[1]. So each phase of the image is an ordinary convolution of
 * y with a part of the kernel. Phases of equally many elements are the "channels" of one
 * convolution, and are dealt out at last; a phase without elements is 0. (With zeros between the
 * elements of y, three of four multiplications would be by zero, and those of ∞ would be NaN.)
 */
function scatter(y: Tensor, kernel: Tensor, places: Placements): Tensor {
  const [rows, columns] = places.map(phasesOf);
  const image = rows.groups
    .flatMap((ky) => columns.groups.map((kx) => partOf(y, kernel, [ky, kx])))
    .reduce((a, b) => add(a, b));
  const [n, height, ky, width, kx, c] = image.shape;
  const whole = reshape(image, [n, height * ky, width * kx, c]);
  const size = [n, places[0].size, places[1].size, c];
  return scattered(slice(whole, [0, rows.skip, columns.skip, 0], size), y, kernel, places);
}

/** Phases along an axis that have equally many elements of the kernel: `window` of them. */
interface Group extends Windows {
  /** The first element of the first phase, and the distance to the next of a phase. */
  readonly first: number;
  readonly every: number;
  /** The number of phases, and of others before, after and between them. */
  readonly phases: number;
  readonly before: number;
  readonly after: number;
  readonly between: number;
}

/** What a group of phases gives to the image, [n, height, phases, width, phases, c]. */
function partOf(y: Tensor, kernel: Tensor, [ky, kx]: readonly Group[]): Tensor {
  const [, , c, o] = kernel.shape;
  const spans = [ky, kx].map(({ window, every, phases }) => (window - 1) * every + phases);
  const own = slice(kernel, [ky.first, kx.first, 0, 0], [...spans, c, o]);
  // [turns of y, phases, turns of x, phases, c, o], then [turns of y, of x, o, phases and c].
  const dealt = [ky, kx].reduce(
    (k, { phases, every }, axis) => windows(k, 2 * axis, phases, { stride: every }),
    own,
  );
  const turned = flip(transpose(dealt, [0, 2, 5, 1, 3, 4]), [0, 1]);
  const folded = reshape(turned, [ky.window, kx.window, o, ky.phases * kx.phases * c]);
  const product = contract(windowsOf(y, [ky, kx]), folded, BY_KERNEL);
  const split = reshape(product, [...product.shape.slice(0, 3), ky.phases, kx.phases, c]);
  const around = (of: (group: Group) => number) => [0, 0, of(ky), 0, of(kx), 0];
  return pad(transpose(split, [0, 1, 3, 2, 4, 5]), {
    low: around(({ before }) => before),
    high: around(({ after }) => after),
    interior: around(({ between }) => between),
  });
}

const divisor = (a: number, b: number): number => b === 0 ? a : divisor(b, a % b);

/** How the elements of an image along an axis are dealt to phases. */
function phasesOf({ size, window, stride, dilation, low, count }: Placement) {
  // A single window may have any stride: with that of its own length, no element is summed over.
  const all = count === 1 ? window * dilation : stride;
  const every = all / divisor(all, dilation);
  const from = Math.floor(low / all), to = Math.floor((low + size - 1) / all);
  // Element a of the kernel meets y[q − turn] in the phase of what is left of dilation·a.
  const turnOf = (a: number) => Math.floor(a * dilation / all);
  const countOf = (a: number) => Math.ceil((window - a) / every);
  const alike = (a: number, b: number) => turnOf(a) === turnOf(b) && countOf(a) === countOf(b);
  const firsts = Array.from({ length: Math.min(every, window) }, (_, a) => a);
  const groups = firsts.filter((a) => a === 0 || !alike(a, a - 1)).map((first): Group => {
    const turn = turnOf(first), elements = countOf(first), step = turnOf(every);
    const phases = firsts.filter((a) => alike(a, first)).length;
    const before = first * dilation - turn * all;
    return {
      ...{ first, every, phases, before, between: dilation - 1 },
      after: all - 1 - before - (phases - 1) * dilation,
      ...{ window: elements, stride: 1, dilation: step },
      low: (elements - 1) * step + turn - from,
      high: to - turn - (count - 1),
    };
  });
  return { groups, skip: low - from * all };
}
