/**
 * What PyTorch computed in float64 (make.py and methods.py wrote it), as arrays.
 *
 * @module
 */
import methods from "./methods.json" with { type: "json" };
import values from "./values.json" with { type: "json" };
import type { Naive } from "../fixtures/naive.ts";

export { methods, values };

/** An array of the file, "2 3 | 0.5 …": its shape, and its elements. */
export function parse(text: string): Naive {
  const [shape, data] = text.split("|").map((part) => part.trim().split(" ").filter(Boolean));
  return { shape: shape.map(Number), data: data.map(Number), dtype: "float32" };
}
