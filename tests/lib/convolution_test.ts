/**
 * Convolutions and pools against PyTorch, and the law that a convolution and its transpose are
 * adjoint. All numbers are small integers, so devices must agree with PyTorch to the bit.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import {
  add,
  averagePool,
  conv2d,
  convTranspose2d,
  expandDims,
  maxPool,
  mul,
  ones,
  run,
  ShapeError,
  sum,
  type Tensor,
  vjp,
  zeros,
} from "../../mod.ts";
import type { Device } from "../../kernels/device.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { build, dice, toTensor } from "../fixtures/naive.ts";
import fc from "../fixtures/property.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";
import { assertGolden, type Check, golden } from "../golden/check.ts";
import { convolutions, pools } from "../golden/convolution.ts";

/** Asserts that a device computes the same integers; −0 counts as 0. */
const assertExact = (checks: readonly Check[], device: Device) =>
  assertGolden(checks, device, 1e-6);

/** Every case, or the share of them that a slow device has time for. */
const some = <T>(cases: readonly T[], { name }: Device): readonly T[] =>
  name === "webgpu" ? cases.filter((_, i) => i % 3 === 1) : cases;

onEveryDevice("convolutions, their gradients and those of these are PyTorch's", async (device) => {
  const checks = some(convolutions, device).flatMap((c): Check[] => {
    const { options, size } = c;
    const [x, k, dy, u, v] = [c.x, c.k, c.dy, c.u, c.v].map(golden);
    const pull = (x: Tensor, k: Tensor, dy: Tensor) =>
      vjp((x: Tensor, k: Tensor) => conv2d(x, k, options), x, k)[1](dy);
    const weigh = (x: Tensor, k: Tensor, dy: Tensor) => {
      const [dx, dk] = pull(x, k, dy);
      return add(sum(mul(u, dx)), sum(mul(v, dk)));
    };
    const [dx, dk] = pull(x, k, dy);
    const second = vjp(weigh, x, k, dy)[1](ones([]));
    const transposed = convTranspose2d(dy, k, { ...options, size });
    const what = `${c.x.split("|")[0]}by ${c.k.split("|")[0]}${JSON.stringify(options)}`;
    return [
      [`y of ${what}`, conv2d(x, k, options), c.y],
      [`dx of ${what}`, dx, c.dx],
      [`dk of ${what}`, dk, c.dk],
      [`transposed of ${what}`, transposed, c.dx],
      ...second.map((found, i): Check => [`second gradient ${i} of ${what}`, found, c.second[i]]),
    ];
  });
  await assertExact(checks, device);
});

onEveryDevice("pools and their gradients are PyTorch's", async (device) => {
  const checks = some(pools, device).flatMap((c): Check[] => {
    const [x, dy] = [c.x, c.dy].map(golden);
    const largest = vjp((x: Tensor) => maxPool(x, c.window, c.options), x);
    const means = vjp((x: Tensor) => mul(averagePool(x, c.window, c.options), 144), x);
    return [
      ["largest", largest[0], c.largest],
      ["gradient of the largest", largest[1](dy)[0], c.d_largest],
      ["means", means[0], c.means],
      ["gradient of the means", means[1](dy)[0], c.d_means],
    ];
  });
  await assertGolden(checks, device, 16);
});

/** Small integers. */
const draw = (shape: readonly number[], seed: number): Tensor => {
  const next = dice(seed);
  return toTensor(build(shape, () => Math.floor(7 * next()) - 3));
};

/** x, a kernel and y of a convolution, and its options. */
function operands(
  [n, height, width, c, o]: readonly number[],
  [kh, kw]: readonly number[],
  options: Parameters<typeof conv2d>[2],
) {
  const x = draw([n, height, width, c], 1), k = draw([kh, kw, c, o], 2);
  return { x, k, y: draw(conv2d(x, k, options).shape, 3), size: [height, width] as const };
}

onEveryDevice("⟨conv(x, k), y⟩ = ⟨x, transposed(y, k)⟩ = ⟨k, gradient⟩", async (device) => {
  const upTo = (most: number, least = 1) => fc.integer({ min: least, max: most });
  const two = (most: number) => fc.tuple(upTo(most), upTo(most));
  const padding = fc.oneof(
    fc.constantFrom("same" as const, "valid" as const),
    fc.tuple(fc.tuple(upTo(3, 0), upTo(3, 0)), fc.tuple(upTo(3, 0), upTo(3, 0))),
  );
  const options = fc.record({ strides: two(3), dilation: two(2), padding });
  const images = fc.tuple(upTo(3), upTo(9, 7), upTo(9, 7), upTo(5), upTo(9));
  const property = fc.asyncProperty(images, two(4), options, async (image, kernel, options) => {
    const { x, k, y, size } = operands(image, kernel, options);
    const [value, pullback] = vjp((k: Tensor) => conv2d(x, k, options), k);
    const back = convTranspose2d(y, k, { ...options, size });
    const products = run([
      sum(mul(value, y)),
      sum(mul(x, back)),
      sum(mul(k, pullback(y)[0])),
    ], device);
    const [a, b, c] = await Promise.all(products.map((product) => product.item()));
    assertEquals([b, c], [a, a]);
  });
  await fc.assert(property, { numRuns: device.name === "cpu" ? 60 : 8 });
});

