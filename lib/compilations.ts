/**
 * What `jit` tells of its compilations: a function that compiles again and again is slow, and
 * nothing else shows it.
 *
 * @module
 */
import type { Device } from "../kernels/device.ts";
import { shapeText } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** What the option `onCompile` of `jit` is told. */
export interface Compilation {
  /** The name of the function. */
  readonly name: string;
  /** The dtype and shape of each leaf of the arguments: `float32 [100, 784], float32 []`. */
  readonly form: string;
  /** The number of forms compiled so far, this one included. */
  readonly forms: number;
  /** The number of kernels of the program. */
  readonly kernels: number;
  /** The time that tracing and compiling took. GPUs compile further, at the first run. */
  readonly milliseconds: number;
  /** The device that it was compiled for. */
  readonly device: Device;
}

interface News extends Pick<Compilation, "kernels" | "milliseconds" | "device"> {
  readonly leaves: readonly Tensor[];
}

/** A function to be told of each compilation: it passes that on, and warns once of too many. */
export function teller(
  name: string,
  onCompile?: (compilation: Compilation) => void,
  mostForms = 8,
): (news: News) => void {
  name ||= "a function without a name";
  let forms = 0, last: readonly string[] = [];
  return ({ leaves, ...news }) => {
    const form = leaves.map((x) => `${x.dtype} ${shapeText(x.shape)}`).join(", ");
    forms++;
    last = [...last.slice(-2), form];
    onCompile?.({ name, form, forms, ...news });
    if (forms !== Math.floor(mostForms) + 1) return;
    const shapes = last.join("; ");
    console.warn(
      `jit compiled ${name} for ${forms} forms of its arguments, the last for ${shapes}. ` +
        "Give it tensors of few shapes (pad the last batch, or leave it out), or set the option " +
        "mostForms",
    );
  };
}
