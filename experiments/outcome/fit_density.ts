/**
 * Density estimation: fits a masked autoregressive flow to draws, by maximum likelihood.
 *
 * @module
 */

import {
  adam,
  type AdamState,
  add,
  constantThenLinear,
  type Device,
  div,
  foldIn,
  full,
  grad,
  jit,
  type Key,
  less,
  log,
  logSumExp,
  mean,
  mul,
  neg,
  normal,
  randomInts,
  run,
  split,
  sqrt,
  stack,
  sub,
  sum,
  take,
  type Tensor,
  treeMap,
  uniform,
  where,
} from "../../mod.ts";
import {
  autoregressiveFlow,
  type FlowOutput,
  type FlowParams,
  standardNormalLogDensity,
} from "../../lib/densities/mod.ts";
import { UserError } from "../shell/errors.ts";

/** A density m, from which independent draws can be made. */
export interface Density {
  /** The flow, which takes m but for its defensive part to N(0, I), of rows [n, dimensions]. */
  forward(rows: Tensor): FlowOutput;
  /** log m of rows [n, dimensions], [n] in nats. */
  logDensity(rows: Tensor): Tensor;
  /** Draws of m, [n, dimensions]: {@linkcode TRANSFORMS} network passes for each dimension. */
  draw(key: Key, n: number): Tensor;
}

/** The number of transforms of the flow. */
export const TRANSFORMS = 4;

/** Units of the hidden layers of each transform. */
const HIDDEN = [128, 128];

/** Rows of a step, and passes over all rows, within the least and the most steps. */
const BATCH = 256, PASSES = 40, LEAST = 300, MOST = 4000;

/** Looks at the held-out rows; after PATIENCE without a higher density the fit ends. */
const LOOKS = 16, PATIENCE = 5;

/**
 * The share of a wide Gaussian in m, and its width in standard deviations (a defensive mixture,
 * Hesterberg 1995). A flow may give a row far out a density of e^−1,000,000, and one such image
 * would decide the mean of a bound.
 */
const DEFENSIVE = 1e-3, WIDTH = 2;

/** The learning rate falls to 0 after a constant fraction of the steps. */
const LEARNING_RATE = 4e-3, CONSTANT = 0.25;

/** What a step changes. */
interface State {
  readonly params: FlowParams;
  readonly optimizer: AdamState<FlowParams>;
}

/** The best parameters so far. */
interface Best {
  readonly params: FlowParams;
  /** The mean of −log m over the held-out rows. */
  readonly nats: Tensor;
}

/**
 * Fits a density to rows. They are standardised, which brings different units to one scale; log m
 * is that of the rows as they are given.
 *
 * @param train the rows of the fit, [n, dimensions], at most 2²⁰
 * @param heldOut other rows of the same distribution: the parameters with their highest mean log m
 * are kept
 * @param key decides the first parameters and the rows of each step
 * @throws {UserError} if a dimension of the rows is constant, and so has no density
 */
export async function fitDensity(
  { train, heldOut, key, device }: { train: Tensor; heldOut: Tensor; key: Key; device: Device },
): Promise<Density> {
  const [rows, dimensions] = train.shape;
  const [starting, choosing] = split(key);
  const options = { dimensions, hidden: HIDDEN, steps: TRANSFORMS, shiftOnly: false };
  const flow = autoregressiveFlow(options);
  const { centre, scale } = run(momentsOf(train), device);
  const constant = (await scale.read()).findIndex((width) => !(width > 0));
  if (constant >= 0) {
    throw new UserError(`dimension ${constant} of the codes is constant: they have no density`);
  }
  const logVolume = run(sum(log(scale)), device);
  const forward = (params: FlowParams, x: Tensor): FlowOutput => {
    const { y, logDeterminant } = flow.forward(params, div(sub(x, centre), scale));
    return { y, logDeterminant: sub(logDeterminant, logVolume) };
  };
  const logDensityOf = (params: FlowParams, x: Tensor) => {
    const { y, logDeterminant } = forward(params, x);
    return add(standardNormalLogDensity(y), logDeterminant);
  };
  const surprise = (params: FlowParams, x: Tensor) => neg(mean(logDensityOf(params, x)));

  const steps = Math.min(MOST, Math.max(LEAST, Math.ceil(PASSES * rows / BATCH)));
  const learningRate = constantThenLinear({
    rate: LEARNING_RATE,
    steps,
    constantFraction: CONSTANT,
  });
  const adamOf = adam({ learningRate });
  const step = jit(({ params, optimizer }: State): State => {
    const chosen = randomInts(foldIn(choosing, optimizer.step), [BATCH], rows);
    const gradient = grad(surprise)(params, take(train, chosen));
    const [next, after] = adamOf.update(gradient, optimizer, params);
    return { params: next, optimizer: after };
  }, { device, donate: [0] });
  const look = jit(({ params }: State, best: Best): Best => {
    const nats = surprise(params, heldOut);
    const isBetter = less(nats, best.nats);
    const better = treeMap((p, b) => where(isBetter, p, b), params, best.params);
    return { params: better, nats: where(isBetter, nats, best.nats) };
  }, { device, donate: [1] });

  const init = jit(() => flow.init(starting), { device });
  const params = init();
  let state: State = { params, optimizer: adamOf.init(params) };
  let best: Best = { params: init(), nats: full([], Infinity) };
  let lowest = Infinity;
  const every = Math.ceil(steps / LOOKS);
  for (let done = 0, stale = 0; done < steps && stale < PATIENCE; done += every) {
    for (let i = 0; i < every; i++) state = step(state);
    best = look(state, best);
    const nats = await best.nats.item();
    stale = nats < lowest ? 0 : stale + 1;
    lowest = nats;
  }
  const { params: found } = best;
  const wide = mul(scale, WIDTH), logWide = run(sum(log(wide)), device);
  return {
    forward: (x) => forward(found, x),
    logDensity(x) {
      const ofWide = sub(standardNormalLogDensity(div(sub(x, centre), wide)), logWide);
      const both = [
        add(logDensityOf(found, x), Math.log(1 - DEFENSIVE)),
        add(ofWide, Math.log(DEFENSIVE)),
      ];
      return logSumExp(stack(both, 0), { axis: 0 });
    },
    draw(key, n) {
      const [choosing, drawing] = split(key);
      const noise = normal(drawing, [n, dimensions]);
      const isWide = less(uniform(choosing, [n, 1]), DEFENSIVE);
      const ofFlow = mul(flow.inverse(found, noise), scale);
      return add(where(isWide, mul(noise, wide), ofFlow), centre);
    },
  };
}

/** The mean and the standard deviation of each column, [1, dimensions]. */
function momentsOf(rows: Tensor): { centre: Tensor; scale: Tensor } {
  const centre = mean(rows, { axis: 0, keepDims: true });
  const off = sub(rows, centre);
  return { centre, scale: sqrt(mean(mul(off, off), { axis: 0, keepDims: true })) };
}
