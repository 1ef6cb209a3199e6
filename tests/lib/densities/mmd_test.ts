/**
 * The maximum mean discrepancy: PyTorch's values, the closed form between two Gaussians, and what
 * no samples may break.
 *
 * @module
 */
import {
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertLess,
  assertThrows,
} from "@std/assert";
import fc from "../../fixtures/property.ts";
import {
  add,
  grad,
  type Key,
  key,
  mul,
  normal,
  run,
  ShapeError,
  split,
  sub,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { squaredMmd } from "../../../lib/densities/mod.ts";
import type { Device } from "../../../kernels/device.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { assertGolden, golden } from "../../golden/check.ts";
import { methods } from "../../golden/values.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";

onEveryDevice("both estimators and their gradients are PyTorch's", async (device) => {
  const { a, b, cases } = methods.mmd;
  const samples: [Tensor, Tensor] = [golden(a), golden(b)];
  for (const { bandwidth, estimator, mmd, gradients } of cases) {
    const options = { bandwidth, estimator: estimator as "biased" | "unbiased" };
    const found = grad(([a, b]: [Tensor, Tensor]) => squaredMmd(a, b, options))(samples);
    // Squared distances, up to some 50, are differences of norms: the kernel is off by a rounding
    // of 50/h, of which 16 are allowed. The terms of the value are k − 1, those of the gradient
    // k·2a/h with |a| up to 3.
    const kernel = 50 / bandwidth / 16;
    const value = Math.min(1, 50 / bandwidth) + kernel, slope = 6 / bandwidth * (1 + kernel);
    await assertGolden([
      [`${estimator}, bandwidth ${bandwidth}`, squaredMmd(...samples, options), mmd, () => value],
      ["by a", found[0], gradients[0], () => slope],
      ["by b", found[1], gradients[1], () => slope],
    ], device);
  }
});

Deno.test("the bandwidth is the squared dimension unless given, the estimator unbiased", async () => {
  const [a, b] = [normal(key(1), [5, 3]), normal(key(2), [4, 3])];
  const found = [squaredMmd(a, b), squaredMmd(a, b, { bandwidth: 9, estimator: "unbiased" })];
  assertEquals(await found[0].item(), await found[1].item());
});

/**
 * E k(a, b) of independent a ~ N(m, s² I) and b ~ N(n, t² I): a − b is Gaussian, and so is the
 * kernel.
 */
function meanKernel(shift: number, variance: number, dimensions: number, h: number): number {
  const square = dimensions * shift ** 2;
  return (1 + 2 * variance / h) ** (-dimensions / 2) * Math.exp(-square / (h + 2 * variance));
}

/** Many independent estimates from few points each. */
async function estimates(
  of: (key: Key) => Tensor,
  count: number,
  device: Device,
): Promise<Float64Array> {
  const tensors = split(key(7), count).map(of);
  run(tensors, device);
  return Float64Array.from(await Promise.all(tensors.map((x) => x.item())));
}

const DIMENSIONS = 4, POINTS = 40;

onEveryDevice("the mean of estimates is the closed form between two Gaussians", async (device) => {
  for (const [shift, scale, bandwidth] of [[0, 1, 16], [0.5, 0.7, 16], [1, 2, 3]]) {
    const mmd = (of: Key) => {
      const [p, q] = split(of);
      const b = add(mul(normal(q, [POINTS, DIMENSIONS]), scale), shift);
      return squaredMmd(normal(p, [POINTS, DIMENSIONS]), b, { bandwidth });
    };
    const k = (shift: number, variance: number) =>
      meanKernel(shift, variance, DIMENSIONS, bandwidth);
    const exact = k(0, 2) + k(0, 2 * scale ** 2) - 2 * k(shift, 1 + scale ** 2);
    const found = await estimates(mmd, 50, device);
    const error = SIGMAS * standardError(found);
    assertLess(Math.abs(meanOf(found) - exact), error, `shift ${shift}, scale ${scale}`);
    // Zero only where the two are one.
    if (shift > 0) assertGreater(meanOf(found), error);
  }
}, { only: ["cpu"] });

onEveryDevice("a kernel that is 1 to a part in a thousand keeps its digits", async (device) => {
  const [a, b] = [normal(key(3), [50, 32]), add(normal(key(4), [50, 32]), 0.01)];
  const values = [squaredMmd(a, b, { bandwidth: 1e5 })];
  run(values, device);
  const exact = [squaredMmd(add(a, 0), add(b, 0), { bandwidth: 1e5 })];
  run(exact, reference);
  // 1 + 1 − 2 in float32 would be off by 1e-7, more than what is left.
  const want = await exact[0].item();
  assertLess(Math.abs(await values[0].item() - want), device.name === "reference" ? 1e-12 : 3e-9);
  assertGreater(Math.abs(want), 1e-8);
});

onEveryDevice(
  "a kernel so narrow that no two points meet: each meets itself alone",
  async (device) => {
    // Norms of 10⁵ are rounded by more than the bandwidth: a distance that is computed is not 0 on
    // the diagonal.
    const spread = (of: number, count: number) => mul(normal(key(of), [count, 33]), 100);
    const [a, b] = [spread(1, 5), spread(2, 4)];
    const both = (["unbiased", "biased"] as const)
      .map((estimator) => squaredMmd(a, b, { bandwidth: 1e-4, estimator }));
    run(both, device);
    assertAlmostEquals(await both[0].item(), 0, 1e-6);
    assertAlmostEquals(await both[1].item(), 1 / 5 + 1 / 4, 1e-6);
  },
);

const point = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 2, maxLength: 2 });
const points = fc.array(point, { minLength: 2, maxLength: 6 });

