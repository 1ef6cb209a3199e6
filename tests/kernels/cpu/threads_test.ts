/**
 * The threads of the cpu device: equal bits for any number of threads, the end of workers, errors,
 * and places without workers.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Code, FunctionBuilder } from "../../../kernels/cpu/wasm/assembler.ts";
import { ModuleBuilder } from "../../../kernels/cpu/wasm/module.ts";
import { type CpuDevice, openCpu } from "../../../kernels/cpu/device.ts";
import { Heap } from "../../../kernels/cpu/memory.ts";
import { type RunnableProgram, Threads } from "../../../kernels/cpu/threads/threads.ts";
import { type Run, words, work } from "../../../kernels/cpu/threads/worker.ts";
import type { Executable } from "../../../kernels/device.ts";
import type { Expr, Index, Load } from "../../../kernels/formula.ts";
import { axisIndex, flatten } from "../../../kernels/indexing.ts";
import type { Kernel } from "../../../kernels/kernel.ts";
import * as intrinsics from "../../../kernels/intrinsics.ts";
import * as scalar from "../../../kernels/scalar.ts";

const float = (buffer: number, at: Index): Load => scalar.load(buffer, at, "float32");
const sizeOf = (shape: readonly number[]): number => shape.reduce((n, d) => n * d, 1);
const noise = (n: number): Float32Array =>
  Float32Array.from({ length: n }, (_, i) => Math.sin(12.9898 * i) * 2);

/** A kernel of one store. */
function kernelOf(
  draft: { [K in Kernel as K["kind"]]: Omit<K, "name" | "loads" | "stores"> }[Kernel["kind"]],
  loads: Kernel["loads"],
  value: Expr = scalar.result("float32"),
): Kernel {
  return { ...draft, name: draft.kind, loads, stores: [{ dtype: "float32", value }] } as Kernel;
}

/** A program of one kernel on a device, with buffers of its own that hold some data. */
function prepare(device: CpuDevice, kernel: Kernel, data: readonly (Float32Array | Int32Array)[]) {
  const size = sizeOf(kernel.space);
  const executable: Executable = device.compile({
    steps: [{
      kernel,
      reads: data.map((_, number) => ({ kind: "input", number })),
      writes: [{ kind: "output", number: 0 }],
    }],
    inputs: data.map(({ length }) => length),
    outputs: [{ size }],
    scratch: [],
  });
  const inputs = data.map((values) => {
    const buffer = device.allocate(values.length);
    device.write(buffer, values, values instanceof Int32Array ? "int32" : "float32");
    return buffer;
  });
  const output = device.allocate(size);
  const run = () => executable.run(inputs, [output]);
  const read = async () =>
    new Uint32Array((await device.read(output, size, "float32") as Float32Array).buffer);
  return { run, read };
}

const product = (m: number, n: number, k: number, value?: Expr): Kernel => {
  const [i, j, over] = [axisIndex(0, m), axisIndex(1, n), axisIndex(2, k)];
  const [a, b] = [float(0, flatten([i, over], [m, k])), float(1, flatten([over, j], [k, n]))];
  return kernelOf(
    { kind: "matmul", space: [m, n], over: [k], a, b },
    ["float32", "float32"],
    value,
  );
};

