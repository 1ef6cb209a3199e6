/** Opening devices and passing them: errors say what is wrong and what would be right. */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { explain, jit, openDevice, run, type Tensor, zeros } from "../../mod.ts";
import type { Device } from "../../kernels/device.ts";
import { adviceAt, here } from "../../kernels/webgpu/advice.ts";

Deno.test("an unknown device name is refused, and the error lists the known names", async () => {
  for (const [name, text] of [["gpu", '"gpu"'], [{ threads: 2 }, "object"], [null, "null"]]) {
    await assertRejects(
      () => openDevice(name as "cpu"),
      RangeError,
      `Cannot open a device by ${text}: its name is "auto", "cpu", "webgpu"`,
    );
  }
});

Deno.test("what is not a device is refused", () => {
  const promise = openDevice("reference");
  const wrongs: [unknown, string][] = [
    ["cpu", 'Cannot compute on "cpu": a device is what await openDevice("cpu") gives'],
    [promise, 'Cannot compute on a Promise: a device is what await openDevice("cpu") gives'],
    [null, "Cannot compute on null"],
    [{ threads: 2 }, "Cannot compute on an Object"],
  ];
  const f = (x: Tensor) => x;
  for (const [wrong, message] of wrongs) {
    const device = wrong as Device;
    assertThrows(() => run(zeros([2]), device), TypeError, message);
    assertThrows(() => jit(f, { device }), TypeError, message);
    assertThrows(() => explain(f, { device }), TypeError, message);
  }
});

Deno.test("without an adapter, the error says what helps", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const advice: [Parameters<typeof adviceAt>[0], RegExp][] = [
    [{ userAgent: "Deno/2.9.6", hasWebgpu: true }, /Vulkan driver/],
    [{ userAgent: "Node.js/22", hasWebgpu: false }, /^Node has no WebGPU; the cpu device works/],
    [{ hasWebgpu: false }, /^Node has no WebGPU/],
    [{ userAgent: firefox, hasWebgpu: false, isSecure: true }, /^this browser has no WebGPU/],
    [{ userAgent: firefox, hasWebgpu: false, isSecure: false }, /https or from localhost/],
    [{ userAgent: firefox, hasWebgpu: true, isSecure: true }, /^this browser has no adapter.*flag/],
  ];
  for (const [place, pattern] of advice) {
    assertEquals(pattern.test(adviceAt(place)), true, `${adviceAt(place)} is not ${pattern}`);
  }
  assertEquals(here(), {
    userAgent: navigator.userAgent,
    hasWebgpu: true,
    isSecure: undefined,
  });
});

/** Does something while a class of WebAssembly is another. */
async function whileWebAssemblyHas(classes: object, act: () => Promise<void>): Promise<void> {
  const { Module, Memory } = WebAssembly;
  try {
    Object.assign(WebAssembly, classes);
    await act();
  } finally {
    Object.assign(WebAssembly, { Module, Memory });
  }
}

Deno.test("opening a cpu device says where a page forbids WebAssembly", async () => {
  class Module {
    constructor() {
      throw new WebAssembly.CompileError("violates the policy");
    }
  }
  await whileWebAssemblyHas({ Module }, async () => {
    await assertRejects(
      () => openDevice("cpu"),
      Error,
      "Cannot open a cpu device: WebAssembly does not compile here; the Content-Security-Policy of a page must have " +
        "'wasm-unsafe-eval' in its script-src (violates the policy)",
    );
  });
});

Deno.test("opening a cpu device waits for the memory of forgotten devices", async () => {
  const { Memory: Own } = WebAssembly;
  let refusals = 2;
  class Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      if (refusals-- > 0) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
      return new Own(descriptor);
    }
  }
  await whileWebAssemblyHas({ Memory }, async () => {
    (await openDevice("cpu")).close();
    refusals = Infinity;
    const refusal = "Cannot open another cpu device: there is no room for its memory";
    await assertRejects(() => openDevice("cpu"), RangeError, refusal);
  });
});
