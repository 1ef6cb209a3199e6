import { assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import type { Config } from "../../../experiments/config/config.ts";
import type { LatentConfig, PriorConfig } from "../../../experiments/models/architecture.ts";
import * as LATENTS from "../../../experiments/models/latents/mod.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { jsonSchema, SCHEMA_FILE } from "../../../experiments/config/schema.ts";
import {
  findConfig,
  ORIGINAL,
  shippedNames,
  withBeta,
  withChanges,
} from "../../../experiments/config/source.ts";
import { writeFile } from "../../../experiments/shell/files.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

const MINIMAL = { latent: { type: "gaussian", size: 8 } };
const parse = (config: unknown) => parseConfig(config, "my.json");

/** What echo and its variants change of the defaults: how they train. */
const RISING = {
  learningRate: { type: "constantThenLinear", rate: 3e-3, constantFraction: 0.5 },
  betaSchedule: { cycles: 1, fraction: 0.3 },
} as const;

Deno.test("the configs echo and vae name every key; vae has all defaults, echo those of its layer", async () => {
  const echo = await findConfig("echo");
  const defaults = parse({ latent: { type: "echo", size: 32 } });
  assertEquals(echo, { name: "echo", config: { ...defaults, ...RISING } });
  const vae = await findConfig("vae.json");
  const gaussian = { type: "gaussian", size: 32 } as const;
  assertEquals(vae, { name: "vae", config: { ...defaults, latent: gaussian } });
});

Deno.test("a shipped config is found by its name, with or without its folder", async () => {
  const found = await findConfig("echo_dlib");
  assertEquals(found.name, "echo_dlib");
  for (const text of ["original/echo_dlib", "original/echo_dlib.json"]) {
    assertEquals(await findConfig(text), found);
  }
  await assertRefusedLater(() => findConfig("../configs/echo"), "../configs/echo");
});

Deno.test("the other shipped configs differ from them only in latent, prior and MMD", async () => {
  const { config: echo } = await findConfig("echo");
  const { config: vae } = await findConfig("vae");
  const gaussian = vae.latent;
  const like = (keys: object) => parse({ latent: { ...echo.latent, ...keys } }).latent;
  const sampling = "withoutReplacement";
  const ofPaper = (keys: object) =>
    parse({ latent: { type: "echo", size: 32, startScale: 0.5, gain: 1, sampling, ...keys } })
      .latent;
  const tanh = (divisor: number) => ofPaper({ mean: "tanh", divisor, clip: 0.8359 });
  const iaf = parse({ latent: { type: "iaf", size: 32 } }).latent;
  const prior = (type: string, keys?: object) =>
    parse({ ...MINIMAL, prior: { type, ...keys } }).prior;
  const [standard, maf, vamp] = ["standard", "maf", "vamp"].map((type) => prior(type));
  const mmd = (keys?: object) =>
    parse({ ...MINIMAL, loss: [{ type: "mmd", weight: 999, ...keys }] }).loss;
  type Row = [name: string, latent: LatentConfig, prior?: PriorConfig, more?: Config["loss"]];
  const variants: Row[] = [
    ["echo_matrix", like({ type: "echo_matrix" })],
    ["echo_pool", like({ sampling, pool: { size: 300, fresh: false } })],
    ["vae_rising", gaussian],
  ];
  // tests/experiments/models/network_test.ts has those with other networks.
  const convolutional = ["echo_conv", "vae_conv"];
  const others: Row[] = [
    ["echo_linear", ofPaper({ clip: 0.8175 })],
    ["echo_tanh64", tanh(64)],
    ["iaf_context", { ...iaf, context: true, shiftOnly: false } as LatentConfig],
    ["iaf_maf", iaf, maf],
    ["iaf_prior", iaf],
    ["iaf_prior_mmd", iaf, standard, mmd()],
    ["iaf_vamp", iaf, vamp],
    ["info_vae", gaussian, standard, mmd()],
    ["multiplicative", { type: "multiplicative", size: 32 }],
    ["vae_maf", gaussian, maf],
    ["vae_vamp", gaussian, vamp],
  ];
  const biased = mmd({ estimator: "biased" });
  const originals: Row[] = [
    ["echo_original", tanh(16)],
    ["iaf_prior_mmd_original", iaf, standard, mmd({ bandwidth: 0.01, estimator: "biased" })],
    ["info_vae_original", gaussian, standard, biased],
    ["vae_original", gaussian],
    ["vae_vamp_original", gaussian, prior("vamp", { legacy: true })],
  ];
  const asOriginal = { learningRate: { type: "alemiLegacy", rate: 3e-4 }, epochs: 200 } as const;
  const groups: [rows: Row[], keys: Partial<Config>][] = [
    [variants, RISING],
    [others, {}],
    [originals, asOriginal],
  ];
  for (const [rows, keys] of groups) {
    for (const [name, latent, prior = standard, more = []] of rows) {
      const { config } = await findConfig(name);
      assertEquals(config, { ...vae, latent, prior, loss: [...vae.loss, ...more], ...keys }, name);
    }
  }
  const names = groups.flatMap(([rows]) => rows.map(([name]) => name));
  assertEquals(await shippedNames(), ["echo", "vae", ...convolutional, ...names].sort());
});

Deno.test("the JSON Schema is up to date, and every shipped config names it", async () => {
  // After a change of the schema: deno task schema
  assertEquals(await Deno.readTextFile(SCHEMA_FILE), jsonSchema());
  const folder = join(dirname(SCHEMA_FILE), "../configs");
  for (const name of await shippedNames()) {
    const { $schema } = JSON.parse(await Deno.readTextFile(join(folder, `${name}.json`)));
    assertEquals(join(folder, $schema), SCHEMA_FILE);
  }
  for (const name of await shippedNames(ORIGINAL)) {
    const { $schema } = JSON.parse(await Deno.readTextFile(join(ORIGINAL, `${name}.json`)));
    assertEquals(join(ORIGINAL, $schema), SCHEMA_FILE);
  }
  const { properties } = JSON.parse(jsonSchema());
  assertEquals(properties.prior.default, { type: "standard" });
  const types = properties.latent.oneOf.map((kind: { properties: { type: { const: string } } }) =>
    kind.properties.type.const
  );
  assertEquals(types, Object.keys(LATENTS));
});

Deno.test("every key but latent and its size has a default, and keeps the value that it is given", () => {
  const config = parse({ $schema: "anything", latent: { type: "iaf", size: 2 } });
  assertEquals(config.latent, {
    ...{ type: "iaf", size: 2, steps: 4, hidden: [640, 640, 640], shiftOnly: true },
    ...{ reverse: true, activation: "relu", context: false },
  });
  assertEquals(config.prior, { type: "standard" });
  assertEquals(parse({ ...MINIMAL, prior: { type: "vamp" } }).prior, {
    ...{ type: "vamp", inputs: 750, legacy: false },
  });
  assertEquals(parse({ ...MINIMAL, encoder: [{ units: 3 }] }).encoder, [
    { units: 3, activation: "softplus", initialiser: "glorotUniform" },
  ]);
  assertEquals(parse({ ...MINIMAL, loss: [{ type: "mmd", weight: 2 }] }).loss, [
    { type: "mmd", weight: 2, estimator: "unbiased", against: "standard" },
  ]);
  const rates = ["iwae", "alemiLegacy"].map((type) =>
    parse({ ...MINIMAL, learningRate: { type } }).learningRate
  );
  assertEquals(rates, [{ type: "iwae", rate: 1e-3 }, { type: "alemiLegacy", rate: 3e-4 }]);
  assertEquals([config.recon, config.samples], ["bce", 1]);
  assertEquals("$schema" in config, false);
  // What a run folder keeps is a config again.
  assertEquals(parse(JSON.parse(JSON.stringify(config))), config);
});

Deno.test("a config is a file, a shipped name, or JSON", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mine.json");
  await writeFile(path, JSON.stringify(MINIMAL));
  const config = parse(MINIMAL);
  assertEquals(await findConfig(path), { name: "mine", config });
  assertEquals(await findConfig(JSON.stringify(MINIMAL)), { name: "inline", config });
});

