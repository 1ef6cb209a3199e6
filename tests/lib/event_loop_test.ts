/** Loops of reads leave time to everything else that waits for its task. */
import { assert, assertLess } from "@std/assert";
import { full, jit, openDevice, sum, tensor } from "../../mod.ts";

Deno.test("a loop of reads lets timers run", async () => {
  const x = full([4], 1);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let reads = 0; ticks < 5; reads++) {
    await x.read();
    assert(reads < 2e6, "no timer ever ran");
  }
  clearInterval(timer);
});

Deno.test("many reads at once all resolve, and timers run between them", async () => {
  const x = full([4], 2);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  for (let round = 0; ticks < 3; round++) {
    const read = await Promise.all(Array.from({ length: 100 }, () => x.read()));
    assert(read.every((data) => data[3] === 2));
    assert(round < 5000, "no timer ever ran");
  }
  clearInterval(timer);
});

Deno.test("a loop that makes a tensor of each batch and reads a number keeps its memory", async () => {
  const device = await openDevice("cpu", { threads: 1 });
  const total = jit((x: ReturnType<typeof tensor>) => sum(x), { device });
  let most = 0;
  for (let step = 0; step < 300; step++) {
    await total(tensor(new Float32Array(2 ** 18))).item(); // a MB, uploaded
    most = Math.max(most, device.bytesInUse());
  }
  assertLess(most, 150 * 2 ** 20);
  device.close();
});

Deno.test("without setImmediate, as in browsers, a message ends the task", async () => {
  const setImmediate = Object.getOwnPropertyDescriptor(globalThis, "setImmediate")!;
  Reflect.deleteProperty(globalThis, "setImmediate");
  const path = "../../lib/event_loop.ts?browser"; // a module of its own
  const { turn }: typeof import("../../lib/event_loop.ts") = await import(path);
  Object.defineProperty(globalThis, "setImmediate", setImmediate);
  for (const began = performance.now(); performance.now() < began + 9;);
  let isLater = false;
  setTimeout(() => isLater = true);
  while (!isLater) await turn();
  assert(isLater);
});
