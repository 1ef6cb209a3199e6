/**
 * What refuses, and what it says: the op, all shapes, and the rule that was broken.
 *
 * @module
 */
import { assertRejects, assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { full, ShapeError, type Tensor, tensor, zeros } from "../../mod.ts";
import { type Refusal, refusal, testRefusals } from "../fixtures/refusals.ts";
import { onEveryDevice } from "../fixtures/devices.ts";

const x = tensor([1, 2]);
const indices = (...data: number[]) => tensor(data, { dtype: "int32" });
const int32 = (shape: readonly number[]) => zeros(shape, "int32");
const key = g.key(0);
const js = g as unknown as Readonly<Record<string, (...args: unknown[]) => unknown>>;

const shapes: readonly Refusal[] = [
  refusal(
    ShapeError,
    "Cannot matmul [32, 784] by [512, 20]: 784 columns against 512 rows",
    () => g.matmul(zeros([32, 784]), zeros([512, 20])),
  ),
  refusal(
    ShapeError,
    "Cannot matmul [] by [5, 2]: a scalar has no columns",
    () => g.matmul(zeros([]), zeros([5, 2])),
  ),
  refusal(
    ShapeError,
    "Cannot matmul",
    () => g.matmul(zeros([2, 4, 4]), zeros([3, 4, 4])),
  ),
  refusal(
    ShapeError,
    "Cannot add [3, 4] and [3]: 4 against 3 along axis -1",
    () => g.add(zeros([3, 4]), zeros([3])),
  ),
  refusal(
    ShapeError,
    "2 against 3 along axis -1",
    () => g.where(zeros([2], "bool"), zeros([3]), 0),
  ),
  refusal(
    ShapeError,
    "Cannot reshape [2, 3] to [4]: 6 elements against 4",
    () => g.reshape(zeros([2, 3]), [4]),
  ),
  refusal(
    ShapeError,
    "Cannot reshape [] to [0]: 1 element against 0",
    () => g.reshape(zeros([]), [0]),
  ),
  refusal(
    ShapeError,
    "Cannot matmul [3, 1] by [2, 4]: 1 column against 2 rows",
    () => g.matmul(zeros([3, 1]), zeros([2, 4])),
  ),
  refusal(ShapeError, "Cannot reshape [3] to", () => g.reshape(zeros([3]), [-1, 2])),
  refusal(RangeError, "non-negative integers", () => g.reshape(zeros([4]), [-1, -1])),
  refusal(ShapeError, "Cannot broadcast [2] to [3]", () => g.broadcastTo(zeros([2]), [3])),
  refusal(ShapeError, "Cannot broadcast [2, 3] to [3]", () => g.broadcastTo(zeros([2, 3]), [3])),
  refusal(
    ShapeError,
    "Cannot transpose [2, 3] by [0, 0]: every axis must be named once",
    () => g.transpose(zeros([2, 3]), [0, 0]),
  ),
  refusal(ShapeError, "Cannot slice [2] from [3]", () => g.slice(zeros([3]), [2], [2])),
  refusal(ShapeError, "Cannot slice [1] from [3]", () => g.slice(zeros([3]), [-1], [1])),
  refusal(ShapeError, "Cannot slice [1] from [3, 3]", () => g.slice(zeros([3, 3]), [0], [1])),
  refusal(Error, "Cannot slice", () => g.slice(zeros([3]), [0.5], [1])),
  refusal(Error, "Cannot slice", () => g.slice(zeros([3]), [5], [0])),
  refusal(
    ShapeError,
    "Cannot pad [2, 2] by [1], [1], [0]: it takes one integer from 0 for each axis",
    () => g.pad(zeros([2, 2]), { low: [1], high: [1] }),
  ),
  refusal(ShapeError, "one integer from 0", () => g.pad(zeros([2]), { low: [-1], high: [1] })),
  refusal(
    ShapeError,
    "Cannot concatenate [2, 2] and [3, 3] along axis 0: the other axes differ",
    () => g.concat([zeros([2, 2]), zeros([3, 3])]),
  ),
  refusal(
    ShapeError,
    'Cannot einsum "": a term of no letters does not fit [2, 2]',
    () => g.einsum("", zeros([2, 2])),
  ),
  refusal(RangeError, "a scalar has no axes", () => g.take(zeros([]), int32([1]))),
  refusal(ShapeError, "Cannot take [1] rows from [0, 2]", () => g.take(zeros([0, 2]), int32([1]))),
  refusal(
    ShapeError,
    "Cannot take [3, 1] from [2, 5] along axis 1: the other axes differ",
    () => g.takeAlongAxis(zeros([2, 5]), int32([3, 1]), 1),
  ),
  refusal(
    ShapeError,
    "Cannot scatterAdd [3, 2] at [2]: it takes one index for each row of updates",
    () => g.scatterAdd(5, int32([2]), zeros([3, 2])),
  ),
  refusal(ShapeError, "into no rows", () => g.scatterAdd(0, int32([1]), zeros([1]))),
  refusal(ShapeError, "a key is a uint32 tensor of shape [2]", () => g.uniform(zeros([2]), [3])),
  refusal(
    ShapeError,
    "Cannot make a tensor of ragged data: [2] beside [1]",
    () => tensor([[1, 2], [3]]),
  ),
  refusal(
    ShapeError,
    "Cannot make a tensor of shape [3]: it has 3 elements, the data 2",
    () => tensor([1, 2], { shape: [3] }),
  ),
  refusal(
    ShapeError,
    "Cannot exclude [3]: one number for each of 2 rows",
    () => g.permutations(key, 2, 5, { exclude: int32([3]) }),
  ),
];

const kinds: readonly Refusal[] = [
  refusal(
    TypeError,
    "Cannot add float32 and int32: cast one of them, dtypes are never mixed",
    () => g.add(zeros([1]), int32([1])),
  ),
  refusal(
    TypeError,
    'Cannot exp a tensor of int32: exp takes float32; cast(x, "float32") converts it',
    () => g.exp(int32([1])),
  ),
  // Ops that are made of others name themselves.
  ...([
    ...["mod", "pow", "clip", "dot", "outer"].map((op) => [op, [zeros([2], "bool"), x, x]]),
    ...["ceil", "trunc", "sign", "square", "reciprocal", "rsqrt", "sort", "argsort", "argmin"]
      .map((op) => [op, [zeros([2], "bool")]]),
    ...["mod", "dot"].map((op) => [op, [int32([2]), int32([2])]]),
    ["topK", [zeros([2], "bool"), 1]],
    ["einsum", ["i,i->", int32([2]), int32([2])]],
    ["einsum", ["i->", zeros([2], "bool")]],
  ] as const).map(([op, args]) =>
    refusal(TypeError, `: ${op} takes float32`, () => js[op as string](...args as unknown[]))
  ),
  refusal(
    TypeError,
    "Cannot pow a tensor of int32 by -1: its exponents are the integers from 0 to 64",
    () => g.pow(int32([2]), -1),
  ),
  refusal(TypeError, "and takes int32, uint32, bool", () => g.and(zeros([1]), 1)),
  refusal(TypeError, "takes float32, int32, uint32", () => g.sum(zeros([1], "bool"))),
  refusal(TypeError, "takes bool", () => g.where(zeros([1]), 1, 2)),
  refusal(TypeError, "takes float32", () => g.matmul(int32([2, 2]), int32([2, 2]))),
  refusal(TypeError, "takes int32", () => g.take(zeros([2]), zeros([1]))),
  refusal(TypeError, "takes int32", () => g.scatterAdd(2, zeros([1]), zeros([1]))),
  refusal(TypeError, "dtypes are never mixed", () => g.concat([zeros([1]), int32([1])])),
  // A number takes the dtype of the tensor beside it, so it must fit that dtype.
  refusal(Error, "0.5", () => g.add(int32([1]), 0.5)),
  refusal(Error, "Cannot mean", () => g.mean(int32([2]))),
  refusal(TypeError, 'cast(x, "float32") converts it', () => g.mean(zeros([2], "bool"))),
  refusal(
    TypeError,
    "Cannot differentiate a value of int32: only float32 has gradients",
    () => g.grad((x: Tensor) => g.sum(g.cast(x, "int32")))(x),
  ),
  refusal(
    TypeError,
    "Cannot differentiate a value of bool: only float32 has gradients",
    () => g.grad((x: Tensor) => g.less(g.sum(x), 1))(x),
  ),
];

const values: readonly Refusal[] = [
  refusal(
    RangeError,
    "Cannot sum along axis 2 of [3, 4]: axes go from -2 to 1",
    () => g.sum(zeros([3, 4]), { axis: 2 }),
  ),
  refusal(
    RangeError,
    "Cannot sum along axes [1, 1]: an axis is named twice",
    () => g.sum(zeros([3, 4]), { axis: [1, -1] }),
  ),
  refusal(RangeError, "a scalar has no axes", () => g.cumsum(zeros([]), { axis: 0 })),
  refusal(RangeError, "along an empty axis", () => g.argmax(zeros([2, 0]), { axis: 1 })),
  refusal(RangeError, "Cannot concatenate no tensors", () => g.concat([])),
  refusal(RangeError, "sizes are non-negative integers", () => zeros([2, -1])),
  refusal(RangeError, "sizes are non-negative integers", () => g.iota([1.5])),
  refusal(RangeError, "a seed is an integer from 0", () => g.key(-1)),
  refusal(RangeError, "a seed is an integer from 0", () => g.key(0.5)),
  refusal(RangeError, "Cannot draw 4 of 3 numbers", () => g.permutations(key, 1, 3, { take: 4 })),
  refusal(RangeError, "n must be from 1 to 2^20", () => g.permutations(key, 1, 2 ** 20 + 1)),
  refusal(RangeError, "", () => g.randomInts(key, [3], 0)),
  refusal(RangeError, "", () => g.scatterAdd(-1, int32([1]), zeros([1]))),
  refusal(RangeError, "", () => g.scatterAdd(1.5, int32([1]), zeros([1]))),
  refusal(
    RangeError,
    "Cannot take index 7, number 1 of the indices: they must be from 0 to 2",
    () => g.take(zeros([3]), indices(2, 7, -1)),
  ),
  refusal(RangeError, "index -1, number 0 of", () => g.take(zeros([3]), indices(-1))),
  refusal(RangeError, "from 0 to 1", () => g.take(zeros([3, 2]), indices(0, 2), 1)),
  refusal(RangeError, "index 5, number 0 of", () => g.take(zeros([3]), full([9], 5, "int32"))),
  refusal(
    RangeError,
    "index 4, number 1 of the indices: they must be from 0 to 3",
    () => g.takeAlongAxis(zeros([2, 4]), g.expandDims(indices(0, 4), 1), 1),
  ),
  refusal(
    RangeError,
    "Cannot scatterAdd at index 2, number 1 of the indices: they must be from 0 to 1",
    () => g.scatterAdd(2, indices(1, 2), x),
  ),
  refusal(
    RangeError,
    "Cannot exclude index 5, number 0 of the indices: they must be from 0 to 4",
    () => g.permutations(key, 1, 5, { exclude: indices(5) }),
  ),
  refusal(
    RangeError,
    "Cannot use 1099511627776 as int32: int32 holds the integers from -2147483648 to 2147483647",
    () => full([1], 2 ** 40, "int32"),
  ),
  refusal(RangeError, "uint32 holds the integers from 0", () => full([2], -1, "uint32")),
  refusal(RangeError, "Cannot use 2 as bool", () => full([2], 2, "bool")),
  refusal(RangeError, "Cannot use 2147483648 as int32", () => indices(2 ** 31)),
  refusal(RangeError, "Cannot use 1.5 as int32", () => indices(1.5)),
  refusal(RangeError, "Cannot use NaN as int32", () => indices(NaN)),
  refusal(
    RangeError,
    "Cannot use 4294967295 as int32",
    () => tensor(Uint32Array.of(2 ** 32 - 1), { dtype: "int32" }),
  ),
  refusal(
    RangeError,
    "Cannot use 128 as bool",
    () => tensor(Uint8Array.of(0, 128), { dtype: "bool" }),
  ),
  // Operands that an integer dtype does not hold: devices would not agree about them.
  ...[g.less, g.lessEqual, g.equal, g.min, g.max, g.and, g.or, g.xor].map((op) =>
    refusal(RangeError, "Cannot use 4294967296 as int32", () => op(int32([1]), 2 ** 32))
  ),
  refusal(RangeError, "Cannot use -1 as uint32", () => g.less(zeros([1], "uint32"), -1)),
  refusal(RangeError, "Cannot use 4294967296 as uint32", () => g.foldIn(key, 2 ** 32)),
  refusal(RangeError, "Cannot use -1 as uint32", () => g.foldIn(key, -1)),
  refusal(RangeError, "Cannot use 0.5 as uint32", () => g.foldIn(key, 0.5)),
  refusal(RangeError, "Cannot split a key into 1.5", () => g.split(key, 1.5)),
  refusal(RangeError, "sizes are non-negative integers", () => g.uniform(key, [1.5])),
  refusal(RangeError, "Cannot draw 1.5 of 1.5 numbers", () => g.permutation(key, 1.5)),
  refusal(ShapeError, "with steps of 1 or more", () => g.slice(zeros([3]), [0], [2], [0])),
  refusal(
    RangeError,
    "steps must be above 0",
    () => g.constantThenLinear({ rate: 1, steps: 0 }),
  ),
];

testRefusals([...shapes, ...kinds, ...values]);

Deno.test("item() of a tensor with several elements is refused", async () => {
  await assertRejects(() => tensor([1, 2]).item(), ShapeError, "Cannot take the only item of [2]");
});

Deno.test("a read of a disposed tensor says that it was disposed of", async () => {
  const x = tensor([1, 2]);
  x.dispose();
  await assertRejects(() => x.read(), Error, "Cannot use this tensor: it was disposed of");
  await assertRejects(() => g.add(x, 1).read(), Error, "it was disposed of");
});

onEveryDevice("tensors with more elements than a kernel can count are refused", (device) => {
  const bits = g.randomBits(key, [2 ** 16, 2 ** 15])[0];
  const long = [
    g.sum(g.and(g.iota([2 ** 31], 0, "uint32"), 1)),
    g.sum(g.sum(bits, { axis: 1 })), // each sum is short, but the elements are counted through
    zeros([2 ** 16, 2 ** 15]),
  ];
  for (const x of long) {
    const message = "over 2147483648 elements: a kernel counts up to 2147483647 of them";
    assertThrows(() => g.run([x], device), RangeError, message);
  }
});
