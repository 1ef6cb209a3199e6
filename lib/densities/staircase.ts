/**
 * Dense layers with a staircase for a mask: each output reads the first few inputs, no fewer than the output before it.
 *
 * The parameters are the weights that the mask allows, and no others. The outputs are cut into groups of neighbours, and the
 * product of a group goes over the inputs that its last output reads: of a triangular mask, four groups compute 5/8 of what
 * the dense layer would. In the product a group is a block of a matrix. Its allowed weights are kept as a vector, row by row;
 * {@link packing} takes one to the other.
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
import type { Dense } from "../nn.ts";
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
  /** Weights uniform on ±√(6 / n), n being what the output reads (He et al., ICCV 2015, section 2.2); zero biases. */
  init(key: Key): MaskedDense;
  /** The parameters out of those of a dense layer. */
  pack(layer: Dense): MaskedDense;
  /** x·w + b with the masked w. */
  apply(params: MaskedDense, x: Tensor): Tensor;
}

/** Groups of outputs are as wide as this, if the layer is, and at most so many: below, products get too small to be fast. */
const GROUP_WIDTH = 128, GROUPS = 4;
/** Products are fastest over so many rows, or a multiple: the prefix of a group is rounded up to one. */
const ROWS = 8;

/**
 * The layer whose output j reads the first prefixes[j] of the inputs.
 *
 * @param prefixes ascending, at most `inputs`
 * @param groups into how many groups the outputs are cut
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

/** The two ways between a block [rows, columns] and the vector of its allowed weights. */
interface Packing {
  pack(block: Tensor): Tensor;
  unpack(vector: Tensor): Tensor;
}

/** Each way is a gather and, both being linear, the other's gradient: left to the gather's own rule, it would be a scatter. */
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
