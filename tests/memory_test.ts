/** Memory of tensors that nobody disposes of. */
import { assertLess } from "@std/assert";
import { add, jit, openDevice } from "../mod.ts";

Deno.test("small tensors that nobody disposes of are freed, though they are only read", async () => {
  const device = await openDevice("cpu");
  const next = jit((x: number) => add(x, 1), { device });
  await next(0).read();
  const before = device.bytesInUse();
  const calls = 200_000;
  for (let i = 0; i < calls; i++) await next(i).read();
  // Each call takes 128 bytes. The collector comes now and then: what it has not come to yet does not grow with the calls.
  assertLess((device.bytesInUse() - before) / calls, 64);
  device.close();
});