/** Images and kernels whose sums are long: what is cut, where, and into how many parts. */
const LONG: readonly (readonly [string, number[], number[], Parameters<typeof conv2d>[2]])[] = [
  ["parts of images", [8, 20, 20, 9, 17], [3, 3], { padding: "same" }],
  ["parts, one output channel", [9, 30, 30, 5, 1], [5, 5], { strides: 2 }],
  ["parts, with dilation", [4, 40, 40, 3, 9], [2, 3], { dilation: 3 }],
  ["blocks of rows, a batch of one", [1, 40, 40, 3, 9], [2, 2], {}],
  ["blocks of channels", [2, 5, 5, 1100, 9], [1, 1], {}],
  ["blocks of rows of a kernel", [2, 9, 9, 130, 8], [3, 3], { padding: 1 }],
  ["tiles of several images", [30, 7, 7, 9, 16], [5, 5], { padding: "same" }],
];
for (const [what, image, kernel, options] of LONG) {
  onEveryDevice(`long sums agree to the bit: ${what}`, async (device) => {
    const { x, k, y } = operands(image, kernel, options);
    const results = (device: Device) => {
      const [value, pullback] = vjp((x: Tensor, k: Tensor) => conv2d(x, k, options), x, k);
      return Promise.all(run([value, ...pullback(y)], device).map((tensor) => tensor.read()));
    };
    const [found, expected] = [await results(device), await results(reference)];
    expected.forEach((want, i) => assertEquals(Array.from(found[i]), Array.from(want)));
  }, { only: ["cpu"] });
}

onEveryDevice("an infinite element reaches no pixel outside of its window", async (device) => {
  const cases: (readonly [number, number, Parameters<typeof convTranspose2d>[2]])[] = [
    [4, 1, { strides: [1, 3] }], // pixels without a window
    [4, 3, { strides: [1, 2] }], // pixels of two windows, and of one
    [5, 5, { strides: [1, 3], padding: [[0, 0], [2, 1]] }],
    [4, 3, { strides: [1, 3], dilation: [1, 2] }],
    [4, 2, { strides: [1, 4], dilation: [1, 6] }], // pixels between those of windows
    [1, 3, { strides: [1, 9], dilation: [1, 2] }], // one window
  ];
  const graphs = cases.flatMap(([columns, width, options]) => {
    const k = ones([1, width, 1, 1]);
    const spread = (value: number) => {
      const row = build([1, 1, columns, 1], (_, __, i) => i === columns >> 1 ? value : 0);
      return convTranspose2d(toTensor(row), k, options);
    };
    return [spread(Infinity), spread(1)];
  });
  const found = await Promise.all(run(graphs, device).map((image) => image.read()));
  cases.forEach(([, , options], i) => {
    const expected = Array.from(found[2 * i + 1], (reached) => reached === 0 ? 0 : Infinity);
    assertEquals(Array.from(found[2 * i]), expected, JSON.stringify(options));
  });
});

Deno.test("a window that lies in the padding alone gives the image no gradient", async () => {
  const options = { strides: 20, padding: [[0, 0], [10, 0]] } as const;
  const dx = convTranspose2d(ones([1, 1, 1, 1]), ones([1, 2, 1, 1]), { ...options, size: 1 });
  assertEquals([...await run(dx, reference).read()], [0]);
});

onEveryDevice("where −∞ is the largest, padding takes no gradient", async (device) => {
  const x = toTensor(build([1, 3, 2, 1], (_, i) => i === 2 ? 1 : -Infinity));
  const options = { strides: 2, padding: [[1, 1], [1, 0]] } as const;
  const [y, pullback] = vjp((x: Tensor) => maxPool(x, 2, options), x);
  const [value, dx] = run([y, ...pullback(add(ones([1, 2, 1, 1]), 5))], device);
  // Column 1 has no window. Row 0 has one to itself; rows 1 and 2 share the other.
  assertEquals([...await value.read()], [-Infinity, 1]);
  assertEquals([...await dx.read()], [6, 0, 0, 0, 6, 0]);
});

