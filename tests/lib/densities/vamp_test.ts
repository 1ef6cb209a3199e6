/**
 * The VampPrior's density: PyTorch's mixture, and the explicit one.
 *
 * @module
 */
import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  add,
  grad,
  key,
  mul,
  normal,
  run,
  ShapeError,
  sub,
  sum,
  type Tensor,
  uniform,
  zeros,
} from "../../../mod.ts";
import { standardNormalLogDensity, vampLogDensity } from "../../../lib/densities/mod.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";
import { assertGolden, golden } from "../../golden/check.ts";
import { methods } from "../../golden/values.ts";

onEveryDevice("a mixture of Gaussians and its gradients are PyTorch's", async (device) => {
  const { vamp: of } = methods;
  const inputs: [Tensor, Tensor, Tensor] = [of.z, of.mean, of.logVariance].map(golden) as never;
  for (const legacy of [false, true]) {
    const density = ([z, mean, logVariance]: typeof inputs) =>
      vampLogDensity(z, { mean, logVariance }, { legacy });
    const gradients = grad((all: typeof inputs) => sum(density(all)))(inputs);
    const want = legacy ? of.legacyGradients : of.gradients;
    await assertGolden([
      ["density", density(inputs), legacy ? of.legacy : of.density, () => 1],
      ...gradients.map((g, i) => [`by input ${i}`, g, want[i], () => 1] as const),
    ], device);
  }
});

onEveryDevice(
  "it is the explicit mixture, far out and with narrow components too",
  async (device) => {
    const [components, batch, latent] = [40, 30, 8];
    const [z, mean] = [
      mul(normal(key(5), [batch, latent]), 3),
      normal(key(6), [components, latent]),
    ];
    const logVariance = sub(mul(uniform(key(7), [components, latent]), 4), 6);
    const found = vampLogDensity(z, { mean, logVariance });
    const legacy = vampLogDensity(z, { mean, logVariance }, { legacy: true });
    run([found, legacy, z, mean, logVariance], device);
    const [zs, ms, vs] = await Promise.all([z, mean, logVariance].map((x) => x.read()));
    const [mixed, averaged] = await Promise.all([found, legacy].map((x) => x.read()));
    for (let i = 0; i < batch; i++) {
      const logs = Array.from({ length: components }, (_, k) => {
        let total = 0;
        for (let j = 0; j < latent; j++) {
          const [x, m, v] = [zs[i * latent + j], ms[k * latent + j], vs[k * latent + j]];
          total -= 0.5 * ((x - m) ** 2 / Math.exp(v) + v + Math.log(2 * Math.PI));
        }
        return total;
      });
      const top = Math.max(...logs);
      const share = logs.reduce((total, l) => total + Math.exp(l - top), 0) / components;
      const exact = top + Math.log(share), average = logs.reduce((a, b) => a + b) / components;
      const unit = device.name === "reference" ? 1e-12 : 2 ** -20;
      assertLess(Math.abs(mixed[i] - exact), unit * Math.abs(exact));
      assertLess(Math.abs(averaged[i] - average), unit * Math.abs(average));
    }
  },
);

onEveryDevice(
  "one component is itself; equal ones are one; a mixture is never below its legacy",
  async (device) => {
    const z = normal(key(1), [20, 3]);
    const one = { mean: zeros([1, 3]), logVariance: zeros([1, 3]) };
    const five = { mean: zeros([5, 3]), logVariance: zeros([5, 3]) };
    const mixture = { mean: normal(key(2), [5, 3]), logVariance: normal(key(3), [5, 3]) };
    const results = [
      sub(vampLogDensity(z, one), standardNormalLogDensity(z)),
      sub(vampLogDensity(z, five), standardNormalLogDensity(z)),
      sub(vampLogDensity(z, five, { legacy: true }), standardNormalLogDensity(z)),
      sub(vampLogDensity(z, mixture), vampLogDensity(z, mixture, { legacy: true })),
    ];
    run(results, device);
    const [single, equal, legacy, gap] = await Promise.all(results.map((x) => x.read()));
    for (const off of [single, equal, legacy]) off.forEach((x) => assertLess(Math.abs(x), 1e-5));
    assert(gap.every((x: number) => x > 0));
  },
);

Deno.test("shapes that do not fit are refused", () => {
  const good = { mean: zeros([4, 3]), logVariance: zeros([4, 3]) };
  const error = assertThrows(() => vampLogDensity(zeros([2, 5]), good), ShapeError);
  assertEquals(
    error.message,
    "Cannot mix means [4, 3] and log-variances [4, 3] at [2, 5]: they must be [components, latent] and [batch, latent]",
  );
  assertThrows(() => vampLogDensity(zeros([3]), good), ShapeError);
  const odd = { ...good, logVariance: add(zeros([3]), 1) };
  assertThrows(() => vampLogDensity(zeros([2, 3]), odd), ShapeError, "log-variances [3]");
});
