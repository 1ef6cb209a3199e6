/**
 * Moving the contents of tensors between devices, host and files.
 *
 * @module
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  cast,
  exp,
  jit,
  less,
  loadTensors,
  mul,
  openDevice,
  readTree,
  run,
  saveTensors,
  sum,
  type Tensor,
  tensor,
  toDevice,
  treeMap,
} from "../../mod.ts";
import { onEveryDevice } from "../fixtures/devices.ts";
import fc from "../fixtures/property.ts";

const TREE = {
  weights: [tensor([[1.5, -2], [3, 4]]), tensor([-0, Infinity, 1e-40])],
  steps: tensor(7, { dtype: "int32" }),
  key: tensor(Uint32Array.of(2 ** 32 - 1)),
  mask: tensor([true, false]),
};
const CONTENTS = {
  weights: [Float32Array.of(1.5, -2, 3, 4), Float32Array.of(-0, Infinity, 1e-40)],
  steps: Int32Array.of(7),
  key: Uint32Array.of(2 ** 32 - 1),
  mask: Uint8Array.of(1, 0),
};

onEveryDevice(
  "a tree that was moved to a device, and on to another, is the same",
  async (device) => {
    const tree = treeMap((x) => x, TREE), other = await openDevice("cpu", { threads: 1 });
    const there = await toDevice(tree, device);
    assertEquals(there.steps.device, device);
    assertEquals(tree.steps.device, undefined);
    assertEquals(await toDevice(there.steps, device), there.steps);
    const back = await toDevice(there, other);
    assertEquals(back.key.device, other);
    assertEquals(await readTree(back), CONTENTS);
    // What is computed stays there.
    const sums = run(add(there.weights[0], 1));
    assertEquals(sums.device, device);
    assertEquals(await sums.array(), [[2.5, -1], [4, 5]]);
    other.close();
  },
);

onEveryDevice("an expression is computed where its data is, and then moved", async (device) => {
  const other = await openDevice("reference");
  const x = await toDevice(tensor([1, 2]), device);
  const y = add(x, x);
  assertEquals(y.device, undefined);
  const moved = await toDevice(y, other);
  assertEquals([y.device, moved.device], [device, other]);
  assertEquals(await moved.array(), [2, 4]);
});

onEveryDevice("reads with a dtype have its array", async (device) => {
  const x = await toDevice(tensor([0.1, 2]), device);
  const floats: Float32Array = await x.read("float32");
  assertEquals(floats, Float32Array.of(0.1, 2));
  const integers: Int32Array = await cast(x, "int32").read("int32");
  assertEquals(integers, Int32Array.of(0, 2));
  const truths: Uint8Array = await less(x, 1).read("bool");
  assertEquals(truths, Uint8Array.of(1, 0));
  await assertRejects(
    () => x.read("int32"),
    TypeError,
    "Cannot read Tensor float32 [2] as int32: cast it first",
  );
});

Deno.test("array() is nested as the shape is", async () => {
  assertEquals(await tensor(3).array(), 3);
  assertEquals(await tensor([true, false]).array(), [1, 0]);
  assertEquals(await tensor(new Float32Array(0), { shape: [2, 0] }).array(), [[], []]);
  const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
  await fc.assert(fc.asyncProperty(shapes, async (shape) => {
    const data = Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => i);
    const nested = await tensor(data, { shape }).array();
    assertEquals(tensor(nested as number[]).shape, shape);
    assertEquals(await tensor(nested as number[]).read(), data);
  }));
});

onEveryDevice("readTree computes what its expressions share once", async (device) => {
  const x = await toDevice(tensor([1, 2, 3]), device);
  const shared = exp(x), tree = { a: sum(shared), b: mul(shared, 2), c: 5 };
  const { a, b, c } = await readTree(tree);
  assertEquals([a.length, b.length, c], [1, 3, 5]);
  assertEquals([tree.a.device, tree.b.device], [device, device]);
});

Deno.test("a tree that was saved is loaded with the same bits, form and dtypes", async () => {
  const bytes = await saveTensors(TREE, { author: "me" });
  const loaded = loadTensors(bytes, TREE);
  assertEquals(await readTree(loaded), CONTENTS);
  const names = ["key", "mask", "steps", "weights.0", "weights.1"];
  assertEquals(Object.keys(loadTensors(bytes)).sort(), names);
  assertEquals(await loadTensors(bytes).mask.read("bool"), CONTENTS.mask);
  assertEquals(
    await readTree(loadTensors(await saveTensors(tensor([1])), tensor([0]))),
    Float32Array.of(1),
  );
});

Deno.test("a file that does not fit the tree is refused with the name of the leaf", async () => {
  const bytes = await saveTensors({ encoder: [{ w: tensor([1, 2]) }] });
  const refused = (like: unknown, message: string) =>
    assertThrows(() => loadTensors(bytes, like), TypeError, message);
  refused(
    { encoder: [{ w: tensor([1, 2, 3]) }] },
    "Cannot load encoder.0.w: it is float32 [2], the tree has float32 [3]",
  );
  refused(
    { encoder: [{ w: tensor([1, 2], { dtype: "int32" }) }] },
    "it is float32 [2], the tree has int32 [2]",
  );
  refused({ encoder: [] }, "Cannot load encoder.0.w: the tree has none");
  refused(
    { encoder: [{ w: tensor([1, 2]), b: tensor(1) }] },
    "Cannot load encoder.0.b: it is missing",
  );
  await assertRejects(() => saveTensors({ a: 3 }), TypeError, "Cannot use the number 3 at .a");
});

Deno.test("what a file could not hold is refused before it is written", async () => {
  const x = tensor([1]);
  const refused = (tree: unknown, message: string, metadata?: unknown) =>
    assertRejects(() => saveTensors(tree, metadata as undefined), TypeError, message);
  await refused({ "a.b": x, a: { b: x } }, "Cannot save a.b: two tensors have that name");
  await refused({ __metadata__: x }, "Cannot save __metadata__: the file keeps that name");
  for (const metadata of [{ n: 5 }, "hi"]) {
    await refused({ x }, "Cannot save metadata that is not an object of texts", metadata);
  }
  for (const bytes of ["a.safetensors", Promise.resolve()]) {
    const load = () => loadTensors(bytes as unknown as Uint8Array);
    assertThrows(load, TypeError, "it takes the bytes of a file, a Uint8Array");
  }
});

Deno.test("what cannot be moved is refused", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const wrong = "cpu" as unknown as typeof device;
  await assertRejects(() => toDevice(tensor(1), wrong), TypeError, '"cpu"');
  await assertRejects(() => toDevice({ n: 1 }, device), TypeError, "Cannot use the number 1 at .n");
  let inside: Promise<Tensor> | undefined;
  jit((x: Tensor) => (inside = toDevice(x, device), x))(tensor(1));
  await assertRejects(() => inside!, Error, "while its function is being traced");
  device.close();
});
