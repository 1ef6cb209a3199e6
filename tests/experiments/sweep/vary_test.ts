/**
 * `--vary`: the configs that it makes, and what it refuses.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { findConfigs } from "../../../experiments/config/source.ts";
import { parseFlags } from "../../../experiments/shell/flags.ts";
import { varied } from "../../../experiments/sweep/vary.ts";
import { assertRefused } from "../../fixtures/helpers.ts";
import { runTask } from "../../fixtures/command.ts";
import { makePlace } from "../../fixtures/sweep_helpers.ts";

const [vae] = await findConfigs("vae");

Deno.test("vary: each combination of values is a config, named after them", () => {
  const all = varied([vae], ["latent.size=8,16", "learningRate.rate=3e-4,1e-3"]);
  assertEquals(all.map(({ name }) => name), [
    "vae_latent.size=8_learningRate.rate=3e-4",
    "vae_latent.size=8_learningRate.rate=1e-3",
    "vae_latent.size=16_learningRate.rate=3e-4",
    "vae_latent.size=16_learningRate.rate=1e-3",
  ]);
  const { config } = all[2];
  assertEquals([config.latent.size, config.learningRate.rate], [16, 3e-4]);
  assertEquals(config, {
    ...vae.config,
    latent: { ...vae.config.latent, size: 16 },
    learningRate: { ...vae.config.learningRate, rate: 3e-4 },
  });
  assertEquals(vae.config.latent.size, 32);
  assertEquals(varied([vae], []), [vae]);
});

Deno.test("vary: values are texts, lists and objects, and may set keys that were absent", () => {
  const values = (text: string) => varied([vae], [text]);
  const [relu] = values("encoder.1.activation=relu");
  assertEquals(relu.config.encoder.map((layer) => Reflect.get(layer, "activation")), [
    "softplus",
    "relu",
  ]);
  const [none, one] = values('encoder=[],[{"units": 9}, {"units": 8}]');
  assertEquals([none.config.encoder.length, Reflect.get(one.config.encoder[1], "units")], [0, 8]);
  assertEquals(one.name, "vae_encoder=_units_9_units_8_");
  const [stopping] = values("earlyStopping.patience=3");
  assertEquals(stopping.config.earlyStopping, { patience: 3 });
});

Deno.test("vary: a key or a value that cannot be is refused before anything trains", () => {
  const refused = (texts: string[], ...says: string[]) =>
    assertRefused(() => varied([vae], texts), ...says);
  refused(["latent.sizes=8"], "vae_latent.sizes=8, latent: unknown key", "did you mean size?");
  refused(["latent.size=8,0"], "vae_latent.size=0, latent.size: expected at least 1");
  refused(["encoder.5.units=8"], "--vary encoder.5.units", "no keys in encoder.5");
  refused(["encoder.2={}"], "--vary encoder.2", "it has 2 entries, counted from 0");
  refused(["latent.size.x=8"], "no keys in latent.size");
  for (const text of ["size", "=8", "latent.size=", "latent.size=8,,9"]) refused([text], "--vary");
  refused(["latent.size=8", "latent.size=9"], "the key latent.size twice");
  refused(["latent.size=8,8"], "the name vae_latent.size=8");
  refused(["seed=1"], "--seeds");
  refused(["rate=10,20"], "--vary cannot have rate");
  assertRefused(() => varied([vae], ["epochs=1,2"], { epochs: 3 }), "--vary epochs", "the flag");
});

Deno.test("a flag of type texts may be repeated, and is an empty list without a value", () => {
  const flags = { vary: { type: "texts", value: "<a>", help: "" } } as const;
  assertEquals(parseFlags(flags, []).vary, []);
  assertEquals(parseFlags(flags, ["--vary", "a=1", "--vary=b=2"]).vary, ["a=1", "b=2"]);
  assertRefused(() => parseFlags(flags, ["--vary", ""]), "--vary needs a value");
});

Deno.test("sweep --vary: a curve for each value in the table, the CSV and the picture", async () => {
  await using place = await makePlace();
  const flags = ["--betas", "1", "--seeds", "1", "--vary", "latent.size=1,3"];
  const { code, out, err } = await runTask("sweep", [...place.flags("a"), ...flags]);
  assertEquals(code, 0, err);
  const picture = await place.read("curve.svg");
  const table = await place.read("curve.csv");
  for (const name of ["a_latent.size=1", "a_latent.size=3"]) {
    for (const text of [out, picture, table]) {
      if (!text.includes(name)) throw new Error(`${name} is not in ${text.slice(0, 2000)}`);
    }
    const config = JSON.parse(await place.read(`${name}_beta1_seed0/config.json`));
    assertEquals(config.latent.size, Number(name.at(-1)));
  }
});
