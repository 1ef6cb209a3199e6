/**
 * A training step as a whole: the same losses on every device, as few kernels as planned, and
 * memory that stays the same.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { makeFixture } from "../experiments/bench/fixture.ts";
import { countKernels, trainer } from "../experiments/bench/model.ts";
import { firstArguments, networkStep } from "../experiments/bench/network_model.ts";
import { layersOf, NETWORKS } from "../experiments/bench/networks.ts";
import { flattenArguments, trace } from "../lib/jit.ts";
import {
  adam,
  type AdamState,
  type Dense,
  dense,
  initDense,
  jit,
  key,
  mean,
  mul,
  normal,
  openDevice,
  sub,
  valueAndGrad,
} from "../mod.ts";
import { onEveryDevice } from "./fixtures/devices.ts";

onEveryDevice("ten steps of the VAE go from 610.573 to 282.741, as in PyTorch", async (device) => {
  const task = { model: "vae", batch: 100, hidden: 200 } as const;
  const step = trainer(task, makeFixture(task), device);
  assertAlmostEquals(await step(), 610.573, 5e-4);
  for (let i = 2; i < 10; i++) await step();
  assertAlmostEquals(await step(), 282.741, 5e-4);
});

onEveryDevice("10,000 replays of a training step keep memory flat", async (device) => {
  const x = normal(key(0), [8, 3]), y = normal(key(1), [8, 2]);
  const loss = (p: Dense) => {
    const error = sub(dense(p, x), y);
    return mean(mul(error, error));
  };
  const optimizer = adam({ learningRate: 0.01 });
  const step = jit((p: Dense, state: AdamState<Dense>) => {
    const [value, gradient] = valueAndGrad(loss)(p);
    return [value, ...optimizer.update(gradient, state, p)] as const;
  }, { device, donate: [0, 1] });
  let params = initDense(key(2), 3, 2);
  let state = optimizer.init(params);
  let before = 0;
  for (let i = 0; i < 10_000; i++) {
    const [value, ...rest] = step(params, state);
    [params, state] = rest;
    if (i % 100 === 0) await value.read();
    value.dispose();
    if (i === 100) before = device.bytesInUse();
  }
  assertEquals(device.bytesInUse(), before);
});

Deno.test("a VAE step is at most 40 kernels, an Echo step 50", async () => {
  const device = await openDevice("cpu");
  assert(countKernels({ model: "vae", batch: 100, hidden: 200 }, device) <= 40);
  assert(countKernels({ model: "echo", batch: 100, hidden: 200 }, device) <= 50);
  device.close();
});

Deno.test("a step of a convolutional network takes at most 1.5 times its activations", async () => {
  const device = await openDevice("cpu");
  for (const network of NETWORKS) {
    const args = firstArguments(network, 100), { leaves } = flattenArguments(args);
    const { scratch, outputs } = trace(networkStep(network, 100), args, leaves, [0, 1])!
      .plan(device.traits);
    // The state is overwritten: a step makes nothing new but the loss.
    const made = outputs.filter(({ donor }) => donor === undefined).map(({ size }) => size);
    assertEquals([outputs.length, made], [leaves.length - 2 + 1, [1]]);
    // What a step cannot do without: the output of each layer, and its gradient.
    const layers = layersOf(network).map(({ layer }) =>
      layer.kind === "dense" ? layer.units : layer.size ** 2 * layer.filters
    );
    const [used, needed] = [scratch, layers].map((sizes) => sizes.reduce((sum, n) => sum + n));
    assertLess(used / (2 * 100 * needed), 1.5, network.name);
  }
  device.close();
});
