/**
 * Dense layers whose mask is a staircase: each output reads a prefix of the inputs, at least as
 * long as that of the output before it.
 *
 * The parameters are the weights that the mask allows, and no others. Neighbouring outputs form
 * groups, and the product of a group covers the inputs that its last output reads. With a
 * triangular mask, four groups compute 5/8 of the dense layer. For the product, the weights of a
 * group are a block of a matrix; its allowed weights are stored as a vector, row by row.
 * {@link packing} converts between the two.
 *
 * @module
 */
import { add, less, max, mul, sub, where } from "../ops/elementwise.ts";
import { take } from "../ops/indexing.ts";
import { concat } from "../ops/joining.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/linear.ts";
import { slice } from "../ops/slicing.ts";
import { tensor, zeros } from "../create.ts";
import { withGradient } from "../grad.ts";
import type { Dense } from "../nn/dense.ts";
import { type Key, uniform } from "../random.ts";
import type { Tensor } from "../tensor.ts";

/** Parameters of a masked dense layer. */
export interface MaskedDense {
  /** The allowed weights of each group of outputs, row by row. */
  readonly w: readonly Tensor[];
  /** Biases, [outputs]. */
  readonly b: Tensor;
}

/** A masked dense layer, [batch, inputs] to [batch, outputs]. */
export interface Staircase {
  /**
   * Weights uniform on ±√(6 / n) for an output that reads n inputs (He et al., ICCV 2015, section
   * 2.2); zero biases.
   */
  init(key: Key): MaskedDense;
  /** The parameters that the mask leaves of a dense layer. */
  pack(layer: Dense): MaskedDense;
  /** x·w + b with the masked w. */
  apply(params: MaskedDense, x: Tensor): Tensor;
}

/**
 * Groups are at least this wide, and there are at most so many: smaller products are not faster.
 */
const GROUP_WIDTH = 128, GROUPS = 4;
/** The prefix of a group is rounded up to a multiple of this, at which products are fastest. */
const ROWS = 8;

/**
 * The layer whose output j reads the first prefixes[j] of the inputs.
 *
 * @param prefixes ascending, at most `inputs`
 * @param groups the number of groups of outputs
 */
export function staircase(
  inputs: number,
  prefixes: readonly number[],
  groups: number = groupsFor(inputs, prefixes.length),
): Staircase {
  const outputs = prefixes.length;
  const blocks = Array.from({ length: groups }, (_, i) => {
    const start = Math.round(i * outputs / groups), end = Math.round((i + 1) * outputs / groups);
    const rows = Math.min(inputs, ROWS * Math.ceil(prefixes[end - 1] / ROWS));
    return { start, columns: end - start, rows, ...packing(rows, prefixes.slice(start, end)) };
  });
  const pack = ({ w, b }: Dense): MaskedDense => ({
    w: blocks.map(({ start, rows, columns, pack }) => pack(slice(w, [0, start], [rows, columns]))),
    b,
  });
  return {
    pack,
    init(key) {
      const limits = tensor(prefixes.map((n) => n === 0 ? 0 : Math.sqrt(6 / n)));
      const w = mul(sub(mul(uniform(key, [inputs, outputs]), 2), 1), limits);
      return pack({ w, b: zeros([outputs]) });
    },
    apply({ w, b }, x) {
      const products = blocks.map(({ rows, unpack }, i) =>
        matmul(slice(x, [0, 0], [x.shape[0], rows]), unpack(w[i]))
      );
      return add(concat(products, 1), b);
    },
  };
}

const groupsFor = (inputs: number, outputs: number): number =>
  Math.max(1, Math.min(GROUPS, Math.floor(Math.min(inputs, outputs) / GROUP_WIDTH)));

/** The conversions between a block [rows, columns] and the vector of its allowed weights. */
interface Packing {
  pack(block: Tensor): Tensor;
  unpack(vector: Tensor): Tensor;
}

/**
 * Both conversions are gathers, and each is the adjoint of the other. The rule of `take` would make
 * the gradient a scatter, which is slower.
 */
function packing(rows: number, prefixes: readonly number[]): Packing {
  const columns = prefixes.length;
  const places: number[] = [];
  const numbers = new Int32Array(rows * columns).fill(-1);
  for (let place = 0; place < numbers.length; place++) {
    if (Math.floor(place / columns) < prefixes[place % columns]) {
      numbers[place] = places.push(place) - 1;
    }
  }
  const from = tensor(Int32Array.from(places));
  const to = tensor(numbers, { shape: [rows, columns] });
  const pack: Packing["pack"] = withGradient(
    (block: Tensor) => take(reshape(block, [rows * columns]), from),
    (dy) => [unpack(dy)],
  );
  const unpack: Packing["unpack"] = withGradient(
    (vector: Tensor) => where(less(to, 0), 0, take(vector, max(to, 0))),
    (dy) => [pack(dy)],
  );
  return { pack, unpack };
}
