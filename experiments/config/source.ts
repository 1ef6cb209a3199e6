/**
 * Finds configs: `--config` takes a file, the name of a shipped config, or JSON.
 *
 * @module
 */

import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { userPath } from "../shell/command_line.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./schema.ts";
import { betaOf, isRate } from "../models/beta.ts";
import { type Noise, withNoise } from "../models/noise.ts";
import { resolveDataSet } from "../data/datasets.ts";
import { UserError } from "../shell/errors.ts";
import { exists, isFolder, readFile, readText } from "../shell/files.ts";
import { readZip } from "../formats/zip.ts";
import { isZip } from "../formats/zip_entries.ts";
import { parseJson } from "../shell/json.ts";
import { suggest } from "../shell/nearest.ts";

const SHIPPED = fileURLToPath(new URL("../configs", import.meta.url));

/** The folder of the configs with the original's convolutional networks. */
export const ORIGINAL: string = join(SHIPPED, "original");

/** The folders of shipped configs that have names. */
const FOLDERS = [SHIPPED, ORIGINAL, join(SHIPPED, "disentangle")];

/** A config and its short name, which begins the names of run folders. */
export interface NamedConfig {
  name: string;
  config: Config;
}

/**
 * Finds and reads the config that `--config` names.
 *
 * @param text a path, a shipped name with or without `.json`, or JSON that starts with `{`
 * @throws {UserError} if there is no such config, or it has a mistake
 */
export async function findConfig(text: string): Promise<NamedConfig> {
  if (text.trimStart().startsWith("{")) {
    return { name: "inline", config: parseConfigText(text, "--config") };
  }
  const name = basename(text, ".json");
  const path = userPath(text);
  if (await exists(path) && !await isFolder(path)) {
    const bytes = await readFile(path);
    if (isZip(bytes)) {
      return { name: plainName(basename(text, ".zip")), config: packedConfig(bytes, path) };
    }
    return { name: plainName(name), config: await readConfig(path) };
  }
  const shipped = await shippedPath(text.replace(/\.json$/, ""));
  if (shipped === undefined) {
    const names = (await Promise.all(FOLDERS.map(shippedNames))).flat();
    throw new UserError(`there is no config "${text}"${suggest(name, names)}`);
  }
  return { name, config: await readConfig(shipped) };
}

/** The config of a run that `deno task pack` packed. */
function packedConfig(bytes: Uint8Array, path: string): Config {
  const config = readZip(bytes, path).get("config.json");
  if (config === undefined) throw new UserError(`${path} has no config.json: it is no packed run`);
  return parseConfigText(new TextDecoder().decode(config), `${path}, config.json`);
}

/** A name without characters that a folder should not have: "my conf" becomes `my_conf`. */
function plainName(name: string): string {
  return name.replaceAll(/^\W|[^\w.+=-]/g, "_");
}

/**
 * Finds the configs of a list such as `echo,vae` or `mine/echo.json,vae`.
 *
 * @throws {UserError} as {@linkcode findConfig}, and if two configs have the same name
 */
export async function findConfigs(list: string): Promise<NamedConfig[]> {
  if (list.includes("{")) throw new UserError("--configs takes names and files, not JSON");
  const configs: NamedConfig[] = [];
  for (const text of list.split(",")) configs.push(await findConfig(text.trim()));
  const names = configs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`--configs lists ${twice} twice`);
  return configs;
}

/** The path of the shipped config with this name, with or without its folder, if there is one. */
async function shippedPath(name: string): Promise<string | undefined> {
  if (!/^\w+(\/\w+)?$/.test(name)) return undefined;
  for (const folder of FOLDERS) {
    const path = join(folder, `${name}.json`);
    if (await exists(path)) return path;
  }
  return undefined;
}

/**
 * The names of the shipped configs in a folder, sorted: those of all methods, with networks for two
 * cores, unless given.
 */
export async function shippedNames(folder: string = SHIPPED): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(folder));
  return files.filter(({ isFile }) => isFile).map(({ name }) => basename(name, ".json")).sort();
}

/** Reads and checks the config in a file; {@link UserError} as {@link findConfig}. */
export async function readConfig(path: string): Promise<Config> {
  return parseConfigText(await readText(path), path);
}

/**
 * Reads and checks the config that a run keeps.
 *
 * @throws {UserError} as {@link findConfig}, and if an older version wrote it, whose Echo had a clip
 *   that is not in the file
 */
export async function readRunConfig(path: string): Promise<Config> {
  const { type, clip, bias } = Object(Object(parseJson(await readText(path), path)).latent);
  if (`${type}`.startsWith("echo") && clip === undefined && bias === undefined) {
    throw new UserError(
      `${path}, latent: expected clip or bias, but found neither: an older version trained this run; ` +
        `train it again, or add the clip that it had`,
    );
  }
  return await readConfig(path);
}

/** Reads and checks a config's JSON; {@link UserError} as {@link findConfig}. */
export function parseConfigText(text: string, source: string): Config {
  return parseConfig(parseJson(text, source), source);
}

/**
 * Multiplies the weight of every rate term by β.
 *
 * @throws {UserError} if no rate term has a weight above 0
 */
export function withBeta(config: Config, beta: number): Config {
  if (betaOf(config.loss) === 0) {
    throw new UserError("--beta has no effect: the loss of the config has no rate term");
  }
  const loss = config.loss.map((term) =>
    isRate(term) ? { ...term, weight: beta * term.weight } : term
  );
  return { ...config, loss };
}

/** The changes that flags make to a config. */
export interface Changes {
  beta?: number;
  rate?: number;
  distortion?: number;
  dataset?: string;
  binarize?: Config["binarize"];
  "train-size"?: number;
  epochs?: number;
  limit?: number;
  seed?: number;
  "per-label"?: number;
  noise?: Noise;
}

/**
 * Changes a config as the flags say.
 *
 * A target takes the place of a schedule of β.
 *
 * @throws {UserError} as {@linkcode withBeta}, {@linkcode resolveDataSet} and
 *   {@linkcode parseConfig}, if the latent layer has no such noise, and if β is both given and
 *   adapted to a target
 */
export function withChanges(config: Config, changes: Changes): Config {
  const { beta, dataset = config.dataset, epochs, limit, seed, noise } = changes;
  const { rate = config.rate, distortion = config.distortion } = changes;
  const latent = noise === undefined ? config.latent : withNoise(config.latent, noise);
  if (latent === undefined) {
    throw new UserError(
      `--noise ${noise} is for echo, echo_matrix and gaussian, but latent.type is "${config.latent.type}"`,
    );
  }
  if (beta !== undefined && (rate ?? distortion) !== undefined) {
    const what = rate !== undefined ? `rate ${rate}` : `distortion ${distortion}`;
    throw new UserError(`--beta must be left out, since β is adapted to the ${what}`);
  }
  const isAdapted = (changes.rate ?? changes.distortion) !== undefined;
  const changed = {
    ...beta === undefined ? config : withBeta(config, beta),
    ...isAdapted && { betaSchedule: undefined },
    latent,
    ...rate !== undefined && { rate },
    ...distortion !== undefined && { distortion },
    dataset: resolveDataSet(dataset),
    binarize: changes.binarize ?? config.binarize,
    trainSize: changes["train-size"] ?? config.trainSize,
    perLabel: changes["per-label"] ?? config.perLabel,
    epochs: epochs ?? config.epochs,
    limit: limit ?? config.limit,
    seed: seed ?? config.seed,
  };
  return parseConfig(changed, "the config with these flags");
}
