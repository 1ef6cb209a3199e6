/**
 * Models that are too big for a device are refused before they are made.
 *
 * @module
 */
import { assert, assertRejects } from "@std/assert";
import { type Device, key, run, tensor, zeros } from "../../../mod.ts";
import { openCpu } from "../../../kernels/cpu/device.ts";
import { parseConfig } from "../../../experiments/config/schema.ts";
import { findConfig, shippedNames } from "../../../experiments/config/source.ts";
import { UserError } from "../../../experiments/shell/errors.ts";
import { makeLearner } from "../../../experiments/training/learner.ts";
import { bytesOfTraining, checkFits } from "../../../experiments/models/memory.ts";
import { makeModel } from "../../../experiments/models/model.ts";
import { trainThroughLosses } from "../../../experiments/training/recovery.ts";
import { runFolder } from "../../../experiments/runs/run_folder.ts";
import { emptyTrace } from "../../../experiments/outcome/trace.ts";
import { CONFIG, DATA } from "../../fixtures/bars.ts";
import { assertRefused, assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";

/** Images with the number and size of those of MNIST. */
const MNIST = {
  ...{ ...DATA, width: 28, height: 28 },
  train: { ...DATA.train, pixels: 784 },
  test: { ...DATA.test, count: 10_000 },
};

/** A device of which only the capacity is read. */
const deviceOf = (name: Device["name"], total: number, buffer: number) =>
  ({ name, capacity: { total, buffer } }) as Device;
const CPU = deviceOf("cpu", 2 ** 32, 2 ** 32);
const GPU = deviceOf("webgpu", Infinity, 2 ** 27);

const GAUSSIAN = { type: "gaussian", size: 32 };
const check = (keys: object, device: Device) =>
  checkFits(parseConfig({ latent: GAUSSIAN, ...keys }, "my.json"), MNIST, device);

Deno.test("a model that is too big is refused with the bytes needed and available", () => {
  const cases: [keys: object, ...says: string[]][] = [
    [
      { encoder: [{ units: 1e9 }] },
      "parameters with the optimizer's state take 10,188,002,453,376 bytes",
    ],
    [{ samples: 4000 }, "a step of batch 100 and samples 4000 takes 5,1"],
    [{ samples: 1e9 }, "a step of batch 100 and samples 1000000000 takes"],
    [{ latent: { ...GAUSSIAN, size: 1e9 } }, "parameters with the optimizer's state take 7,2"],
    [{ latent: { type: "iaf", size: 1e6 } }, "parameters with the optimizer's state take 68,7"],
    [
      { latent: { type: "iaf", size: 8, hidden: [1e9] } },
      "parameters with the optimizer's state take 8",
    ],
    [{ prior: { type: "maf", hidden: [1e9] } }, "parameters with the optimizer's state take 3"],
    [{ prior: { type: "vamp", inputs: 1e9 } }, "parameters with the optimizer's state take 9,4"],
    [
      { latent: { type: "echo_matrix", size: 1e5, reflections: 1e5 } },
      "parameters with the optimizer's state take 48,",
    ],
  ];
  for (const [keys, ...says] of cases) {
    assertRefused(
      () => check(keys, CPU),
      "the config is too big for the cpu device",
      "the device has 4,294,967,296 bytes",
      ...says,
    );
  }
  const small = [{ units: 1 }];
  assertRefused(
    () => check({ encoder: small, decoder: small, latent: { ...GAUSSIAN, size: 1e6 } }, CPU),
    "the codes of 10000 test images with latent.size 1000000 take 120,000,000,000 bytes",
    "at most 4,294,967,296 bytes are allowed",
  );
});

Deno.test("a step takes about the estimated bytes, and seldom less", async () => {
  const { encoder, decoder, optimizer } = parseConfig({ latent: GAUSSIAN }, "my.json");
  const importance = { loss: [{ type: "importance", weight: 1 }] };
  const latent = { type: "gaussian", size: 4 };
  const pixels = 400;
  for (
    const keys of [
      ...[{ batch: 500 }, { samples: 10 }, { samples: 10, ...importance }, { samples: 2 }],
      ...[{ batch: 500, encoder: [], decoder: [] }, { samples: 10, recon: "mse" }],
    ]
  ) {
    const device = openCpu({ threads: 1 });
    const config = parseConfig({ encoder, decoder, optimizer, latent, ...keys }, "my.json");
    const { batch } = config;
    const learner = makeLearner(config, makeModel(config, pixels), 1, device);
    const state = learner.init(run(key(0), device), zeros([0, pixels]));
    const before = device.bytesInUse();
    const needed = bytesOfTraining(config, pixels);
    assertBetween(before / needed.parameters, 1, 1.05, `parameters, ${JSON.stringify(keys)}`);

    const images = tensor(new Float32Array(batch * pixels), { shape: [batch, pixels] });
    const index = tensor(0, { dtype: "int32" });
    const noise = run(key(1), device);
    const [, trace] = learner.step(state, emptyTrace(1, learner.names), images, index, noise);
    await trace.read();
    const taken = (device.bytesInUse() - before) / needed.batch;
    assertBetween(taken, 0.97, 1.4, `a step, ${JSON.stringify(keys)}`);
    device.close();
  }
});

function assertBetween(value: number, least: number, most: number, what: string): void {
  assert(value >= least && value <= most, `${what}: ${value} is not in [${least}, ${most}]`);
}

Deno.test("on a GPU, whose total memory is unknown, each array must fit in a buffer", () => {
  const says = ["too big for the webgpu device", "but the device allows 134,217,728 bytes"];
  for (
    const [keys, needed] of [
      [{ encoder: [{ units: 1e9 }] }, "3,136,000,000,000"],
      [{ samples: 4000 }, "1,254,400,000"],
      [{ latent: { ...GAUSSIAN, size: 1e6 } }, "800,000,000"],
    ] as const
  ) assertRefused(() => check(keys, GPU), `an array takes ${needed} bytes`, ...says);
});

Deno.test("every shipped config fits on every device", async () => {
  for (const name of await shippedNames()) {
    const { config } = await findConfig(name);
    for (const device of [CPU, GPU]) checkFits(config, MNIST, device);
  }
});

Deno.test("a device that runs out of memory all the same ends the run with an error message", async () => {
  await using runs = await temporaryFolder();
  const folder = runFolder(runs.path, "run");
  const device = openCpu({ maximumBytes: 2 ** 20, threads: 1 });
  const terminal = { interactive: false, color: false, columns: 80, write: () => {} };
  const config = { ...CONFIG, encoder: [{ ...CONFIG.encoder[0], units: 10_000 }] };
  const { signal } = new AbortController();
  const exhausted = { config, data: DATA, device, folder, resume: false, terminal, signal };
  const { message } = await assertRejects(
    () => trainThroughLosses(exhausted, () => Promise.reject(new Error("no other device"))),
    UserError,
  );
  assertSentence(message, ["bytes on the cpu device", "a smaller batch"]);
});