/** Waits until the workers of a device have started: it starts them once there was enough to do. */
async function awaken(device: CpuDevice): Promise<void> {
  const n = 512;
  const { run } = prepare(device, product(n, n, n), [noise(n * n), noise(n * n)]);
  const deadline = performance.now() + 20_000;
  while (device.workers!.ready < device.threads - 1) {
    assert(performance.now() < deadline, "the workers do not start");
    run();
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const three = openCpu({ threads: 3 });
const two = openCpu({ threads: 2 });
const one = openCpu({ threads: 1 });

/** Runs a kernel often on all devices and compares all bits. */
async function expectSameBits(
  kernel: Kernel,
  data: readonly (Float32Array | Int32Array)[],
): Promise<void> {
  const alone = prepare(one, kernel, data);
  alone.run();
  const expected = await alone.read();
  assert(expected.some((bits) => bits !== 0), "nothing was computed");
  for (const device of [two, three]) {
    await awaken(device);
    const { run, read } = prepare(device, kernel, data);
    for (let i = 0; i < 10; i++) {
      run();
      const actual = await read();
      const at = expected.findIndex((bits, i) => bits !== actual[i]);
      assert(
        at < 0,
        `${kernel.name} ${kernel.space} differs at ${at} on ${device.threads} threads`,
      );
    }
  }
}

Deno.test("threads: products have the same bits, whether strips are many or few, whole or not", async () => {
  const sizes = [[6, 800, 300], [7, 1001, 300], [97, 203, 301], [601, 40, 77], [36, 64, 1500]];
  for (const [m, n, k] of sizes) {
    const data = [noise(m * k), noise(k * n)];
    await expectSameBits(product(m, n, k), data);
    const column = scalar.convert(scalar.position(axisIndex(1, n)), "float32");
    const value = scalar.intrinsic(intrinsics.tanh)(scalar.add(scalar.result("float32"), column));
    await expectSameBits(product(m, n, k, value), data);
  }
});

Deno.test("threads: batches of products have the same bits", async () => {
  const [batch, m, n, k] = [5, 20, 33, 200];
  const [l, i, j, over] = [batch, m, n, k].map((size, axis) => axisIndex(axis, size));
  const a = float(0, flatten([l, i, over], [batch, m, k]));
  const b = float(1, flatten([l, over, j], [batch, k, n]));
  const kernel = kernelOf({ kind: "matmul", space: [batch, m, n], over: [k], a, b }, [
    "float32",
    "float32",
  ]);
  await expectSameBits(kernel, [noise(batch * m * k), noise(batch * k * n)]);
});

Deno.test("threads: maps, reductions and scans have the same bits", async () => {
  for (const [m, n] of [[1, 70_001], [3, 30_000], [301, 203], [5000, 17]]) {
    const [i, j] = [axisIndex(0, m), axisIndex(1, n)];
    const data = [noise(m * n)];
    const soft = (x: Expr) => scalar.intrinsic(intrinsics.softplus)(x);
    const x = soft(float(0, flatten([i, j], [m, n])));
    await expectSameBits(kernelOf({ kind: "map", space: [m, n] }, ["float32"], x), data);
    const body = soft(float(0, flatten([axisIndex(1, m), axisIndex(0, n)], [m, n])));
    const common = { kind: "reduce", combine: "add" } as const;
    await expectSameBits(
      kernelOf({ ...common, space: [n], over: [m], body }, ["float32"]),
      data,
    );
    await expectSameBits(
      kernelOf({ ...common, space: [m], over: [n], body: x }, ["float32"]),
      data,
    );
    await expectSameBits(
      kernelOf({ ...common, space: [], over: [m, n], body: x }, ["float32"]),
      data,
    );
    for (const axis of [0, 1]) {
      const draft = { kind: "scan", space: [m, n], axis, exclusive: false, body: x } as const;
      await expectSameBits(kernelOf(draft, ["float32"]), data);
    }
  }
});

Deno.test("threads: scatters have the same bits", async () => {
  for (const [updates, rows, n] of [[5000, 30, 33], [4000, 7, 64], [20_000, 100, 1]]) {
    const [c, u] = [axisIndex(1, n), axisIndex(2, updates)];
    const kernel = kernelOf({
      kind: "scatter",
      space: [rows, n],
      over: [updates],
      row: scalar.load(0, u, "int32"),
      body: scalar.intrinsic(intrinsics.exp)(float(1, flatten([u, c], [updates, n]))),
    }, ["int32", "float32"]);
    const at = Int32Array.from({ length: updates }, (_, u) => u * u % rows);
    await expectSameBits(kernel, [at, noise(updates * n)]);
  }
});

Deno.test("threads: 10,000 replays give the same and take no memory", async () => {
  await awaken(three);
  const [m, n, k] = [60, 64, 64];
  const { run, read } = prepare(three, product(m, n, k), [noise(m * k), noise(k * n)]);
  run();
  const expected = await read();
  const before = three.bytesInUse();
  for (let i = 0; i < 10_000; i++) {
    run();
    if (i % 1000 === 0) assertEquals(await read(), expected);
  }
  assertEquals(await read(), expected);
  assertEquals(three.bytesInUse(), before);
});

/**
 * Threads with a program of one part. `write` gives the code of a chunk, whose number is local 0.
 */
function threadsOf(write: (fn: FunctionBuilder) => Code, chunks: number) {
  const heap = new Heap(64, true);
  const fn = new FunctionBuilder("part", 5);
  const chunk = write(fn).get(0).i32(1).op("i32.add").set(0);
  fn.code.repeat(chunk, new Code().get(0).get(1).op("i32.lt_s"));
  const module = new ModuleBuilder();
  module.export("part0", module.add(fn));
  const bytes = module.finish(true);
  const { memory } = heap;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory } });
  const program: RunnableProgram = {
    number: 1,
    parts: [{ chunks, time: 60e6, run: exports.part0 as Run }],
    address: heap.store(bytes),
    length: bytes.length,
  };
  const workers = new Threads(memory, 2);
  workers.start();
  const deadline = performance.now() + 20_000;
  while (workers.ready < 2) assert(performance.now() < deadline, "the workers do not start");
  return { heap, workers, program };
}

