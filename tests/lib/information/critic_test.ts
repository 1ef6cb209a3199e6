/**
 * Information by a trained critic, of Gaussians.
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
import {
  add,
  type Key,
  key,
  mul,
  normal,
  run,
  ShapeError,
  split,
  take,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import { criticInformation, type CriticOptions } from "../../../lib/information/mod.ts";

/** n pairs whose coordinates have a correlation r, far from standardised. */
function gaussians(of: Key, n: number, r: number, dimensions = 1): [x: Tensor, z: Tensor] {
  const [kx, kn] = split(of);
  const x = normal(kx, [n, dimensions]);
  const z = add(mul(x, r), mul(normal(kn, [n, dimensions]), Math.sqrt(1 - r * r)));
  return run([add(mul(x, 0.01), 5), mul(z, 100)]) as [Tensor, Tensor];
}

const short: CriticOptions = { steps: 500, batch: 128, learningRate: 3e-3, hidden: [32, 32] };
for (const method of ["flo", "mine", "nwj", "smile"] as const) {
  Deno.test(`a critic of ${method} finds the information of Gaussians`, async () => {
    const r = 0.8, information = -0.5 * Math.log(1 - r * r);
    const [x, z] = gaussians(key(41), 16_000, r);
    const { nats, standardError } = criticInformation(key(42), x, z, { ...short, method });
    const [found, error] = [await nats.item(), await standardError.item()];
    // Two standard errors, and what so short a training leaves.
    assertAlmostEquals(found, information, 2 * error + 0.03);
    assertGreater(error, 0.002);
    assertLess(error, 0.03);
    assertEquals(
      await criticInformation(key(42), x, z, { ...short, method }).nats.item(),
      found,
      "the same key, the same critic",
    );
  });

  Deno.test(`a critic of ${method} finds none where there is none`, async () => {
    const [x] = gaussians(key(43), 16_000, 0), [, z] = gaussians(key(44), 16_000, 0);
    const { nats } = criticInformation(key(45), x, z, { ...short, method });
    assertAlmostEquals(await nats.item(), 0, 0.03);
  });
}

Deno.test("SMILE finds a large information in 3 dimensions, where a critic without training finds none", async () => {
  const r = 0.9, dimensions = 3, information = -0.5 * dimensions * Math.log(1 - r * r);
  const [x, z] = gaussians(key(46), 16_000, r, dimensions);
  const { nats } = criticInformation(key(47), x, z, { ...short, steps: 800 });
  assertAlmostEquals(await nats.item(), information, 0.15);
  assertLess(await criticInformation(key(47), x, z, { steps: 0 }).nats.item(), 0.2);
});

Deno.test("the order of the draws does not matter", async () => {
  const r = 0.8, information = -0.5 * Math.log(1 - r * r);
  const [x, z] = gaussians(key(48), 8000, r);
  const order = [...(await x.read())].map((v, i) => [Number(v), i]).sort(([a], [b]) => a - b);
  const sorted = (of: Tensor) => take(of, tensor(order.map(([, i]) => i), { dtype: "int32" }));
  const { nats } = criticInformation(key(49), sorted(x), sorted(z), { ...short, method: "nwj" });
  assertAlmostEquals(await nats.item(), information, 0.1);
});

Deno.test("critics refuse draws that do not pair", () => {
  assertThrows(
    () => criticInformation(key(1), zeros([8, 2]), zeros([9, 2])),
    ShapeError,
    "Cannot estimate the information of [8, 2] and [9, 2]: both must be [n, dimensions]",
  );
  assertThrows(() => criticInformation(key(1), zeros([8]), zeros([8])), ShapeError);
  assertThrows(
    () => criticInformation(key(1), zeros([3, 1]), zeros([3, 1])),
    RangeError,
    "Cannot estimate the information of 3 draws by a critic: it takes at least 4",
  );
});