Deno.test("a transposed convolution makes the smallest image unless a size is given", () => {
  const [y, k] = [zeros([2, 5, 7, 4]), zeros([3, 4, 6, 4])];
  const shapeOf = (options: Parameters<typeof convTranspose2d>[2]) =>
    convTranspose2d(y, k, options).shape;
  assertEquals(shapeOf({}), [2, 7, 10, 6]);
  assertEquals(shapeOf({ strides: 2 }), [2, 11, 16, 6]);
  assertEquals(shapeOf({ strides: [2, 3], padding: "same" }), [2, 10, 21, 6]);
  assertEquals(shapeOf({ strides: 2, padding: [[1, 0], [2, 1]] }), [2, 10, 13, 6]);
  assertEquals(shapeOf({ strides: 2, size: [12, 16] }), [2, 12, 16, 6]);
  assertEquals(shapeOf({ dilation: 2 }), [2, 9, 13, 6]);
});

Deno.test("a convolution along one axis is that of images of one row", async () => {
  const x = toTensor(build([1, 5, 1], (_, i) => i + 1)), k = toTensor(build([1, 2, 1, 1], () => 1));
  const y = conv2d(expandDims(x, 1), k, { padding: "same" });
  assertEquals(y.shape, [1, 1, 5, 1]);
  assertEquals([...await run(y, reference).read()], [3, 5, 7, 9, 5]);
});

const x = zeros([2, 5, 6, 3]), k = zeros([3, 3, 3, 4]);
testRefusals([
  refusal(
    ShapeError,
    "Cannot convolve [2, 5, 6, 3] by [3, 3, 2, 4]: the image has 3 channels, and the kernel takes 2",
    () => conv2d(x, zeros([3, 3, 2, 4])),
  ),
  refusal(
    ShapeError,
    "Cannot convolve [2, 5, 6, 3] by [3, 9, 3, 4]: a window reaches over 9 columns, and the padded image has 8",
    () => conv2d(x, zeros([3, 9, 3, 4]), { padding: 1 }),
  ),
  refusal(ShapeError, "an image has 4 axes", () => conv2d(zeros([5, 6, 3]), k)),
  refusal(
    ShapeError,
    "Cannot convolve [2, 5, 6, 3] by [0, 2, 3, 4]: a kernel has at least 1 row and 1 column",
    () => conv2d(x, zeros([0, 2, 3, 4])),
  ),
  refusal(RangeError, "with strides null: it", () => conv2d(x, k, { strides: null } as never)),
  refusal(RangeError, "with strides null: it", () => maxPool(x, 2, { strides: null } as never)),
  refusal(ShapeError, "a kernel has 4 axes", () => conv2d(x, zeros([3, 4]))),
  refusal(
    RangeError,
    "with strides 0: it takes an integer from 1, or two",
    () => conv2d(x, k, { strides: 0 }),
  ),
  refusal(
    RangeError,
    'with padding "full": padding is "same", "valid", a number, two numbers or [[top, bottom], [left, right]]',
    () => conv2d(x, k, { padding: "full" as "same" }),
  ),
  refusal(
    RangeError,
    "with padding -1: it takes an integer from 0",
    () => conv2d(x, k, { padding: [1, -1] }),
  ),
  refusal(
    TypeError,
    "options are { strides, padding, dilation }",
    () => conv2d(x, k, { stride: 2 } as object),
  ),
  refusal(
    ShapeError,
    "Cannot transpose a convolution of [2, 5, 6, 4] by [3, 3, 3, 4] to size [9, 9]: 7 windows lie on 9 rows, not 5",
    () => convTranspose2d(zeros([2, 5, 6, 4]), k, { size: 9 }),
  ),
  refusal(
    ShapeError,
    "the padding [2, 3] leaves no rows",
    () => convTranspose2d(zeros([1, 1, 1, 4]), k, { padding: [[2, 3], [1, 1]] }),
  ),
  refusal(
    ShapeError,
    "Cannot pool [2, 5, 6, 3] by windows of [2, 2]: they may lie in the padding of 2",
    () => maxPool(x, 2, { padding: 2 }),
  ),
  refusal(RangeError, "with windows of [2, 2, 2]", () => averagePool(x, [2, 2, 2] as never)),
  refusal(
    TypeError,
    "Cannot pool with option dilation: options are { strides, padding }",
    () => maxPool(x, 2, { dilation: 2 } as never),
  ),
]);

Deno.test("strides that are undefined are those of a window's size", () => {
  for (const pool of [maxPool, averagePool]) {
    assertEquals(pool(zeros([1, 4, 4, 1]), 2, { strides: undefined }).shape, [1, 2, 2, 1]);
  }
});
