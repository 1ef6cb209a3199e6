/**
 * The written-out intrinsics against Math.* in float64, by a float32 evaluator of formulas.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { INTRINSICS } from "../../kernels/intrinsics.ts";
import type { Call, Expr, Intrinsic } from "../../kernels/formula.ts";
import { load } from "../../kernels/scalar.ts";
import { constantIndex } from "../../kernels/indexing.ts";

const names = Object.keys(INTRINSICS) as Intrinsic[];

const word = new DataView(new ArrayBuffer(4));
const floatOfBits = (bits: number): number => {
  word.setUint32(0, bits);
  return word.getFloat32(0);
};

/**
 * A function of one float32 that computes an intrinsic's formula, rounding every float to float32.
 */
function compile(name: Intrinsic): (x: number) => number {
  const { written, rare } = INTRINSICS[name];
  const x = load(0, constantIndex(0), "float32");
  const usual = compileFormula(written(x));
  if (rare === undefined) return usual;
  const { when, value } = rare(x);
  const [isRare, special] = [compileFormula(when), compileFormula(value)];
  return (x) => isRare(x) ? special(x) : usual(x);
}

function compileFormula(formula: Expr): (x: number) => number {
  const slots = new Map<Expr, number>();
  const values: number[] = [];
  const tape: (() => void)[] = [];
  const visit = (expr: Expr): number => {
    const known = slots.get(expr);
    if (known !== undefined) return known;
    const args = expr.kind === "call" ? expr.args.map(visit) : [];
    const slot = values.push(expr.kind === "constant" ? narrow(expr.value, expr.dtype) : 0) - 1;
    slots.set(expr, slot);
    if (expr.kind === "load") input = slot;
    if (expr.kind === "call") {
      const run = evaluate(expr);
      tape.push(() => {
        values[slot] = run(values[args[0]], values[args[1]], values[args[2]]);
      });
    }
    return slot;
  };
  let input = -1;
  const output = visit(formula);
  return (x) => {
    values[input] = x;
    for (const run of tape) run();
    return values[output];
  };
}

function narrow(value: number, dtype: Expr["dtype"]): number {
  if (dtype === "float32") return Math.fround(value);
  return dtype === "int32" ? value | 0 : dtype === "uint32" ? value >>> 0 : Number(value !== 0);
}

function roundToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

function evaluate({ op, dtype, args }: Call): (a: number, b: number, c: number) => number {
  const to = (value: number) => narrow(value, dtype);
  switch (op) {
    case "add":
      return (a, b) => to(a + b);
    case "sub":
      return (a, b) => to(a - b);
    case "mul":
      return dtype === "float32" ? (a, b) => to(a * b) : (a, b) => to(Math.imul(a, b));
    case "div":
      return (a, b) => to(a / b);
    case "min":
      return (a, b) => Math.min(a, b);
    case "max":
      return (a, b) => Math.max(a, b);
    case "neg":
      return (a) => to(-a);
    case "abs":
      return Math.abs;
    case "round":
      return roundToEven;
    case "less":
      return (a, b) => Number(a < b);
    case "lessEqual":
      return (a, b) => Number(a <= b);
    case "equal":
      return (a, b) => Number(a === b);
    case "and":
      return (a, b) => to(a & b);
    case "or":
      return (a, b) => to(a | b);
    case "xor":
      return (a, b) => to(a ^ b);
    case "shiftLeft":
      return (a, b) => to(a << b);
    case "shiftRight":
      return dtype === "uint32" ? (a, b) => a >>> b : (a, b) => to(a >> b);
    case "select":
      return (a, b, c) => a !== 0 ? b : c;
    case "convert":
      if (dtype === "float32" || args[0].dtype !== "float32") return to;
      return (a) => Math.min(Math.max(Math.trunc(a) || 0, -(2 ** 31)), 2 ** 31 - 1);
    case "bitcast":
      if (args[0].dtype === dtype) return (a) => a;
      return dtype === "float32" ? floatOfBits : (a) => {
        word.setFloat32(0, a);
        return dtype === "int32" ? word.getInt32(0) : word.getUint32(0);
      };
    default:
      throw new TypeError(`The written-out intrinsics were not expected to use ${op}`);
  }
}

