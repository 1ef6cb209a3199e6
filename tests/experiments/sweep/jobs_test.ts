/**
 * The jobs of a sweep, and how they share a machine.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "../../fixtures/property.ts";
import { join } from "node:path";
import { findConfig, findConfigs, withChanges } from "../../../experiments/config/source.ts";
import { jobList, parseBetas } from "../../../experiments/sweep/job_list.ts";
import { share } from "../../../experiments/sweep/local.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("there is a job with a folder for every config, beta and seed", async () => {
  const configs = await findConfigs("echo, vae");
  const changes = { epochs: 3, dataset: "binary_mnist" };
  const jobs = jobList({ configs, betas: [0.5, 1], seeds: 3, changes, runsDir: "runs/x" });
  assertEquals(new Set(jobs.map(({ folder }) => folder.path)).size, 12);
  const job = jobs.find(({ name }) => name === "vae_beta0.5_seed2")!;
  assertEquals([job.configName, job.beta, job.seed], ["vae", 0.5, 2]);
  assertEquals(job.folder.path, join("runs/x", job.name));
  const { config } = await findConfig("vae");
  assertEquals(job.config, withChanges(config, { ...changes, beta: 0.5, seed: 2 }));
  // A sweep that is stopped has the first seed of everything before the second of anything.
  assertEquals(jobs.map(({ seed }) => seed), jobs.map(({ seed }) => seed).sort());
});

Deno.test("wrong lists of betas and configs are refused", async () => {
  assertEquals(parseBetas("0.25, 1e0,4"), [0.25, 1, 4]);
  assertRefused(() => parseBetas("0.25,x"), "--betas", `"x"`);
  assertRefused(() => parseBetas("1,,2"), "--betas", `""`);
  assertRefused(() => parseBetas("1,-2"), "--betas", `"-2"`);
  assertRefused(() => parseBetas("1,Infinity"), "--betas", `"Infinity"`);
  assertRefused(() => parseBetas("0.5,1,.50"), "--betas lists 0.5 twice");
  await assertRefusedLater(() => findConfigs("echo,vae_vam"), "did you mean vae_vamp?");
  await assertRefusedLater(() => findConfigs("echo,echo.json"), "--configs lists echo twice");
  await using folder = await temporaryFolder();
  const [config] = await findConfigs("echo");
  for (const name of ["my conf", "my_conf", "-x"]) {
    await Deno.writeTextFile(join(folder.path, `${name}.json`), JSON.stringify(config.config));
  }
  const list = (...names: string[]) => names.map((name) => join(folder.path, name)).join(",");
  const jobs = jobList({
    ...{ configs: await findConfigs(list("my conf.json", "-x.json")), betas: [1], seeds: 1 },
    ...{ changes: {}, runsDir: "runs" },
  });
  assertEquals(jobs.map(({ name }) => name), ["my_conf_beta1_seed0", "_x_beta1_seed0"]);
  const both = list("my conf.json", "my_conf.json");
  await assertRefusedLater(() => findConfigs(both), "--configs lists my_conf twice");
  await assertRefusedLater(() => findConfigs('{"latent":{}}'), "--configs", "not JSON");
});

Deno.test("jobs × threads fill the cores, and exceed them only on request", () => {
  assertEquals(share(8, 45, {}), { jobs: 8, threads: 1 });
  assertEquals(share(8, 45, { jobs: 2 }), { jobs: 2, threads: 4 });
  assertEquals(share(8, 3, {}), { jobs: 3, threads: 2 });
  assertEquals(share(8, 45, { threads: 3 }), { jobs: 2, threads: 3 });
  assertEquals(share(64, 1, {}), { jobs: 1, threads: 16 });
  const some = fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined });
  const positive = fc.integer({ min: 1, max: 200 });
  fc.assert(fc.property(positive, positive, some, (cores, tasks, jobs) => {
    const shared = share(cores, tasks, { jobs });
    assert(shared.jobs >= 1 && shared.jobs <= tasks && shared.threads >= 1);
    assert(shared.jobs * shared.threads <= Math.max(cores, shared.jobs));
    assert(shared.threads === 16 || shared.jobs * (shared.threads + 1) > cores);
  }));
});
