/**
 * Optimizers take the type of the tree from their arguments. These tests are checked by `deno check`
 * more than by running.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import {
  adam,
  adamw,
  chain,
  clipByGlobalNorm,
  clipByValue,
  grad,
  jit,
  mean,
  rmsprop,
  sgd,
  square,
  type Tensor,
  zeros,
} from "../../mod.ts";

interface Tree {
  readonly layers: readonly { readonly w: Tensor; readonly b: Tensor }[];
  readonly gain: Tensor;
}
const tree: Tree = { layers: [{ w: zeros([2, 3]), b: zeros([3]) }], gain: zeros([]) };

/** Whether two types are the same; a call of {@linkcode holds} with false is a type error. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
const holds = <_ extends true>() => {};

const OPTIMIZERS = {
  adam: adam({ learningRate: 1 }),
  adamw: adamw({ learningRate: 1 }),
  sgd: sgd({ learningRate: 1 }),
  rmsprop: rmsprop({ learningRate: 1 }),
  chain: chain(
    (gradient) => clipByValue(gradient, 1),
    (gradient) => clipByGlobalNorm(gradient, 1),
    sgd({ learningRate: 1 }),
  ),
};

Deno.test("the state and the new parameters have the type of the parameters", () => {
  for (const optimizer of [OPTIMIZERS.adam, OPTIMIZERS.adamw]) {
    const state = optimizer.init(tree), [params, next] = optimizer.update(tree, state, tree);
    holds<Same<typeof state.m, Tree>>();
    holds<Same<typeof params, Tree>>();
    holds<Same<typeof next, typeof state>>();
    assertEquals(params.layers[0].w.shape, next.v.layers[0].w.shape);
  }
  for (const optimizer of [OPTIMIZERS.sgd, OPTIMIZERS.rmsprop, OPTIMIZERS.chain]) {
    holds<Same<ReturnType<typeof optimizer.init<Tree>>["velocity"], Tree>>();
  }
  const [params, state] = OPTIMIZERS.chain.update(tree, OPTIMIZERS.chain.init(tree), tree);
  holds<Same<typeof params, Tree>>();
  assertEquals(state.velocity.layers[0].b.shape, [3]);
});

Deno.test("a jitted step needs no type argument", async () => {
  const optimizer = OPTIMIZERS.adam;
  let params = { w: zeros([2]) }, state = optimizer.init(params);
  const loss = (p: typeof params) => mean(square(p.w));
  const step = jit((p: typeof params, s: typeof state) => optimizer.update(grad(loss)(p), s, p));
  [params, state] = step(params, state);
  assertEquals(await state.step.item(), 1);
});

Deno.test("a gradient or a state of another tree is a type error, and throws", () => {
  const optimizer = OPTIMIZERS.adam, state = optimizer.init(tree);
  // @ts-expect-error: the gradient has no layers
  assertThrows(() => optimizer.update({ gain: tree.gain }, state, tree), TypeError);
  // @ts-expect-error: the state is that of a tensor
  assertThrows(() => optimizer.update(tree, optimizer.init(tree.gain), tree), TypeError);
  // @ts-expect-error: the state is that of another optimizer
  assertThrows(() => optimizer.update(tree, OPTIMIZERS.sgd.init(tree), tree), TypeError);
});
