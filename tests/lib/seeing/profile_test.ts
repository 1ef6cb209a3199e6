import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import * as g from "../../../mod.ts";
import type { Tensor } from "../../../mod.ts";
import { Clock } from "../../../kernels/webgpu/clock.ts";
import { onEveryDevice } from "../../fixtures/devices.ts";

const step = (w: Tensor, x: Tensor) => {
  const y = g.softmax(g.matmul(x, w));
  return [g.sub(w, g.mul(g.sum(y), 0.1)), y] as const;
};

onEveryDevice("a profile has the time of each kernel, the slowest first", async (device) => {
  const w = g.ones([30, 10]), x = g.ones([20, 30]);
  const program = g.explain(step, { device, donate: [0] })(w, x);
  const { kernels, milliseconds, text } = await g.profile(step, { device, donate: [0], runs: 3 })(
    w,
    x,
  );
  assertEquals(kernels.length, parseInt(program));
  assertEquals(kernels.map(({ number }) => number).sort((a, b) => a - b), [
    ...kernels.map((_, i) => i + 1),
  ]);
  const times = kernels.map(({ milliseconds }) => milliseconds);
  assertEquals(times, times.toSorted((a, b) => b - a));
  assert(times.every((time) => time >= 0) && milliseconds > 0 && milliseconds < 1000);
  const matmul = kernels.find(({ kind }) => kind === "matmul")!;
  assertEquals([matmul.operations, matmul.bytes], [2 * 20 * 30 * 10, 4 * (600 + 300 + 200)]);
  assertMatch(text, /; median of 3 runs, .* ms in \d+ kernels\n\n +kind +ms +share +GFLOP\/s /);
  // The arguments are as before.
  assertEquals(await g.sum(w).item(), 300);
});

Deno.test("a GPU without timestamps is refused with a sentence", () => {
  const device = { features: new Set() } as unknown as GPUDevice;
  assertThrows(
    () => new Clock(device, 1),
    Error,
    "Cannot measure kernels on this GPU: its WebGPU adapter has no timestamp queries",
  );
});

Deno.test("odd options, and a function of traced arguments, are refused", async () => {
  assertThrows(
    () => g.profile(step, { runs: 0 }),
    RangeError,
    "Cannot profile by a number of runs of 0: it takes an integer from 1",
  );
  assertThrows(() => g.profile(step, { times: 3 } as g.ProfileOptions), TypeError, "option times");
  const inner: Promise<unknown>[] = [];
  g.jit((x: Tensor) => {
    inner.push(g.profile((y: Tensor) => g.mul(x, y))(g.ones([2])));
    return x;
  })(g.ones([2]));
  await assertRejects(() => inner[0], Error, "Cannot profile a function that depends on");
});