/** Counts to a million, so that a chunk takes a while. */
function dawdle(fn: FunctionBuilder): Code {
  const count = fn.local("i32");
  const step = new Code().get(count).i32(1).op("i32.add").set(count);
  return new Code().i32(0).set(count)
    .repeat(step, new Code().get(count).i32(1_000_000).op("i32.lt_s"));
}

Deno.test("threads: every chunk is done once, and all threads take part", () => {
  const chunks = 60;
  const { heap, workers, program } = threadsOf((fn) => {
    // scratch[chunk] += 100 + thread
    const at = fn.local("i32");
    const code = dawdle(fn).get(3).get(0).i32(2).op("i32.shl").op("i32.add").tee(at);
    code.get(at).memory("i32.load").i32(100).op("i32.add").get(4).op("i32.add");
    return code.memory("i32.store");
  }, chunks);
  const scratch = heap.allocate(4 * chunks);
  const seen = new Set<number>();
  const deadline = performance.now() + 20_000;
  while (seen.size < 3 && performance.now() < deadline) {
    heap.integers.fill(0, scratch / 4, scratch / 4 + chunks);
    workers.run(program, 0, scratch);
    for (const done of heap.integers.subarray(scratch / 4, scratch / 4 + chunks)) {
      assert(done >= 100 && done <= 102, `a chunk was done ${Math.floor(done / 100)} times`);
      seen.add(done - 100);
    }
  }
  assertEquals([...seen].sort(), [0, 1, 2]);
  workers.close();
});

Deno.test("threads: an error of a worker is thrown where the program runs", () => {
  const { workers, program } = threadsOf((fn) => {
    // Threads other than 0 read past the end of the memory.
    const read = fn.local("i32");
    return dawdle(fn).get(4).i32(-16).op("i32.mul").memory("i32.load").set(read);
  }, 60);
  assertThrows(
    () => {
      const deadline = performance.now() + 20_000;
      while (performance.now() < deadline) workers.run(program, 0, 0);
    },
    Error,
    "A worker of the cpu device failed",
  );
  workers.close();
});

Deno.test("threads: the text of a worker runs without anything around it", () => {
  const control = new Int32Array(new SharedArrayBuffer(4 * words.count));
  control[words.closed] = 1;
  // A bundler that keeps the names of functions inserts calls of __name; one that measures coverage
  // inserts counters.
  const run = new Function(`"use strict"; const __name = undefined; return ${work}`)();
  run({ memory: undefined, control, thread: 1 });
  assertEquals(control[words.ready], 1);
  assertEquals(typeof work, "string", "a function would be rewritten");
});

/**
 * Has a device start its workers where they fail. Returns its description before and after, and the
 * warnings.
 */
async function failing(Worker: unknown): Promise<string[]> {
  const said: string[] = [];
  const { process, console: { warn }, Worker: own } = globalThis;
  const device = openCpu({ threads: 3 });
  said.push(device.description);
  try {
    Object.assign(globalThis, { process: undefined, Worker });
    console.warn = (text) => said.push(text);
    device.workers!.start();
    await new Promise((resolve) => setTimeout(resolve, 10));
  } finally {
    Object.assign(globalThis, { process, Worker: own });
    console.warn = warn;
  }
  said.push(device.description);
  device.close();
  return said;
}

