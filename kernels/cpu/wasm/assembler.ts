/**
 * A WebAssembly assembler: just enough of the binary format to write functions of SIMD loops.
 *
 * Instructions work on a stack: `a + b` is "get a, get b, add". Integers are LEB128: seven bits a
 * byte, lowest first, the eighth bit saying that more follow.
 *
 * @example Adding one
 * ```ts
 * import { FunctionBuilder } from "./assembler.ts";
 * import { ModuleBuilder } from "./module.ts";
 *
 * const f = new FunctionBuilder("increment", 1);
 * f.code.get(0).i32(1).op("i32.add").set(0);
 * const module = new ModuleBuilder();
 * module.export("increment", module.add(f));
 * const bytes = module.finish();
 * ```
 *
 * @module
 */
import { type LaneMemoryOp, type MemoryOp, type Opcode, opcodes } from "./opcodes.ts";

/** The types of locals. */
export type ValueType = "i32" | "v128";

const typeCodes: Record<ValueType, number> = { i32: 0x7f, v128: 0x7b };

/** Appends an integer that is not negative. */
export function unsigned(into: number[], value: number): void {
  let rest = value >>> 0;
  while (rest >= 0x80) {
    into.push(rest & 0x7f | 0x80);
    rest >>>= 7;
  }
  into.push(rest);
}

function signed(into: number[], value: number): void {
  let rest = value | 0;
  while (rest < -0x40 || rest > 0x3f) {
    into.push(rest & 0x7f | 0x80);
    rest >>= 7;
  }
  into.push(rest & 0x7f);
}

/** Appends bytes; a spread would overflow the stack where they are many. */
export function append(into: number[], bytes: readonly number[]): void {
  for (let i = 0; i < bytes.length; i++) into.push(bytes[i]);
}

/** The logarithm of 4, the alignment of every address. */
const wordAlignment = 2;
/** The type of a block that leaves nothing on the stack. */
const noValue = 0x40;

const bits = new DataView(new ArrayBuffer(4));

/** The bits of a float32 as an unsigned integer. */
export function bitsOf(value: number): number {
  bits.setFloat32(0, value);
  return bits.getUint32(0);
}

/** A sequence of instructions. Every method appends and returns the sequence itself. */
export class Code {
  readonly bytes: number[] = [];

  /** An instruction with its immediate operands, which are not negative. */
  op(name: Opcode, ...immediates: readonly number[]): this {
    const code = opcodes[name];
    if (code <= 0xff) this.bytes.push(code);
    else {
      this.bytes.push(code >> 16);
      unsigned(this.bytes, code & 0xffff);
    }
    for (const immediate of immediates) unsigned(this.bytes, immediate);
    return this;
  }

  /** Pushes a local. */
  get(local: number): this {
    return this.op("local.get", local);
  }

  /** Pops into a local. */
  set(local: number): this {
    return this.op("local.set", local);
  }

  /** Copies the top of the stack into a local. */
  tee(local: number): this {
    return this.op("local.tee", local);
  }

  /** Pushes an integer. */
  i32(value: number): this {
    signed(this.op("i32.const").bytes, value);
    return this;
  }

  /** Pushes four 32-bit lanes, given as integers; one integer stands for all four. */
  v128(...lanes: readonly number[]): this {
    this.op("v128.const");
    for (let i = 0; i < 4; i++) {
      const lane = lanes[i % lanes.length];
      this.bytes.push(lane & 0xff, lane >>> 8 & 0xff, lane >>> 16 & 0xff, lane >>> 24 & 0xff);
    }
    return this;
  }

  /** A load or store at the address on the stack + offset. */
  memory(name: MemoryOp, offset = 0): this {
    return this.op(name, wordAlignment, offset);
  }

  /** Loads or stores one lane at the address on the stack + offset. */
  laneMemory(name: LaneMemoryOp, lane: number, offset = 0): this {
    return this.op(name, wordAlignment, offset, lane);
  }

  /** Picks four 32-bit lanes out of two vectors: 0 … 3 of the first, 4 … 7 of the second. */
  shuffle(lanes: readonly number[]): this {
    return this.op(
      "i8x16.shuffle",
      ...lanes.flatMap((lane) => [0, 1, 2, 3].map((i) => 4 * lane + i)),
    );
  }

  /** Runs the body if the top of the stack is not zero, and else the other one. */
  when(body: Code, otherwise?: Code): this {
    this.op("if", noValue).append(body);
    if (otherwise !== undefined) this.op("else").append(otherwise);
    return this.op("end");
  }

  /** Runs the body, and again as long as the condition holds. */
  repeat(body: Code, condition: Code): this {
    return this.op("loop", noValue).append(body).append(condition).op("br_if", 0).op("end");
  }

  /** Appends another sequence. */
  append(code: Code): this {
    append(this.bytes, code.bytes);
    return this;
  }
}

/** A function that takes integers and returns nothing. */
export class FunctionBuilder {
  /** The body, to append to. */
  readonly code: Code = new Code();
  readonly #locals: ValueType[] = [];

  /**
   * @param name shown in stack traces
   * @param parameters the number of i32 parameters, which are the locals 0, 1, …
   */
  constructor(readonly name: string, readonly parameters: number) {}

  /** A new local, zero at the start. */
  local(type: ValueType): number {
    return this.parameters + this.#locals.push(type) - 1;
  }

  /** The function as it stands in the code section. */
  body(): number[] {
    const body: number[] = [];
    unsigned(body, this.#locals.length);
    for (const type of this.#locals) body.push(1, typeCodes[type]); // one local of a type
    append(body, this.code.bytes);
    body.push(0x0b);
    return body;
  }
}
