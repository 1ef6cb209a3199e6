import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { parseConfig } from "../../experiments/config.ts";
import { findConfig, withBeta } from "../../experiments/config_source.ts";
import { writeFile } from "../../experiments/files.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "./helpers.ts";

const MINIMAL = { latent: { type: "gaussian", size: 8 } };
const parse = (config: unknown) => parseConfig(config, "my.json");

Deno.test("the shipped configs are complete and equal the defaults", async () => {
  const echo = await findConfig("echo");
  const defaults = parse({ latent: { type: "echo", size: 32 } });
  assertEquals(echo, { name: "echo", config: defaults });
  const vae = await findConfig("vae.json");
  const gaussian = { type: "gaussian", size: 32 } as const;
  assertEquals(vae, { name: "vae", config: { ...defaults, latent: gaussian } });
});

Deno.test("a config is a file, a shipped name, or JSON", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mine.json");
  await writeFile(path, JSON.stringify(MINIMAL));
  const config = parse(MINIMAL);
  assertEquals(await findConfig(path), { name: "mine", config });
  assertEquals(await findConfig(JSON.stringify(MINIMAL)), { name: "inline", config });
});

Deno.test("a config that is not there, or no JSON, is refused", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "mine.json");
  await assertRefusedLater(() => findConfig("ecko"), `"ecko"`, "did you mean echo?");
  await assertRefusedLater(() => findConfig(path), path, "echo, vae");
  await assertRefusedLater(() => findConfig("{latent: 3}"), "--config is not JSON");
  await writeFile(path, "latent: 3");
  await assertRefusedLater(() => findConfig(path), `${path} is not JSON`);
});

Deno.test("an unknown key is named with the nearest allowed one", () => {
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

Deno.test("a wrong value is named with its path, what it is, and what is allowed", () => {
  const refused = (config: object, ...says: string[]) =>
    assertRefused(() => parse({ ...MINIMAL, ...config }), "my.json", ...says);
  refused({ epochs: "many" }, "epochs", "a number", `"many"`);
  refused({ epochs: 1.5 }, "epochs", "a whole number", "1.5");
  refused({ epochs: 0 }, "epochs", "at least 1", "found 0");
  refused({ batch: 1 }, "batch", "at least 2", "found 1");
  refused({ seed: -1 }, "seed", "at least 0", "-1");
  refused({ dataset: 3 }, "dataset", "a string", "3");
  refused({ encoder: {} }, "encoder", "an array", "{}");
  refused({ encoder: [{ units: 5 }] }, "encoder.0.activation", `"softplus" or`, "nothing");
  refused({ loss: [] }, "loss", "at least 1", "[]");
  refused({ loss: [{ type: "rat", weight: 1 }] }, "loss.0.type", `"reconstruction" or "rate"`);
  refused({ loss: [{ type: "rate", weight: -1 }] }, "loss.0.weight", "at least 0");
  refused({ latent: { type: "ecko", size: 2 } }, "latent.type", `"echo" or "gaussian"`, `"ecko"`);
  refused({ latent: { type: "echo", size: 2, clip: 1.5 } }, "latent.clip", "less than 1");
  refused({ latent: undefined }, "latent", "nothing");
  refused({ learningRate: 0.1 }, "learningRate", "an object", "0.1");
  refused({ learningRate: { type: "constant", rate: 0 } }, "learningRate.rate", "more than 0");
  assertRefused(() => parse([]), "my.json: expected an object");
  assertRefused(() => parse(null), "my.json: expected an object, but found null");
});

Deno.test("beta overwrites the weight of rate terms that count", () => {
  const term = (type: string, weight: number) => ({ type, weight });
  const loss = [term("reconstruction", 1), term("rate", 1), term("rate", 0)];
  const config = withBeta(parse({ ...MINIMAL, loss }), 0.25);
  assertEquals(config.loss.map(({ weight }) => weight), [1, 0.25, 0]);
  const without = parse({ ...MINIMAL, loss: loss.slice(0, 1) });
  assertRefused(() => withBeta(without, 2), "--beta", "no rate term");
});