Deno.test("a config that does not exist or is not JSON is refused", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mine.json");
  await assertRefusedLater(() => findConfig("ecko"), `"ecko"`, "did you mean echo?");
  await assertRefusedLater(() => findConfig(path), path, "echo, echo_conv, echo_linear");
  await assertRefusedLater(() => findConfig("{latent: 3}"), "--config is not JSON");
  await writeFile(path, "latent: 3");
  await assertRefusedLater(() => findConfig(path), `${path} is not JSON`);
});

Deno.test("the message on an unknown key names the nearest allowed key", () => {
  assertRefused(
    () => parse({ ...MINIMAL, epoch: 3 }),
    "my.json",
    `"epoch"`,
    "did you mean epochs?",
  );
  assertRefused(
    () => parse({ latent: { ...MINIMAL.latent, sizes: 3 } }),
    "my.json, latent",
    `"sizes"`,
    "did you mean size?",
  );
  assertRefused(
    () => parse({ ...MINIMAL, encoder: [{ units: 3, activation: "relu", quux: 1 }] }),
    "encoder.0",
    `"quux"`,
    "units, activation",
  );
});

Deno.test("a target takes the place of a schedule of β", async () => {
  const { config } = await findConfig("echo");
  const { betaSchedule: _, ...rest } = config;
  for (const target of [{ rate: 20 }, { distortion: 80 }]) {
    const changed = withChanges(config, target);
    assertEquals(JSON.parse(JSON.stringify(changed)), { ...rest, ...target });
  }
  assertEquals(withChanges(config, { beta: 2 }).betaSchedule, config.betaSchedule);
});

Deno.test("beta multiplies the weights of rate terms", () => {
  const term = (type: string, weight: number) => ({ type, weight });
  const loss = [...[1, 2, 0].map((weight) => term("rate", weight)), term("mmd", 999)];
  const config = withBeta(parse({ ...MINIMAL, loss: [term("reconstruction", 1), ...loss] }), 0.25);
  assertEquals(config.loss.map(({ weight }) => weight), [1, 0.25, 0.5, 0, 999]);
  const without = parse({ ...MINIMAL, loss: [term("reconstruction", 1), term("rate", 0)] });
  assertRefused(() => withBeta(without, 2), "--beta", "no rate term");
});

Deno.test("the configs that disentangle trains unless told have names", async () => {
  for (const name of ["echo_dense", "vae_dense"]) {
    assertEquals((await findConfig(name)).name, name);
  }
});
