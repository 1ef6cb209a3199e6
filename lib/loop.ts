/**
 * What `scan` runs: a body on the leaves of its trees, called by the host for every row.
 *
 * @module
 */
import { tensor, zeros } from "./create.ts";
import { deviceOf, evaluate } from "./evaluate.ts";
import { grad, withGradient } from "./grad.ts";
import { jit } from "./jit.ts";
import { at, splitAxis } from "./ops/arrangement.ts";
import { add, mul } from "./ops/elementwise.ts";
import { take } from "./ops/indexing.ts";
import { concat, stack } from "./ops/joining.ts";
import { expandDims, reshape, sum } from "./ops/linear.ts";
import { topologicalOrder } from "../kernels/graph.ts";
import { type Shape, shapeError, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";
import { Tensor } from "./tensor.ts";
import { untraced } from "./trace.ts";

/** The leaves of what a scan gives: the last state, and a row of outputs for each row. */
export interface Outcome {
  readonly carry: readonly Tensor[];
  readonly ys: readonly Tensor[];
}
/** A body on leaves. */
type Body = (carry: Leaves, x: Leaves, rest: Leaves) => Outcome;
/** The leaves of a tree. */
export type Leaves = readonly Tensor[];

const joined = /* @__PURE__ */ jit((parts: Tensor[]) => concat(parts), { mostForms: Infinity });
const GROUP = 8;
/**
 * One series of many pieces, which are disposed of. Few are joined at a time, so that few programs
 * are compiled.
 */
function join(parts: Leaves): Tensor {
  if (parts.length === 1) return parts[0];
  const groups = Array.from({ length: Math.ceil(parts.length / GROUP) }, (_, i) => {
    const group = parts.slice(GROUP * i, GROUP * (i + 1));
    if (group.length === 1) return group[0];
    const whole = joined(group) as Tensor;
    disposeOf(group);
    return whole;
  });
  return join(groups);
}

const disposeOf = (list: Leaves): void => list.forEach((x) => x.dispose());
const isFloat = ({ dtype }: Tensor): boolean => dtype === "float32";

/** A scan of leaves, with its compiled programs. */
export class Loop {
  readonly #body: Body;
  readonly #reverse: boolean;
  readonly #step;
  #pullback: Loop | undefined;

  constructor(body: Body, reverse: boolean) {
    this.#body = body;
    this.#reverse = reverse;
    this.#step = jit((carry: Tensor[], xs: Tensor[], rest: Tensor[], t: Tensor) => {
      const out = body(carry, xs.map((x) => take(x, t)), rest);
      return {
        carry: [...out.carry],
        ys: out.ys.map((y) => expandDims(y, 0)),
        t: add(t, reverse ? -1 : 1),
      };
    }, { name: "scan" });
  }

  run(carry: Leaves, xs: Leaves, rest: Leaves): Outcome {
    const inputs = [...carry, ...xs, ...rest];
    const length = lengthOf(xs);
    if (length === 0 || inputs.some(isParameter)) return this.#unrolled(carry, xs, rest, length);
    if (inputs.some((x) => x.isTraced)) return this.#traced(carry, xs, rest, length);
    const found = this.#loop(carry, xs, rest, length, false);
    return found === undefined
      ? this.#unrolled(carry, xs, rest, length)
      : { carry: found.last, ys: found.ys };
  }

  /** The rows one after the other, in one graph. */
  #unrolled(carry: Leaves, xs: Leaves, rest: Leaves, length: number): Outcome {
    if (length === 0) {
      const { ys } = this.#body(carry, xs.map((x) => zeros(x.shape.slice(1), x.dtype)), rest);
      return { carry, ys: ys.map((y) => zeros([0, ...y.shape], y.dtype)) };
    }
    const rows: Leaves[] = [];
    for (const t of this.#places(length)) {
      const out = this.#body(carry, xs.map((x) => at(x, t)), rest);
      checkCarry(carry, out.carry);
      carry = out.carry;
      rows[t] = out.ys;
    }
    return { carry, ys: rows[0].map((_, i) => stack(rows.map((row) => row[i]))) };
  }

  #places(length: number): number[] {
    const places = Array.from({ length }, (_, t) => t);
    return this.#reverse ? places.reverse() : places;
  }

  /**
   * The rows by one compiled step each, and the state before each row if it is to be kept;
   * undefined where the body closes over a tensor that is being traced.
   */
  #loop(carry: Leaves, xs: Leaves, rest: Leaves, length: number, keeps: boolean) {
    const carries: Leaves[] = [], rows: Leaves[] = [];
    let t = tensor(this.#reverse ? length - 1 : 0, { dtype: "int32" });
    const step = () => this.#step([...carry], [...xs], [...rest], t);
    for (const [i, place] of this.#places(length).entries()) {
      const out = i === 0 ? step() : untraced(step);
      if ([...out.carry, ...out.ys].some((x) => x.isTraced)) return undefined;
      if (i === 0) checkCarry(carry, out.carry);
      if (keeps) carries[place] = carry;
      rows[place] = out.ys;
      // The collector would come late: a step makes little, but there are many.
      if (i > 0 && !keeps) disposeOf(carry);
      t.dispose();
      [carry, t] = [out.carry, out.t];
    }
    const ys = untraced(() => rows[0].map((_, i) => join(rows.map((row) => row[i]))));
    return { last: carry, ys, carries };
  }

  /**
   * A scan whose inputs are being differentiated: it runs on their data, and its floats become one
   * node with a gradient of its own, the flat list of last states, outputs and states.
   */
  #traced(carry: Leaves, xs: Leaves, rest: Leaves, length: number): Outcome {
    const inputs = [...carry, ...xs, ...rest];
    const data = untraced(() => dataOf(inputs));
    const [c, x] = [carry.length, carry.length + xs.length];
    const found = this.#loop(data.slice(0, c), data.slice(c, x), data.slice(x), length, true);
    if (found === undefined) return this.#unrolled(carry, xs, rest, length);
    const { last, ys } = found;
    const carries = untraced(() =>
      carry.map((_, i) => join(found.carries.map((row) => expandDims(row[i], 0))))
    );
    const start = this.#reverse ? length - 1 : 0; // that state is the caller's
    found.carries.filter((_, place) => place !== start).forEach(disposeOf);
    const outputs = [...last, ...ys, ...carries];
    const floats = outputs.filter(isFloat), shapes = floats.map(({ shape }) => shape);
    const end = last.length + ys.length;
    if (floats.length === 0) return { carry: last, ys };
    const node = withGradient<Leaves>(
      () => pack(floats),
      (dy, y, ...inputs) => {
        const [given, values] = [dy, y].map((flat) => withFloats(outputs, unpack(flat, shapes)));
        return this.#gradients(
          [inputs.slice(0, c), inputs.slice(c, x), inputs.slice(x)],
          values.slice(end),
          [given.slice(0, last.length), given.slice(last.length, end), given.slice(end)],
        );
      },
    )(...inputs);
    const values = withFloats(outputs, unpack(node, shapes));
    return { carry: values.slice(0, last.length), ys: values.slice(last.length, end) };
  }

  /**
   * The gradients of the inputs, by a scan against the direction of this one. Its state is the
   * gradients of the state and of `rest`, its rows are states, inputs and given gradients.
   */
  #gradients(
    [carry, xs, rest]: readonly Leaves[],
    carries: Leaves,
    [dLast, dYs, dCarries]: readonly Leaves[],
  ): (Tensor | undefined)[] {
    const pullback = this.#pullback ??= new Loop((state, row, rest) => {
      const [dCarry, dRest] = cut(state, carry.filter(isFloat).length);
      const [c, x, dY, dC] = cut(row, carry.length, xs.length, dYs.length);
      const weighed = (floats: Leaves): Tensor => {
        const [c2, x2, r2] = cut(withFloats([...c, ...x, ...rest], floats), c.length, x.length);
        const out = this.#body(c2, x2, r2);
        const pairs = [
          ...out.carry.filter(isFloat).map((y, i) => mul(y, dCarry[i])),
          ...out.ys.flatMap((y, i) => isFloat(y) ? mul(y, dY[i]) : []),
        ];
        return pairs.map((p) => sum(p)).reduce((a, b) => add(a, b));
      };
      const gradient = grad(weighed)([...c, ...x, ...rest].filter(isFloat));
      const [gC, gX, gR] = cut(gradient, dCarry.length, x.filter(isFloat).length);
      const states = dC.filter(isFloat);
      return {
        carry: [...gC.map((g, i) => add(g, states[i])), ...gR.map((g, i) => add(g, dRest[i]))],
        ys: gX,
      };
    }, !this.#reverse);
    const init = [
      ...dLast.filter(isFloat),
      ...rest.filter(isFloat).map(({ shape }) => zeros(shape)),
    ];
    const out = pullback.run(init, [...carries, ...xs, ...dYs, ...dCarries], rest);
    const [dCarry, dRest] = cut(out.carry, carry.filter(isFloat).length);
    const inputs = [...carry, ...xs, ...rest];
    return withFloats(inputs, [...dCarry, ...out.ys, ...dRest])
      .map((gradient, i) => isFloat(inputs[i]) ? gradient : undefined);
  }
}

