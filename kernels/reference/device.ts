/**
 * The reference device: float64, plain loops, one op a kernel. It is the oracle of every test, so
 * it is written to be obviously right instead of fast. Every element of every dtype is a float64,
 * which holds all 32-bit integers.
 *
 * @module
 */
import type { Buffer, Data, Device, Executable, Program, Slot } from "../device.ts";
import { IDENTITIES } from "../graph.ts";
import { HeldBuffer, ownBuffer } from "../held_buffer.ts";
import { type Kernel, outputIndex, valuesOf } from "../kernel.ts";
import type { DType, Expr } from "../formula.ts";
import { remember } from "../remember.ts";
import { mul } from "../scalar.ts";
import { library, print, printCall, printIndex } from "./javascript.ts";

class ReferenceDevice implements Device {
  readonly name = "reference";
  readonly description = "float64 in plain JavaScript";
  readonly capacity = { total: Infinity, buffer: Infinity };
  readonly traits = { fuses: false, maxBuffers: Infinity };
  inUse = 0;

  allocate(size: number): Buffer {
    this.inUse += 8 * size;
    return new HeldBuffer(this, size, new Float64Array(size), () => this.inUse -= 8 * size);
  }
  elementsOf(buffer: Buffer): Float64Array {
    return ownBuffer<Float64Array>(this, buffer).memory;
  }
  write(buffer: Buffer, data: Data): void {
    this.elementsOf(buffer).set(data);
  }
  async read(buffer: Buffer, size: number, dtype: DType): Promise<Data> {
    return await this.readNow(buffer, size, dtype);
  }
  readNow(buffer: Buffer, size: number, dtype: DType): Data {
    return new HOST[dtype](this.elementsOf(buffer).subarray(0, size));
  }
  compile(program: Program): Executable {
    const scratch = program.scratch.map((size) => new Float64Array(size));
    const launches = program.steps.map(({ kernel, reads, writes }) => ({
      launch: compileKernel(kernel),
      slots: [...writes, ...reads],
    }));
    return {
      run: (inputs, outputs) => {
        const resolve = ({ kind, number }: Slot): Float64Array =>
          kind === "scratch"
            ? scratch[number]
            : this.elementsOf((kind === "input" ? inputs : outputs)[number]);
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

/** The contents of a buffer on the host. */
const HOST = { float32: Float64Array, int32: Int32Array, uint32: Uint32Array, bool: Uint8Array };

/** A function of the outputs and the loaded buffers. */
type Launch = (...buffers: Float64Array[]) => void;

/** Kernels with the same text are compiled once. */
const compiled = new Map<string, Launch>();

function compileKernel(kernel: Kernel): Launch {
  const text = `return ${functionText(kernel)};`;
  return remember(compiled, text, () => {
    const functions = library();
    return new Function(...Object.keys(functions), text)(...Object.values(functions));
  });
}

/** A kernel as the text of a function of its outputs and the buffers that it loads from. */
export function functionText(kernel: Kernel): string {
  const parameters = [
    ...kernel.stores.map((_, i) => `out${i}`),
    ...kernel.loads.map((_, i) => `b${i}`),
  ];
  return `function (${parameters.join(", ")}) {\n${source(kernel)}\n}`;
}

/** The body of a kernel's function. */
function source(kernel: Kernel): string {
  const { space } = kernel;
  const over = "over" in kernel ? kernel.over : [];
  const sizes = [...space, ...over];
  const axes = sizes.map((_, axis) => axis);
  const [outer, inner] = [axes.slice(0, space.length), axes.slice(space.length)];
  const loops = (over: readonly number[], body: string) =>
    over.reduceRight(
      (inner, axis) =>
        `for (let i${axis} = 0; i${axis} < ${sizes[axis]}; i${axis}++) {\n${inner}\n}`,
      body,
    );
  const here = printIndex(outputIndex(space), () => "");
  const store = statement(
    valuesOf(kernel),
    (values) => values.map((value, i) => `out${i}[${here}] = ${value};`).join("\n"),
  );
  if (kernel.kind === "map") return loops(outer, store);

  const combine = kernel.kind === "reduce" ? kernel.combine : "add";
  const body = kernel.kind === "matmul" ? mul(kernel.a, kernel.b) : kernel.body;
  const { dtype } = body;
  const start = `let r = ${IDENTITIES[combine][dtype]};`;
  // A scatter looks at all updates for every row, as its definition says.
  const sum = statement(
    kernel.kind === "scatter" ? [body, kernel.row] : [body],
    ([value, row]) =>
      `${row ? `if (${row} === i0) ` : ""}r = ${printCall(combine, dtype, dtype, ["r", value])};`,
  );
  if (kernel.kind !== "scan") return loops(outer, `${start}\n${loops(inner, sum)}\n${store}`);
  const step = kernel.exclusive ? [store, sum] : [sum, store];
  const others = outer.filter((axis) => axis !== kernel.axis);
  return loops(others, `${start}\n${loops([kernel.axis], step.join("\n"))}`);
}

/** A block that computes some formulas and uses their values. */
function statement(formulas: readonly Expr[], use: (values: readonly string[]) => string): string {
  const lines: string[] = [];
  const names = new Map<Expr, string>();
  const values = formulas.map((formula) => print(formula, lines, names));
  return `{\n${lines.join("\n")}\n${use(values)}\n}`;
}

/** Opens the reference device. */
export function openReference(): Device {
  return new ReferenceDevice();
}
