/**
 * Where a config comes from: `--config` takes a file, the name of a shipped config, or the JSON
 * itself.
 *
 * @module
 */

import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { userPath } from "../shell/command_line.ts";
import type { Config } from "./config.ts";
import { parseConfig } from "./schema.ts";
import type { TermConfig } from "../models/architecture.ts";
import { isRate } from "../models/beta.ts";
import { resolveDataSet } from "../data/datasets.ts";
import { UserError } from "../shell/errors.ts";
import { exists, isFolder, readText } from "../shell/files.ts";
import { parseJson } from "../shell/json.ts";
import { suggest } from "../shell/nearest.ts";

const SHIPPED = fileURLToPath(new URL("../configs", import.meta.url));

/** A config and a short name for it, from which run folders are named. */
export interface NamedConfig {
  name: string;
  config: Config;
}

/**
 * Finds and reads the config that `--config` means.
 *
 * @param text a path, a shipped name with or without `.json`, or JSON that starts with `{`
 * @throws {UserError} if there is no such config, or something is wrong in it
 */
export async function findConfig(text: string): Promise<NamedConfig> {
  if (text.trimStart().startsWith("{")) {
    return { name: "inline", config: parseConfigText(text, "--config") };
  }
  const name = basename(text, ".json");
  const path = userPath(text);
  if (await exists(path) && !await isFolder(path)) {
    return { name: plainName(name), config: await readConfig(path) };
  }
  const shipped = join(SHIPPED, `${name}.json`);
  if (name !== text.replace(/\.json$/, "") || !await exists(shipped)) {
    throw new UserError(`there is no config "${text}"${suggest(name, await shippedNames())}`);
  }
  return { name, config: await readConfig(shipped) };
}

/** A name that a run's folder may have: "my conf" is `my_conf`. */
function plainName(name: string): string {
  return name.replaceAll(/^\W|[^\w.+=-]/g, "_");
}

/**
 * Finds the configs of a list such as `echo,vae` or `mine/echo.json,vae`.
 *
 * @throws {UserError} as for {@linkcode findConfig}, and if two have one name
 */
export async function findConfigs(list: string): Promise<NamedConfig[]> {
  if (list.includes("{")) throw new UserError("--configs takes names and files, but no JSON");
  const configs: NamedConfig[] = [];
  for (const text of list.split(",")) configs.push(await findConfig(text.trim()));
  const names = configs.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw new UserError(`--configs has two of the name ${twice}`);
  return configs;
}

/** The names of the shipped configs, sorted. */
export async function shippedNames(): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(SHIPPED));
  return files.map((file) => basename(file.name, ".json")).sort();
}

/** Reads and checks the config in a file; {@link UserError} as for {@link findConfig}. */
export async function readConfig(path: string): Promise<Config> {
  return parseConfigText(await readText(path), path);
}

/** Reads and checks a config's JSON; {@link UserError} as for {@link findConfig}. */
export function parseConfigText(text: string, source: string): Config {
  return parseConfig(parseJson(text, source), source);
}

/**
 * A config with β in it, which multiplies the weight of every rate term. Those of weight 0 stay
 * out, and MMD is no rate.
 *
 * @throws {UserError} if there is no such term
 */
export function withBeta(config: Config, beta: number): Config {
  const counts = (term: TermConfig) => isRate(term) && term.weight !== 0;
  if (!config.loss.some(counts)) {
    throw new UserError("--beta has nothing to weigh: the config's loss has no rate term");
  }
  const loss = config.loss.map((term) =>
    counts(term) ? { ...term, weight: beta * term.weight } : term
  );
  return { ...config, loss };
}

/** What a command line may change in a config. */
export interface Changes {
  beta?: number;
  dataset?: string;
  binarize?: Config["binarize"];
  "train-size"?: number;
  epochs?: number;
  limit?: number;
  seed?: number;
}

/**
 * A config with the changes of a command line.
 *
 * @throws {UserError} as for {@linkcode withBeta} and {@linkcode resolveDataSet}
 */
export function withChanges(config: Config, changes: Changes): Config {
  const { beta, dataset = config.dataset, epochs, limit, seed } = changes;
  return {
    ...beta === undefined ? config : withBeta(config, beta),
    dataset: resolveDataSet(dataset),
    binarize: changes.binarize ?? config.binarize,
    trainSize: changes["train-size"] ?? config.trainSize,
    epochs: epochs ?? config.epochs,
    limit: limit ?? config.limit,
    seed: seed ?? config.seed,
  };
}
