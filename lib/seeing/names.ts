/**
 * Names for what a traced function reads and returns, from its text and the trees that it takes.
 *
 * @module
 */
import { leafNames } from "../moving.ts";

/** Words that the views use for something else. */
const TAKEN = /^(out|flat|with|[i-nr]|[tvc]\d+)$/;

/**
 * A name for each leaf of the arguments of f: `x`, or `params.layers.0.w`. Its parameters are read
 * off its text; one that has no name, or the name of something else, is called `arg0`.
 */
export function argumentNames(f: object, args: readonly unknown[]): string[] {
  const parameters = parametersOf(f);
  return args.flatMap((arg, n) => {
    const last = parameters.at(-1);
    const given = parameters[n] ?? (last?.startsWith("...") ? last : "");
    const isRest = given.startsWith("...");
    const word = given.slice(isRest ? 3 : 0);
    const isName = /^[\w$]+$/.test(word) && (!TAKEN.test(word) || leafNames(arg)[0] !== "");
    const name = isName ? word : word.startsWith("{") ? "" : `arg${n}`;
    const whole = isRest && isName ? `${word}.${n - parameters.length + 1}` : name;
    return leafNames(arg).map((path) => [whole, path].filter((part) => part !== "").join("."));
  });
}

/** The parameters in the text of a function, without defaults. */
function parametersOf(f: object): string[] {
  const text = `${f}`;
  const single = /^(?:async\s+)?([\w$]+)\s*=>/.exec(text);
  if (single !== null) return [single[1]];
  const parameters: string[] = [];
  let depth = 0, word = "";
  for (const letter of text.slice(text.indexOf("("))) {
    if (/[([{]/.test(letter)) depth++;
    if (/[)\]}]/.test(letter)) depth--;
    if (depth === 1 && letter === "," || depth === 0) {
      parameters.push(word.slice(parameters.length === 0 ? 1 : 0).replace(/\s*=[^]*$/, "").trim());
      word = "";
      if (depth === 0) break;
    } else word += letter;
  }
  return parameters;
}

/** A name for each leaf of a result: `out`, or `out.0.w`. */
export const resultNames = (form: unknown): string[] =>
  leafNames(form).map((path) => path === "" ? "out" : `out.${path}`);
