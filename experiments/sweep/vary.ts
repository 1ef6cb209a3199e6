/**
 * `--vary key=a,b`: configs whose key has each of several values; several keys in each combination.
 *
 * @module
 */

import type { NamedConfig } from "../config/source.ts";
import { parseConfig } from "../config/schema.ts";
import { UserError } from "../shell/errors.ts";

/** A key of the config, as a path such as `latent.size`, and the texts of its values. */
interface Variation {
  path: string;
  values: string[];
}

/**
 * The configs with each combination of the values. Each is named after its values:
 * `vae_latent.size=8`.
 *
 * @param texts the values of `--vary`, such as `latent.size=8,16`
 * @param flags keys of the config that flags set, by name; undefined without the flag
 * @throws {UserError} if a text has no key or no value, if a key has two texts or a flag of its own,
 *   or if a config with a value has a mistake
 */
export function varied(
  configs: readonly NamedConfig[],
  texts: readonly string[],
  flags: object = {},
): NamedConfig[] {
  const variations = texts.map(parseVariation);
  const paths = variations.map(({ path }) => path);
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined) throw new UserError(`--vary has the key ${twice} twice`);
  const both = paths.find((path) => Reflect.get(flags, path) !== undefined);
  if (both !== undefined) {
    throw new UserError(`--vary ${both} cannot be given with the flag of the same key`);
  }
  const all = variations.reduce(
    (some, { path, values }) =>
      some.flatMap((config) => values.map((text) => withValue(config, path, text))),
    [...configs],
  );
  const checked = all.map(({ name, config }) => ({
    name,
    config: parseConfig(config, `--vary: ${name}`),
  }));
  const names = checked.map(({ name }) => name);
  const same = names.find((name, i) => names.indexOf(name) < i);
  if (same !== undefined) throw new UserError(`--vary gives two curves the name ${same}`);
  return checked;
}

/** Keys that the sweep sets itself. */
const OWN: Readonly<Record<string, string>> = {
  seed: "--seeds sets the seeds",
  rate: "a sweep has a point for each β, and a target would adapt it",
  distortion: "a sweep has a point for each β, and a target would adapt it",
};

function parseVariation(text: string): Variation {
  const [, path, list = ""] = text.match(/^([\w$.]+)=(.+)$/s) ?? [];
  if (path === undefined) {
    throw new UserError(
      `--vary must be a key of the config and its values, such as latent.size=8,16, but is "${text}"`,
    );
  }
  if (Object.hasOwn(OWN, path)) throw new UserError(`--vary cannot have ${path}: ${OWN[path]}`);
  const values = splitOutside(list).map((value) => value.trim());
  if (!values.includes("")) return { path, values };
  throw new UserError(`--vary ${path} has an empty value in "${list}"`);
}

/** Splits at the commas that are in no brackets and in no string. */
function splitOutside(list: string): string[] {
  const parts = [""];
  let [depth, isString] = [0, false];
  for (const [i, sign] of [...list].entries()) {
    if (sign === '"' && list[i - 1] !== "\\") isString = !isString;
    else if (!isString && "[{".includes(sign)) depth++;
    else if (!isString && "]}".includes(sign)) depth--;
    if (sign === "," && depth === 0 && !isString) parts.push("");
    else parts[parts.length - 1] += sign;
  }
  return parts;
}

/** A config with a value at a path. The schema checks it once all values are in. */
function withValue({ name, config }: NamedConfig, path: string, text: string): NamedConfig {
  const changed = structuredClone(config);
  const keys = path.split(".");
  let inner: unknown = changed;
  for (const [i, key] of keys.slice(0, -1).entries()) {
    const before = Reflect.get(inner as object, key) ?? {};
    if (!(before instanceof Object) || Array.isArray(inner) && !Object.hasOwn(inner, key)) {
      const parent = keys.slice(0, i + 1).join(".");
      throw new UserError(`--vary ${path}: the config ${name} has no keys in ${parent}`);
    }
    Reflect.set(inner as object, key, before);
    inner = before;
  }
  const last = keys.at(-1)!;
  if (Array.isArray(inner) && !Object.hasOwn(inner, last)) {
    const entries = `it has ${inner.length} entries, counted from 0`;
    throw new UserError(`--vary ${path}: the config ${name} has no ${path}; ${entries}`);
  }
  Reflect.set(inner as object, last, valueOf(text));
  const plain = text.replaceAll(/[^\w.+=-]+/g, "_");
  return { name: `${name}_${path}=${plain}`, config: changed };
}

/** A number, a list or another JSON value; any other text is a string. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
