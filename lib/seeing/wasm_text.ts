/**
 * A disassembler: the functions of a WebAssembly module as text, as far as the cpu device writes
 * them.
 *
 * @module
 */
import { opcodes } from "../../kernels/cpu/wasm/opcodes.ts";

/** What follows an opcode: nothing, one integer or two, or 16 bytes. */
type Operands = "none" | "index" | "integer" | "memory" | "lane" | "laneMemory" | "bytes" | "block";

/** The operands of the instructions whose names begin or end in a certain way. */
const OPERANDS: readonly (readonly [RegExp, Operands])[] = [
  [/^(local|call|br_if)/, "index"],
  [/^(if|loop)$/, "block"],
  [/^i32\.const$/, "integer"],
  [/^(v128\.const|i8x16\.shuffle)$/, "bytes"],
  [/(load|store)\d+_lane$/, "laneMemory"],
  [/_lane$|^memory\.fill$/, "lane"],
  [/\.(load|store)/, "memory"],
];

/** The instructions by their codes. A function, so that bundles without it leave it out. */
const instructions = () =>
  new Map(
    Object.entries(opcodes).map(([name, code]) => {
      const operands = OPERANDS.find(([pattern]) => pattern.test(name))?.[1] ?? "none";
      return [code as number, { name, operands }];
    }),
  );

/** What leaves nothing on the stack: a line of text ends with it. */
const ENDS_STATEMENT = /^(local\.set|.*store.*|call|br_if|if|else|loop|end|memory\.fill)$/;

/**
 * A function of a module: its name, and its statements, a line each, indented by two spaces a
 * block.
 */
export interface WasmFunction {
  readonly name: string;
  readonly lines: readonly string[];
}

/** The functions of a module in order. */
export function disassemble(bytes: Uint8Array): WasmFunction[] {
  const known = instructions();
  let at = 8; // behind the magic number and the version
  const integer = (): number => {
    for (let value = 0, shift = 0;; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return byte & 0x40 && shift < 28 ? value | -1 << shift + 7 : value;
    }
  };
  const unsigned = (): number => {
    for (let value = 0, shift = 0;; shift += 7) {
      const byte = bytes[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  };
  const name = () => {
    const length = unsigned();
    return new TextDecoder().decode(bytes.subarray(at, at += length));
  };
  const operandsOf = (kind: Operands): string => {
    switch (kind) {
      case "none":
        return "";
      case "index":
        return ` ${unsigned()}`;
      case "integer":
        return ` ${integer()}`;
      case "bytes": {
        const words = new DataView(bytes.buffer, bytes.byteOffset + at, 16);
        at += 16;
        return ` ${[0, 4, 8, 12].map((i) => words.getUint32(i, true).toString(16)).join(" ")}`;
      }
      case "block":
        at++;
        return "";
      case "memory": {
        at++;
        const offset = unsigned();
        return offset === 0 ? "" : ` offset=${offset}`;
      }
      case "lane":
        return ` ${bytes[at++]}`;
      case "laneMemory": {
        at++;
        const offset = unsigned();
        return ` offset=${offset} ${bytes[at++]}`;
      }
    }
  };
  const bodyOf = (end: number): string[] => {
    for (let runs = unsigned(); runs > 0; runs--, at++) unsigned(); // runs of locals of one type
    const lines: string[] = [];
    let depth = 0, statement: string[] = [];
    while (at < end - 1) { // its last byte is the end of the function
      let code = bytes[at++];
      if (code === 0xfc || code === 0xfd) code = code << 16 | unsigned();
      const instruction = known.get(code);
      if (instruction === undefined) throw new Error(`Unknown instruction 0x${code.toString(16)}`);
      statement.push(instruction.name + operandsOf(instruction.operands));
      if (!ENDS_STATEMENT.test(instruction.name)) continue;
      if (code === opcodes.end || code === opcodes.else) depth--;
      lines.push("  ".repeat(depth) + statement.join("  "));
      statement = [];
      if (instruction.operands === "block" || code === opcodes.else) depth++;
    }
    at = end;
    return lines;
  };
  const bodies: string[][] = [], names: string[] = [];
  while (at < bytes.length) {
    const section = bytes[at++], end = unsigned() + at;
    if (section === 10) {
      for (let count = unsigned(); count > 0; count--) bodies.push(bodyOf(unsigned() + at));
    } else if (section === 0) {
      name(), at++, unsigned(); // "name", the kind of names, their length
      for (let count = unsigned(); count > 0; count--) names.push((unsigned(), name()));
    }
    at = end;
  }
  return bodies.map((lines, i) => ({ name: names[i], lines }));
}
