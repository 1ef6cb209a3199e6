/**
 * A scan gives what the loop gives that is written out, with the same gradients to second order;
 * and it compiles once, however long the series is.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as g from "../../mod.ts";
import { ShapeError, type Tensor, tensor, zeros } from "../../mod.ts";
import { onEveryDevice, reference } from "../fixtures/devices.ts";
import { floats, toTensor } from "../fixtures/naive.ts";
import { refusal, testRefusals } from "../fixtures/refusals.ts";

type State = { readonly h: Tensor; readonly steps: Tensor };
type Params = { readonly w: Tensor; readonly b: Tensor };

/** A cell with floats and integers in its state, and outputs of both kinds. */
function cell({ h, steps }: State, x: Tensor, { w, b }: Params): readonly [State, Tensor[]] {
  const next = g.tanh(g.add(g.add(g.matmul(h, w), x), b));
  return [{ h: next, steps: g.add(steps, 1) }, [g.mul(next, x), steps]];
}

const LENGTH = 11; // more than a group of outputs that are joined at once
const inputs = (): [State, Tensor, Params] => [
  { h: toTensor(floats([2, 3], -1, 1, 2)), steps: zeros([], "int32") },
  toTensor(floats([LENGTH, 2, 3], -1, 1, 1)),
  { w: toTensor(floats([3, 3], -1, 1, 3)), b: toTensor(floats([3], -1, 1, 4)) },
];
const [init, xs, params] = inputs();

/** The loop, written out. */
function unrolled(init: State, xs: Tensor, params: Params, reverse: boolean): [State, Tensor[]] {
  const rows: Tensor[][] = [];
  for (let i = 0; i < xs.shape[0]; i++) {
    const t = reverse ? xs.shape[0] - 1 - i : i;
    [init, rows[t]] = cell(init, g.at(xs, t), params);
  }
  return [init, [0, 1].map((k) => g.stack(rows.map((row) => row[k])))];
}

async function assertNear(found: readonly Tensor[], expected: readonly Tensor[]): Promise<void> {
  const values = await Promise.all([...found, ...expected].map((x) => x.read()));
  found.forEach((x, i) => {
    assertEquals([x.shape, x.dtype], [expected[i].shape, expected[i].dtype]);
    const [a, b] = [values[i], values[found.length + i]];
    const size = Math.max(1, ...[...b].map(Math.abs));
    a.forEach((y: number, k: number) =>
      assert(Math.abs(y - b[k]) <= 2e-6 * size, `tensor ${i}, element ${k}: ${y}, not ${b[k]}`)
    );
  });
}

const leaves = (tree: unknown): Tensor[] => g.treeLeaves(tree) as Tensor[];
const scans = { forward: g.scan(cell), backward: g.scan(cell, { reverse: true }) };

onEveryDevice("a scan is the loop, forward and backward", async (device) => {
  for (const reverse of [false, true]) {
    const found = scans[reverse ? "backward" : "forward"](...g.run(inputs(), device));
    const expected = g.run(unrolled(...inputs(), reverse), reference);
    await assertNear(leaves(found), leaves(expected));
  }
});

/** A loss of the last state and of the outputs, by a scan or by the loop. */
const lossOf = (isScan: boolean, reverse: boolean) => (init: State, xs: Tensor, params: Params) => {
  const [last, [ys]] = isScan
    ? scans[reverse ? "backward" : "forward"](init, xs, params)
    : unrolled(init, xs, params, reverse);
  return g.add(g.sum(g.mul(last.h, last.h)), g.sum(g.sin(ys)));
};

onEveryDevice("gradients of a scan are those of the loop", async (device) => {
  for (const reverse of [false, true]) {
    const [found, expected] = [true, false].map((isScan) => {
      const [init, xs, params] = g.run(inputs(), isScan ? device : reference);
      const loss = (h: Tensor, xs: Tensor, p: Params) =>
        lossOf(isScan, reverse)({ ...init, h }, xs, p);
      const both = g.valueAndGrad(loss, { argument: [0, 1, 2] })(init.h, xs, params);
      return g.run(both, isScan ? device : reference);
    });
    await assertNear(leaves(found), leaves(expected));
  }
});

Deno.test("second derivatives of a scan are those of the loop", async () => {
  const v = g.treeMap((p) => g.full(p.shape, 0.5), params);
  const few = g.slice(xs, [0, 0, 0], [3, 2, 3]);
  const [found, expected] = [true, false].map((isScan) =>
    g.hvp((p: Params) => lossOf(isScan, false)(init, few, p), params, v)
  );
  await assertNear(leaves(found), leaves(expected));
});

Deno.test("within jit, and where it closes over what is differentiated, it is written out", async () => {
  const jitted = g.jit(g.grad((p: Params) => lossOf(true, false)(init, xs, p)));
  const expected = g.grad((p: Params) => lossOf(false, false)(init, xs, p))(params);
  await assertNear(leaves(jitted(params)), leaves(expected));
  const closing = g.grad((p: Params) => {
    const [last, [ys]] = g.scan((s: State, x: Tensor) => cell(s, x, p))(init, xs);
    return g.add(g.sum(g.mul(last.h, last.h)), g.sum(g.sin(ys)));
  })(params);
  await assertNear(leaves(closing), leaves(expected));
});

Deno.test("the body is called as often for 100 rows as for 10", () => {
  let calls = 0;
  const total = g.scan((c: Tensor, x: Tensor) => {
    calls++;
    return [g.add(c, x), c] as const;
  });
  const callsFor = (n: number) => {
    calls = 0;
    g.grad((c: Tensor) => total(c, g.iota([n], 0, "float32"))[0])(tensor(0));
    return calls;
  };
  assertEquals(callsFor(100), callsFor(10));
});

onEveryDevice("a state that stays as it is can be used afterwards", async (device) => {
  const same = g.scan((c: Tensor, x: Tensor) => [c, x] as const);
  const [c, xs] = g.run([tensor([3, 4]), tensor([1, 2, 5])], device);
  const [last, all] = same(c, xs);
  const [value, slope] = g.valueAndGrad((c: Tensor) => {
    const [last, all] = same(c, xs);
    return g.add(g.sum(g.mul(last, last)), g.sum(all));
  })(c);
  await assertNear([last, all, c, value, slope], [c, xs, last, tensor(33), tensor([6, 8])]);
});

Deno.test("a scan of no rows gives the state, and no outputs", () => {
  const [last, [ys, steps]] = scans.forward(init, zeros([0, 2, 3]), params);
  assertEquals(last, init);
  assertEquals([ys.shape, steps.shape], [[0, 2, 3], [0]]);
});

const count = g.scan((c: Tensor, x: Tensor[]) => [g.add(c, g.sum(x[0])), c] as const);
const wider = g.scan((c: Tensor, x: Tensor) => [g.stack([c, x]), c] as const);
const other = g.scan((c: Tensor, _: Tensor) => [g.cast(c, "int32"), c] as const);
testRefusals([
  refusal(
    ShapeError,
    "Cannot scan series of [3] and [2]: all have as many rows",
    () => count(tensor(0), [zeros([3]), zeros([2])]),
  ),
  refusal(RangeError, "Cannot scan no series", () => count(tensor(0), [])),
  refusal(
    ShapeError,
    "Cannot scan a state of [] that becomes [2]",
    () => wider(tensor(0), zeros([2])),
  ),
  refusal(
    TypeError,
    "Cannot scan a state of float32 that becomes int32",
    () => other(tensor(0), zeros([2])),
  ),
]);