/** The list with other floats in their places. */
function withFloats(list: Leaves, floats: Leaves): Tensor[] {
  let next = 0;
  return list.map((x) => isFloat(x) ? floats[next++] : x);
}

/** A list in pieces of some lengths, and the rest. */
function cut(list: Leaves, ...lengths: number[]): Leaves[] {
  let start = 0;
  const pieces = lengths.map((n) => list.slice(start, start += n));
  return [...pieces, list.slice(start)];
}

const pack = (list: Leaves): Tensor => concat(list.map((x) => reshape(x, [x.size])));

const unpack = (flat: Tensor, shapes: readonly Shape[]): Tensor[] =>
  splitAxis(flat, shapes.map(sizeOf)).map((part, i) => reshape(part, shapes[i]));

/** The common length of some series. */
function lengthOf(xs: Leaves): number {
  const [first] = xs;
  if (first === undefined) throw new RangeError("Cannot scan no series: xs has no tensors");
  for (const x of xs) {
    if (x.rank > 0 && x.shape[0] === first.shape[0]) continue;
    throw shapeError`Cannot scan series of ${first.shape} and ${x.shape}: all have as many rows`;
  }
  return first.shape[0];
}

function checkCarry(before: Leaves, after: Leaves): void {
  before.forEach((x, i) => {
    if (`${x}` === `${after[i]}`) return;
    if (x.dtype !== after[i].dtype) {
      throw new TypeError(`Cannot scan a state of ${x.dtype} that becomes ${after[i].dtype}`);
    }
    throw shapeError`Cannot scan a state of ${x.shape} that becomes ${after[i].shape}`;
  });
}

/** Whether a tensor depends on an argument of a function being compiled, which has no data yet. */
const isParameter = (x: Tensor): boolean =>
  x.isTraced &&
  topologicalOrder([x]).some((node) => node.lowering.kind === "leaf" && node.storage === undefined);

/** Leaves with the data of tensors, which stay expressions where they are being differentiated. */
function dataOf(list: Leaves): Tensor[] {
  const device = deviceOf(topologicalOrder(list));
  Tensor.compute(list, device);
  const open = [...new Set(list)].filter((x) => x.storage === undefined);
  const buffers = open.length === 0 ? [] : evaluate(topologicalOrder(open), open, device);
  const found = new Map(
    open.map((x, i) =>
      [x, Tensor.leaf(Storage.ofBuffer(buffers[i], x.size, x.dtype), x.shape)] as const
    ),
  );
  return list.map((x) => found.get(x) ?? x);
}
