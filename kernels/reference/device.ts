/**
 * The reference device: float64, plain loops, one op a kernel. It is the oracle of every test, so
 * it is written to be obviously right instead of fast. Every element of every dtype is a float64,
 * which holds all 32-bit integers.
 *
 * @module
 */
import type { Buffer, Data, Device, Executable, Program, Slot } from "../device.ts";
import { type Combine, IDENTITIES } from "../graph.ts";
import type { Kernel } from "../kernel.ts";
import type { DType, Expr } from "../formula.ts";
import { library, print, printCall } from "./javascript.ts";

class ReferenceBuffer implements Buffer {
  #elements: Float64Array | undefined;
  constructor(readonly device: ReferenceDevice, readonly size: number) {
    this.#elements = new Float64Array(size);
    device.inUse += 8 * size;
  }
  get elements(): Float64Array {
    if (this.#elements === undefined) throw new Error("The buffer was freed");
    return this.#elements;
  }
  free(): void {
    if (this.#elements !== undefined) this.device.inUse -= 8 * this.size;
    this.#elements = undefined;
  }
}

class ReferenceDevice implements Device {
  readonly name = "reference";
  readonly description = "float64 in plain JavaScript";
  readonly capacity = { total: Infinity, buffer: Infinity };
  readonly traits = { fuses: false, maxBuffers: Infinity };
  inUse = 0;

  allocate(size: number): Buffer {
    return new ReferenceBuffer(this, size);
  }
  write(buffer: Buffer, data: Data): void {
    elementsOf(buffer).set(data);
  }
  async read(buffer: Buffer, size: number, dtype: DType): Promise<Data> {
    return await this.readNow(buffer, size, dtype);
  }
  readNow(buffer: Buffer, size: number, dtype: DType): Data {
    const elements = elementsOf(buffer).subarray(0, size);
    switch (dtype) {
      case "float32":
        return elements.slice();
      case "int32":
        return Int32Array.from(elements);
      case "uint32":
        return Uint32Array.from(elements);
      case "bool":
        return Uint8Array.from(elements);
    }
  }
  compile(program: Program): Executable {
    const scratch = program.scratch.map((size) => new Float64Array(size));
    const launches = program.steps.map(({ kernel, reads, writes }) => ({
      launch: compileKernel(kernel),
      slots: [...writes, ...reads],
    }));
    return {
      run(inputs, outputs) {
        const resolve = ({ kind, number }: Slot): Float64Array =>
          kind === "scratch"
            ? scratch[number]
            : elementsOf((kind === "input" ? inputs : outputs)[number]);
        for (const { launch, slots } of launches) launch(...slots.map(resolve));
      },
      free() {},
    };
  }
  bytesInUse(): number {
    return this.inUse;
  }
  close(): void {}
}

function elementsOf(buffer: Buffer): Float64Array {
  if (buffer instanceof ReferenceBuffer) return buffer.elements;
  throw new TypeError(`The buffer belongs to the ${buffer.device.name} device, not to reference`);
}

/** A function of the outputs and the loaded buffers. */
type Launch = (...buffers: Float64Array[]) => void;

/** Kernels with the same text are compiled once. */
const compiled = new Map<string, Launch>();

function compileKernel(kernel: Kernel): Launch {
  const parameters = [
    ...kernel.stores.map((_, i) => `out${i}`),
    ...kernel.loads.map((_, i) => `b${i}`),
  ];
  const text = `return function (${parameters.join(", ")}) {\n${source(kernel)}\n};`;
  let launch = compiled.get(text);
  if (launch === undefined) {
    const make = new Function(...Object.keys(library), text);
    compiled.set(text, launch = make(...Object.values(library)) as Launch);
  }
  return launch;
}

/** The body of a kernel's function. */
function source(kernel: Kernel): string {
  const { space } = kernel;
  const axes = space.map((_, axis) => axis);
  const overAxes = (over: readonly number[]) => over.map((_, k) => space.length + k);
  const here = position(axes, space);
  const sizes = "over" in kernel ? [...space, ...kernel.over] : space;
  const loops = (over: readonly number[], body: string) =>
    over.reduceRight(
      (inner, axis) =>
        `for (let i${axis} = 0; i${axis} < ${sizes[axis]}; i${axis}++) {\n${inner}\n}`,
      body,
    );
  const store = statement(
    kernel.stores.map(({ value }) => value),
    (...values) => values.map((value, i) => `out${i}[${here}] = ${value};`).join("\n"),
  );
  const accumulate = (body: Expr, combine: Combine) =>
    statement([body], (value) => combined(body.dtype, combine, value));

  switch (kernel.kind) {
    case "map":
      return loops(axes, store);
    case "reduce": {
      const { combine, body, over } = kernel;
      const sum = loops(overAxes(over), accumulate(body, combine));
      return loops(axes, `let r = ${IDENTITIES[combine][body.dtype]};\n${sum}\n${store}`);
    }
    case "matmul": {
      const product = statement([kernel.a, kernel.b], (a, b) => `r += ${a} * ${b};`);
      return loops(axes, `let r = 0;\n${loops(overAxes(kernel.over), product)}\n${store}`);
    }
    case "scan": {
      const others = axes.filter((axis) => axis !== kernel.axis);
      const sum = accumulate(kernel.body, "add");
      const step = kernel.exclusive ? `${store}\n${sum}` : `${sum}\n${store}`;
      return loops(others, `let r = 0;\n${loops([kernel.axis], step)}`);
    }
    case "scatter": {
      // As the definition says: for every row, all updates are looked at.
      const sum = statement(
        [kernel.row, kernel.body],
        (row, body) => `if (${row} === i0) ${combined(kernel.body.dtype, "add", body)}`,
      );
      return loops(axes, `let r = 0;\n${loops(overAxes(kernel.over), sum)}\n${store}`);
    }
  }
}

/** A block that computes some formulas and uses their values. */
function statement(formulas: readonly Expr[], use: (...values: string[]) => string): string {
  const lines: string[] = [];
  const names = new Map<Expr, string>();
  const values = formulas.map((formula) => print(formula, lines, names));
  return `{\n${lines.join("\n")}\n${use(...values)}\n}`;
}

const position = (axes: readonly number[], space: readonly number[]): string =>
  axes.reduce(
    (text, axis) => text === "0" ? `i${axis}` : `(${text}) * ${space[axis]} + i${axis}`,
    "0",
  );

/** The statement that combines the result so far with one more value. */
const combined = (dtype: DType, combine: Combine, value: string): string =>
  `r = ${printCall(combine, dtype, dtype, ["r", value])};`;

/** Opens the reference device. */
export function openReference(): Device {
  return new ReferenceDevice();
}
