/**
 * Signs, integers and limits: functions that are constant, or x itself, in pieces.
 *
 * @module
 */
import type { Tensor, TensorLike } from "../tensor.ts";
import {
  abs,
  add,
  type Binary,
  div,
  equal,
  floor,
  less,
  lessEqual,
  max,
  min,
  mul,
  neg,
  stopGradient,
  sub,
  type Unary,
  where,
} from "./elementwise.ts";
import { composed, FLOATS, NUMBERS } from "./primitive.ts";

/**
 * −1, 0 or 1 by the sign of x, and NaN for NaN; the gradient is 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sign, tensor } from "@echograd/echograd";
 * assertEquals([...await sign(tensor([-7, 0, 0.1])).read()], [-1, 0, 1]);
 * ```
 */
export const sign: (x: Tensor) => Tensor = /* @__PURE__ */ composed("sign", NUMBERS, (x) => {
  const fixed = stopGradient(x);
  if (x.dtype === "uint32") return min(fixed, 1);
  return where(less(0, fixed), 1, where(less(fixed, 0), -1, fixed));
});

/**
 * The least integer not below x; the gradient is 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { ceil, tensor } from "@echograd/echograd";
 * assertEquals([...await ceil(tensor([-1.5, 1.5])).read()], [-1, 2]);
 * ```
 */
export const ceil: Unary = /* @__PURE__ */ composed("ceil", FLOATS, (x) => neg(floor(neg(x))));

/**
 * x without its fraction, cut towards 0; the gradient is 0.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { trunc, tensor } from "@echograd/echograd";
 * assertEquals([...await trunc(tensor([-1.5, 1.5])).read()], [-1, 1]);
 * ```
 */
export const trunc: Unary = /* @__PURE__ */ composed(
  "trunc",
  FLOATS,
  (x) => where(less(x, 0), ceil(x), floor(x)),
);

/**
 * a − b·⌊a/b⌋, of floats: NumPy's remainder, which has the sign of b. Where b is infinite it is a, or
 * b if their signs differ. The error is that of a, so a should not be many thousand times b.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { mod, tensor } from "@echograd/echograd";
 * assertEquals([...await mod(tensor([7, -7]), 3).read()], [1, 2]);
 * ```
 */
export const mod: Binary = /* @__PURE__ */ composed("mod", FLOATS, (a, b) => {
  const rest = where(equal(abs(b), Infinity), a, sub(a, mul(b, floor(div(a, b)))));
  // A quotient may be rounded up to an integer, or, on a GPU, to below one.
  const isBelow = less(mul(rest, b), 0), isAbove = lessEqual(abs(b), abs(rest));
  return where(isBelow, add(rest, b), where(isAbove, sub(rest, b), rest));
});

/**
 * x, but at least `low` and at most `high`. The gradient is that of x within, 0 beyond, and a half
 * at the limits.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { clip, tensor } from "@echograd/echograd";
 * assertEquals([...await clip(tensor([-5, 0.5, 5]), 0, 1).read()], [0, 0.5, 1]);
 * ```
 */
export const clip: (x: Tensor, low: TensorLike, high: TensorLike) => Tensor =
  /* @__PURE__ */ composed(
    "clip",
    NUMBERS,
    (x, low, high) => min(max(x, low), high),
  );
