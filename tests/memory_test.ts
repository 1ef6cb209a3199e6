/**
 * Memory of tensors that nobody disposes of, that change hands while they are read, and that find
 * no place.
 */
import { assertEquals, assertLess, assertThrows } from "@std/assert";
import {
  add,
  broadcastTo,
  full,
  jit,
  mean,
  openDevice,
  run,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "../mod.ts";
import { openCpu } from "../kernels/cpu/device.ts";
import { onEveryDevice } from "./fixtures/devices.ts";

Deno.test("small tensors that nobody disposes of are freed, though they are only read", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const next = jit((x: Tensor) => add(x, 1), { device });
  await next(0).read();
  const before = device.bytesInUse();
  const calls = 200_000;
  for (let i = 0; i < calls; i++) await next(i).read();
  // Each call takes 128 bytes. The collector comes now and then: what it has not come to yet does
  // not grow with the calls.
  assertLess((device.bytesInUse() - before) / calls, 64);
  device.close();
});

Deno.test("a loop that makes a tensor of each batch gives their memory back", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const f = jit((x: Tensor) => sum(x), { device });
  const batch = new Float32Array(4 * 2 ** 20); // 16 MB
  let most = 0;
  for (let i = 0; i < 40; i++) {
    await f(tensor(batch)).item();
    most = Math.max(most, device.bytesInUse());
  }
  assertLess(most, 400e6); // of 640 MB
  device.close();
});

onEveryDevice("a read returns what the tensor held when it began", async (device) => {
  const step = jit((w: Tensor, b: Tensor) => add(w, mean(b)), { donate: [0], device });
  let w = run(zeros([1]), device);
  // Each step allocates 16 MB: at times a read lets a task pass.
  for (let i = 0; i < 8; i++) {
    const b = run(full([4 * 2 ** 20], 1), device);
    const saved = w.read();
    w = step(w, b);
    assertEquals([...await saved], [i]);
  }
  const last = w.read();
  w.dispose();
  assertEquals([...await last], [8]);
});

Deno.test("where memory is spent the sentence says what helps, and no output is left behind", () => {
  const device = openCpu({ maximumBytes: 2 ** 22, threads: 1 });
  const grow = jit((x: Tensor) => [add(x, 1), broadcastTo(x, [1200, 1000])], { device });
  const x = run(zeros([1000]), device);
  const eager = () => run([add(x, 2), broadcastTo(x, [1201, 1000])], device);
  const message = "dispose of tensors, donate arguments of jitted functions, or await a read";
  for (const allocate of [() => grow(x), eager]) {
    assertThrows(allocate, RangeError, message); // compiles
    const before = device.bytesInUse();
    for (let i = 0; i < 3; i++) assertThrows(allocate, RangeError, message);
    assertEquals(device.bytesInUse(), before);
  }
  device.close();
});