Deno.test("threads: workers that cannot start lead to one warning, and are not counted", async () => {
  const said = (why: string) => [
    "WebAssembly SIMD, up to 3 threads",
    `A thread of the cpu device cannot work; the others go on: ${why}`,
    "WebAssembly SIMD, 1 of 3 threads",
  ];
  class Late {
    onerror?: (event: { message: string; preventDefault(): void }) => void;
    constructor() {
      setTimeout(() => this.onerror!({ message: "__name is not defined", preventDefault() {} }));
    }
    postMessage() {}
    terminate() {}
  }
  assertEquals(await failing(Late), said("__name is not defined"));
  class AtOnce {
    constructor() {
      throw new DOMException("workers are forbidden", "SecurityError");
    }
  }
  assertEquals(await failing(AtOnce), said("workers are forbidden"));
});

Deno.test("threads: the workers of a device that was forgotten end", async () => {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  let isClosed = false;
  (() => {
    const { workers } = openCpu({ threads: 2 });
    workers!.start();
    workers!.close = () => {
      Threads.prototype.close.call(workers);
      isClosed = true;
    };
  })();
  for (const deadline = performance.now() + 10_000; !isClosed;) {
    assert(performance.now() < deadline, "they go on");
    await new Promise((resolve) => setTimeout(resolve, 1));
    collect();
  }
});

Deno.test("threads: an impossible number of threads is refused", () => {
  for (const threads of [0, 17, 1.5, NaN]) {
    assertThrows(() => openCpu({ threads }), RangeError, `a cpu device of ${threads} threads`);
  }
});

/**
 * Runs a script that multiplies matrices on a device until its workers have started, if it has any.
 */
async function runScript(before: string, after: string): Promise<{ code: number; text: string }> {
  const url = (path: string) => JSON.stringify(import.meta.resolve(path));
  const script = `${before}
    const { openCpu } = await import(${url("../../../kernels/cpu/device.ts")});
    const { axisIndex, flatten } = await import(${url("../../../kernels/indexing.ts")});
    const { load, result } = await import(${url("../../../kernels/scalar.ts")});
    const n = 256, device = openCpu({ threads: 3 });
    const [i, j, k] = [0, 1, 2].map((axis) => axisIndex(axis, n));
    const a = load(0, flatten([i, k], [n, n]), "float32");
    const b = load(0, flatten([k, j], [n, n]), "float32");
    const stores = [{ dtype: "float32", value: result("float32") }];
    const space = [n, n], over = [n], loads = ["float32"];
    const kernel = { kind: "matmul", name: "product", space, over, a, b, loads, stores };
    const reads = [{ kind: "input", number: 0 }], writes = [{ kind: "output", number: 0 }];
    const program = { steps: [{ kernel, reads, writes }], inputs: [n * n], outputs: [{ size: n * n }], scratch: [] };
    const executable = device.compile(program);
    const [x, y] = [device.allocate(n * n), device.allocate(n * n)];
    device.write(x, new Float32Array(n * n).fill(1), "float32");
    const end = performance.now() + 20_000;
    while (device.workers?.ready < 2 && performance.now() < end) executable.run([x], [y]);
    executable.run([x], [y]);
    const product = await device.read(y, n * n, "float32");
    console.log(device.description, device.workers?.ready, product.every((z) => z === n));
    ${after}`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", "--quiet", "--no-check", "--ext=js", script],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), 40_000);
  const { code, stdout, stderr } = await child.output();
  clearTimeout(timer);
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("threads: a script ends by itself, whether it closes the device or not", async () => {
  for (const after of ["", "device.close();"]) {
    assertEquals(await runScript("", after), {
      code: 0,
      text: "WebAssembly SIMD, 3 threads 2 true\n",
    });
  }
});

Deno.test("threads: Node, which has no global Worker, has the same number of threads", async () => {
  assertEquals(await runScript("delete globalThis.Worker;", ""), {
    code: 0,
    text: "WebAssembly SIMD, 3 threads 2 true\n",
  });
});

Deno.test("threads: without shared memory there is one thread, and results are the same", async () => {
  assertEquals(await runScript("delete globalThis.SharedArrayBuffer;", ""), {
    code: 0,
    text: "WebAssembly SIMD, 1 thread undefined true\n",
  });
});
