/**
 * Arrays written as npz files, read again by this project and by NumPy.
 *
 * @module
 */
import { assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import fc from "../../fixtures/property.ts";
import { readNpz } from "../../../experiments/formats/npy.ts";
import { type WritableArray, writeNpy, writeNpz } from "../../../experiments/formats/npy_writer.ts";
import { readZip } from "../../../experiments/formats/zip.ts";
import { writeZip } from "../../../experiments/formats/zip_writer.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

const sizeOf = (shape: readonly number[]) => shape.reduce((product, n) => product * n, 1);

/** Numbers that float32 holds, in an array of any shape, perhaps one number, perhaps none. */
const arrays = fc.array(fc.nat(4), { maxLength: 3 }).chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    data: fc.float32Array({ minLength: sizeOf(shape), maxLength: sizeOf(shape) }),
  }, { noNullPrototype: true })
);

Deno.test("npz: written arrays are read back", () => {
  const name = fc.stringMatching(/^[a-zé_]{1,8}$/);
  fc.assert(fc.property(fc.dictionary(name, arrays), (of) => {
    const { arrays, leftOut } = readNpz(writeNpz(of), "x.npz");
    assertEquals([arrays, leftOut], [new Map(Object.entries(of)), []]);
  }));
});

Deno.test("zip: files come back by their names, with their bytes", () => {
  const files = fc.uniqueArray(fc.tuple(fc.string(), fc.uint8Array()), { selector: ([n]) => n });
  fc.assert(fc.property(files, (entries) => {
    assertEquals([...readZip(writeZip(new Map(entries)), "x.zip")], entries);
  }));
});

Deno.test("npy: the values start at a multiple of 64 bytes, and must fit the shape", () => {
  for (let n = 0; n < 40; n++) {
    const shape = new Array<number>(n).fill(1);
    assertEquals((writeNpy({ shape, data: Float64Array.of(7) }).length - 8) % 64, 0);
  }
  const message = "Cannot write 3 numbers as an array of shape [2,2]";
  assertThrows(() => writeNpy({ shape: [2, 2], data: new Float32Array(3) }), RangeError, message);
});

const python = await hasNumPy();

Deno.test({
  name: "npz: NumPy reads every type and shape to the last bit",
  ignore: !python,
  async fn() {
    await using folder = await temporaryFolder();
    const written: Record<string, WritableArray> = {
      double: { shape: [2, 3], data: Float64Array.of(1 / 3, -0, Infinity, 5e-324, 1e300, -2) },
      single: { shape: [1, 4], data: Float32Array.of(1 / 3, -1e30, 0, 1e-40) },
      größe: { shape: [1], data: Float32Array.of(2) },
      whole: { shape: [3], data: Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1) },
      scalar: { shape: [], data: Float64Array.of(Math.PI) },
      empty: { shape: [0, 5], data: new Float64Array(0) },
    };
    const path = join(folder.path, "x.npz");
    await Deno.writeFile(path, writeNpz(written));
    const program = `
import json, numpy, sys
arrays = numpy.load(sys.argv[1])
print(json.dumps({n: [str(a.dtype), list(a.shape), a.tobytes().hex()] for n, a in arrays.items()}))`;
    const output = await new Deno.Command("python3", { args: ["-c", program, path] }).output();
    const read = JSON.parse(new TextDecoder().decode(output.stdout));
    const types = { größe: "float32", single: "float32", whole: "int32" };
    for (const [name, { shape, data }] of Object.entries(written)) {
      const type = types[name as keyof typeof types] ?? "float64";
      assertEquals(read[name], [type, shape, new Uint8Array(data.buffer).toHex()], name);
    }
  },
});

/** Whether this machine has a Python with NumPy; prints a line if not. */
async function hasNumPy(): Promise<boolean> {
  const command = new Deno.Command("python3", { args: ["-c", "import numpy"], stderr: "null" });
  const found = await command.output().then(({ success }) => success, () => false);
  if (!found) console.log("No python3 with NumPy here: what it reads is not tested");
  return found;
}
