/**
 * Echoes from a pool beside the batch: the contents of the ring after some steps, the echoes drawn
 * from it, and the staleness that training logs.
 *
 * @module
 */
import { assert, assertAlmostEquals, assertEquals, assertGreater, assertLess } from "@std/assert";
import {
  add,
  concat,
  type Device,
  echoRate,
  echoSample,
  grad,
  jit,
  type Key,
  key,
  logSigmoid,
  mean,
  mul,
  openDevice,
  run,
  slice,
  sum,
  type Tensor,
  treeLeaves,
  treeMap,
  uniform,
} from "../../../mod.ts";
import type { Config } from "../../../experiments/config/config.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { readHistory } from "../../../experiments/runs/history.ts";
import { makeModel, type Params } from "../../../experiments/models/model.ts";
import type { Encoded } from "../../../experiments/models/latent.ts";
import { channelOf, type EchoOptions } from "../../../experiments/models/latents/echo.ts";
import { makeEchoRing } from "../../../experiments/models/echo_ring.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { meanOf, SIGMAS, standardError } from "../../fixtures/statistics.ts";
import { onEveryDevice, reference } from "../../fixtures/devices.ts";
import { like, NO_EXAMPLES, SIDE } from "../../fixtures/bars.ts";
import { assertRefused, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";
import { trainUntil } from "../../fixtures/training.ts";

const PIXELS = SIDE * SIDE, BATCH = 20;
const withPool = (pool: object, more: object = {}): Config =>
  like({ latent: { type: "echo", size: 3, dMax: 10, pool, ...more } });
const STALE = withPool({ size: 3 * BATCH }), FRESH = withPool({ size: 3 * BATCH, fresh: true });

function open(config: Config, device: Device = reference) {
  const model = makeModel(config, PIXELS);
  const params = (seed: number) => run(model.init(key(seed), NO_EXAMPLES), device);
  const images = (seed: number, count = BATCH) => run(uniform(key(seed), [count, PIXELS]), device);
  return { model, params, images, pool: makeEchoRing(model, config.batch)! };
}

const rows = (x: Tensor, from: number, count: number) =>
  slice(x, [from, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]);
const values = async (tree: unknown) =>
  await Promise.all((treeLeaves(run(tree, reference)) as Tensor[]).map((x) => x.read()));

Deno.test("a stale pool holds the encodings of the last batches, each by the encoder of its step", async () => {
  const { model, params, images, pool } = open(STALE);
  const first = images(100, 3 * BATCH);
  let state = pool.init(params(0), first);
  assertEquals(
    await values(state.encoded[0]),
    await values(model.encoder(params(0)).encode(first)),
  );
  // The batch of step i, and its encodings by the parameters of step i.
  const seen = (i: number) => images(i + 1);
  const said = (i: number) => model.encoder(params(i)).encode(seen(i));
  const expected = new Map<number, unknown>();
  for (let place = 0; place < 3; place++) {
    const there = treeMap((x) => rows(x, place * BATCH, BATCH), state.encoded[0]);
    expected.set(place, await values(there));
  }
  let kept = await values(rows(first, 0, BATCH));
  for (let step = 0; step < 7; step++) {
    assertEquals(await values(state.images), kept);
    state = run(pool.next(state, seen(step), said(step)), reference);
    expected.set(step % 3, await values(said(step)));
    if (step % 3 === 0) kept = await values(seen(step));
    assertEquals(await state.place.item(), (step + 1) % 3);
    for (const [place, encodings] of expected) {
      const there = treeMap((x) => rows(x, place * BATCH, BATCH), state.encoded[0]);
      assertEquals(await values(there), encodings, `place ${place} after step ${step}`);
    }
  }
});

Deno.test("a fresh pool holds the images of the last batches and encodes them with the current parameters", async () => {
  const { model, params, images, pool } = open(FRESH);
  let state = pool.init(params(0), images(100, 3 * BATCH));
  for (let step = 0; step < 4; step++) {
    state = pool.next(state, images(step + 1), model.encoder(params(0)).encode(images(step + 1)));
  }
  const all = concat([4, 2, 3].map((i) => images(i)));
  assertEquals(await values(state.images), await values(all));
  const found = pool.encodings(state, params(9));
  assertEquals(await values(found), await values(model.encoder(params(9)).encode(all)));
  assertEquals([pool.names, pool.staleness(state, params(9)), state.encoded], [[], {}, []]);
});

Deno.test("the staleness is 0 for unchanged parameters, and not 0 for changed ones", async () => {
  const { params, images, pool } = open(STALE);
  const state = pool.init(params(0), images(100, 3 * BATCH));
  const at = async (seed: number) =>
    (await values(pool.staleness(state, params(seed)))).map(([x]) => x);
  assertEquals(await at(0), [0, 0]);
  const [drift, bias] = await at(1);
  assertGreater(drift, 0.1);
  assert(bias !== 0);
});

onEveryDevice(
  "the codes in the losses have echoes from both the batch and the pool",
  async (device) => {
    for (const config of [STALE, FRESH]) {
      const { model, params, images, pool } = open(config, device);
      const channel = channelOf(config.latent as unknown as EchoOptions, config.batch);
      const [batch, at] = [images(1), params(0)];
      const said = model.encoder(at).encode(batch);
      const others = pool.encodings(pool.init(at, images(2, 3 * BATCH)), at);
      const encodings = ({ mean, scale }: Encoded) => ({
        mean,
        logScale: logSigmoid(add(scale, Math.log(0.2 / 0.8))),
      });
      const { mean: f, logScale } = encodings(said);
      const all = encodings(treeMap((a, b) => concat([a, b]), said, others));
      const z = echoSample(key(3), f, logScale, channel, { ...all, withBatch: true });
      const { distortion, rate } = model.losses(at, batch, key(3), others);
      const expectedRate = mean(echoRate(logScale, channel));
      const found = run([distortion, rate, model.decode(at, mul(z, 5)), expectedRate], device);
      const p = await found[2].read(), x = await batch.read();
      let cost = 0;
      p.forEach((p, i) => cost -= x[i] * Math.log(p) + (1 - x[i]) * Math.log(1 - p));
      const tolerance = device.name === "reference" ? 1e-9 : 1e-4;
      assertAlmostEquals(await found[0].item(), cost / BATCH, tolerance);
      assertAlmostEquals(await found[1].item(), await found[3].item(), tolerance);
    }
  },
);

Deno.test("an empty pool leaves the echoes of the batch", async () => {
  const { model, params, images } = open(STALE);
  const at = params(0), batch = images(1);
  const nothing = treeMap((x) => rows(x, 0, 0), model.encoder(at).encode(batch));
  const losses = (others?: Encoded) => values(model.losses(at, batch, key(3), others));
  assertEquals(await losses(nothing), await losses());
});

Deno.test("a stale pool has the gradients of a fresh one on average, and detached echoes do not", async () => {
  const cpu = await openDevice("cpu", { threads: 1 });
  const at = open(STALE, cpu).params(0);
  /**
   * The slopes of the distortion along the scale of f and of log S, for some draws of images and of
   * echoes.
   */
  const slopes = async (config: Config) => {
    const { model, images, pool } = open(config, cpu);
    const step = jit((params: Params, key: Key, batch: Tensor, others: Tensor) => {
      const state = pool.init(params, others);
      const { mean, scale } = grad((params: Params) =>
        model.losses(params, batch, key, pool.encodings(state, params)).distortion
      )(params);
      return [sum(mul(mean.w, params.mean.w)), sum(scale.b)];
    });
    const draws: number[][] = [];
    for (let i = 0; i < 200; i++) {
      const found = step(at, key(i), images(2 * i), images(2 * i + 1, 3 * BATCH));
      draws.push(await Promise.all(found.map((x) => x.item())));
    }
    return draws;
  };
  const fresh = await slopes(FRESH);
  /** The difference of the mean slopes from those of a fresh pool, in standard errors. */
  const errors = async (config: Config) => {
    const others = await slopes(config);
    return [0, 1].map((k) => {
      const differences = others.map((slope, i) => slope[k] - fresh[i][k]);
      return meanOf(differences) / standardError(differences);
    });
  };
  for (const z of await errors(STALE)) assertLess(Math.abs(z), SIGMAS);
  const detached = { size: 3 * BATCH, fresh: true };
  for (const z of await errors(withPool(detached, { detached: true }))) {
    assertGreater(Math.abs(z), SIGMAS);
  }
  cpu.close();
});

Deno.test("training logs the staleness, which is smaller if the parameters change less", async () => {
  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const last = async (name: string, keys: object) => {
    const folder = runFolder(runs.path, name);
    await trainUntil(Infinity, folder, device, { config: { ...STALE, epochs: 2, ...keys } });
    return (await readHistory(folder.history)).at(-1)!;
  };
  const fast = await last("fast", {});
  const slow = await last("slow", { learningRate: { type: "constant", rate: 1e-6 } });
  assertGreater(fast.train.drift, 0.01);
  assertLess(slow.train.drift, 1e-3 * fast.train.drift);
  assertLess(Math.abs(slow.train.staleness), 1e-3);
  assertEquals(Object.keys(fast.train), [...Object.keys(fast.valid), "staleness", "drift"]);
  device.close();
});

Deno.test("a wrong pool is refused", async () => {
  const refused = (pool: unknown, ...says: string[]) =>
    assertRefused(
      () => parseConfig({ latent: { type: "echo", size: 3, pool }, batch: 20 }, "my.json"),
      "my.json",
      ...says,
    );
  refused({ size: 50 }, "latent.pool.size", "a multiple of the batch size 20", "found 50");
  refused({ size: 0 }, "latent.pool.size", "at least 1", "0");
  refused({}, "latent.pool.size", "a number", "nothing");
  refused({ size: 40, fresh: "no" }, "latent.pool.fresh", "a boolean", `"no"`);
  refused({ size: 40, stale: true }, "latent.pool", `"stale"`, "size, fresh");
  refused(1000, "latent.pool", "an object", "1000");

  await using runs = await temporaryFolder();
  const device = await openDevice("cpu", { threads: 1 });
  const config = withPool({ size: 400 });
  await assertRefusedLater(
    () => trainUntil(1, runFolder(runs.path, "run"), device, { config }),
    "latent.pool.size",
    "400 echoes",
    "only 200",
  );
  device.close();
});