/** The distance from the true value in units in its last place as a float32. */
function ulps(got: number, want: number): number {
  const rounded = Math.fround(want);
  if (Object.is(got, rounded) || Number.isNaN(got) && Number.isNaN(want)) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(rounded)) {
    // Past the largest float, Infinity stands for 2¹²⁸.
    if (!(Math.abs(want) > 2 ** 127)) return Infinity;
    if (!Number.isFinite(got)) got = Math.sign(got) * 2 ** 128;
    want = Math.sign(want) * Math.min(Math.abs(want), 2 ** 128);
  }
  if (got === 0 && rounded === 0) return Infinity; // the wrong zero
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(want))), -126);
  return Math.abs(got - want) / 2 ** (exponent - 23);
}

/** Bit patterns: all exponents evenly, and the ordinary numbers (10⁻⁴ … 100) more densely. */
function* sweep(count: number): Generator<number> {
  const step = 2 ** 32 / count;
  for (let bits = 0; bits < 2 ** 32; bits += step) yield floatOfBits(Math.floor(bits));
  const [from, to] = [0x38d1b717, 0x42c80000];
  for (let bits = from; bits < to; bits += 2 * (to - from) / count) {
    yield floatOfBits(Math.floor(bits));
    yield -floatOfBits(Math.floor(bits));
  }
}

const special = [0, 0x7f800000, 0x7fc00000, 0x7f800001, 1, 0x007fffff, 0x00800000, 0x7f7fffff]
  .flatMap((bits) => [floatOfBits(bits), floatOfBits((bits | 0x80000000) >>> 0)])
  .concat([1, -1, Math.LN2 / 2, Math.SQRT1_2, Math.SQRT2, 88.72283, 88.72284, -103.97, -103.98])
  .concat([-87.33, -87.34, -1 + 2 ** -24, 1 + 2 ** -23, Math.SQRT2 - 1, 2 ** 24, Math.PI, 8192])
  .map(Math.fround);

const density = 2 ** Number(Deno.env.get("ECHOGRAD_SWEEP") ?? 16);

for (const name of names) {
  Deno.test(`${name} is within 2 ulp, special values included`, () => {
    const oracle = INTRINSICS[name].exact;
    const f = compile(name);
    let worst = 0, where = 0;
    const check = (x: number) => {
      const error = ulps(f(x), oracle(x));
      if (error > worst) [worst, where] = [error, x];
    };
    for (const x of special) check(x);
    for (const x of sweep(density)) check(x);
    if (density > 2 ** 16) console.log(`${name}: ${worst.toFixed(2)} ulp at ${where}`);
    assert(
      worst <= 2,
      `${name}(${where}) is off by ${worst} ulp: ${f(where)} against ${oracle(where)}`,
    );
  });
}

Deno.test("sin and cos are within 2 ulp next to their zeros", () => {
  for (const name of ["sin", "cos"] as const) {
    const f = compile(name);
    // The nearest of all floats to a multiple of π/2 are among the large ones.
    const nearest = [
      0xf9be45 * 2 ** 72,
      0xa3e87f * 2 ** 11,
      0x9976f1 * 2 ** 62,
      0x898498 * 2 ** 53,
    ];
    const multiples = Array.from({ length: 10_000 }, (_, n) => Math.fround((n + 1) * Math.PI / 2));
    for (const x of [...nearest, ...multiples]) {
      const error = ulps(f(x), INTRINSICS[name].exact(x));
      assert(error <= 2, `${name}(${x}) is off by ${error} ulp`);
    }
  }
});

Deno.test("zeros keep their signs", () => {
  for (const name of ["log1p", "expm1", "tanh", "sin", "atan", "erf"] as const) {
    const f = compile(name);
    assertEquals([Object.is(f(0), 0), Object.is(f(-0), -0)], [true, true], name);
  }
});