Deno.test("MMD is symmetric, does not depend on order and shifts, and is never negative where biased", async () => {
  const on = async (a: number[][], b: number[][], estimator: "biased" | "unbiased") => {
    const mmd = squaredMmd(tensor(a), tensor(b), { bandwidth: 2, estimator });
    run([mmd], reference);
    return await mmd.item();
  };
  await fc.assert(
    fc.asyncProperty(points, points, fc.constantFrom("biased", "unbiased"), async (a, b, of) => {
      const value = await on(a, b, of);
      const near = (other: number) => assertLess(Math.abs(value - other), 1e-9);
      near(await on(b, a, of));
      near(await on(a.toReversed(), b, of));
      const shift = (list: number[][]) => list.map(([x, y]) => [x + 0.5, y - 1]);
      near(await on(shift(a), shift(b), of));
      if (of === "biased") {
        assertGreater(value, -1e-12);
        assertLess(Math.abs(await on(a, a, of)), 1e-12);
      }
    }),
    { numRuns: 40 },
  );
});

Deno.test("samples that cannot be compared are refused", () => {
  const refused = (
    error: typeof RangeError | typeof ShapeError,
    message: string,
    ...args: Parameters<typeof squaredMmd>
  ) => assertEquals(assertThrows(() => squaredMmd(...args), error).message, message);
  const some = zeros([3, 2]);
  refused(
    ShapeError,
    "Cannot compare samples [3, 2] and [3, 4] by MMD: both must be [n, dimensions]",
    some,
    zeros([3, 4]),
  );
  assertThrows(() => squaredMmd(zeros([3]), some), ShapeError, "[3] and [3, 2]");
  refused(
    RangeError,
    "Cannot estimate an MMD of 1 and 3 points: the unbiased estimator needs at least 2 of each",
    zeros([1, 2]),
    some,
  );
  refused(
    RangeError,
    "Cannot estimate an MMD of 3 and 0 points: the biased estimator needs at least 1 of each",
    some,
    zeros([0, 2]),
    { estimator: "biased" },
  );
  refused(
    RangeError,
    "Cannot take an MMD with bandwidth 0: it must be positive",
    some,
    sub(some, 1),
    { bandwidth: 0 },
  );
});
