/**
 * Lets tensors show themselves: in the console of Deno and of Node, and in notebooks of Deno.
 *
 * @module
 */
import { Tensor } from "../tensor.ts";
import { arrayText, inspectTensor } from "./inspect.ts";
import { tableHtml } from "./table.ts";

/** The method of an object that gives a notebook its forms, by their types. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** What a notebook shows: texts by their types, such as "text/html". */
export type Display = Record<string, string>;

/** Gives the class Tensor the methods that consoles and notebooks look for. */
export function showTensors(): void {
  const inspect = { value: toConsole, configurable: true };
  Object.defineProperties(Tensor.prototype, {
    [Symbol.for("Deno.customInspect")]: inspect,
    [Symbol.for("nodejs.util.inspect.custom")]: inspect,
    [JUPYTER_DISPLAY]: { value: toNotebook, configurable: true },
  });
}

/** For a console, which cannot wait: nothing is computed. */
function toConsole(this: Tensor): string {
  return inspectTensor(this);
}

/** For a notebook: a table of the values, which are computed. */
async function toNotebook(this: Tensor): Promise<Display> {
  if (this.isTraced) return { "text/plain": inspectTensor(this) };
  const data = await this.read();
  const html = tableHtml(data, this.shape, this.dtype, `${this}`);
  const text = arrayText(data, this.shape, this.dtype);
  return { "text/plain": `${this}:\n${text}`, ...html !== undefined && { "text/html": html } };
}
