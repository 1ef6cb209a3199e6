/**
 * A program of a page: training steps of the benchmarks' VAE, on the window or in a worker. It
 * reports what they give.
 *
 * @module
 */
import { makeFixture } from "../../experiments/bench/fixture.ts";
import { trainer } from "../../experiments/bench/model.ts";
import { type Device, DeviceLostError, type DeviceName, openDevice } from "../../mod.ts";

/** What the program reports. */
export interface Report {
  /** The losses of the steps, as far as they came. */
  readonly losses: number[];
  /** The description of the device at the end. */
  readonly description?: string;
  /** Whether the page has shared memory. */
  readonly isolated: boolean;
  /** Whether the program ran in a worker. */
  readonly inWorker: boolean;
  /** Why it ended early. */
  readonly error?: string;
  /** The losses after a lost device was opened again. */
  readonly again?: number[];
}

/** The number of steps. More follow, up to {@linkcode MOST}, until all threads have started. */
const STEPS = 10, MOST = 300;

const task = { model: "vae", batch: 100, hidden: 200 } as const;
const parameters = new URL(location.href).searchParams;
const inWorker = !("document" in globalThis);

/** The steps without a pause between them: only `await` lets the page do something else. */
async function train(device: Device, threads: number, losses: number[]): Promise<void> {
  const step = trainer(task, makeFixture(task), device);
  const starting = () => threads > 1 && !device.description.endsWith(`D, ${threads} threads`);
  while (losses.length < STEPS || (losses.length < MOST && starting())) losses.push(await step());
}

/** Opens the device and trains. */
async function work(): Promise<Report> {
  const threads = Number(parameters.get("threads") ?? 1);
  const losses: number[] = [],
    about = { losses, isolated: Reflect.get(globalThis, "crossOriginIsolated"), inWorker };
  const open = () => openDevice(parameters.get("device") as DeviceName, { threads });
  let device: Device | undefined;
  try {
    device = await open();
    if (parameters.has("lose")) {
      // The test ends the GPU process meanwhile.
      const step = trainer(task, makeFixture(task), device);
      await send("/ready", {});
      while (losses.length < 100_000) losses.push(await step());
    }
    await train(device, threads, losses);
    return { ...about, description: device.description };
  } catch (error) {
    const said = { ...about, description: device?.description, error: String(error) };
    if (!(error instanceof DeviceLostError)) return said;
    const again: number[] = [];
    await train(await open(), 1, again);
    return { ...said, again };
  }
}

/** Sends JSON to the site. */
async function send(path: string, body: unknown): Promise<void> {
  await fetch(path, { method: "POST", body: JSON.stringify(body) });
}

if (!inWorker && parameters.has("worker")) {
  new Worker(`${import.meta.url}?${parameters}`, { type: "module" });
} else {
  await send("/report", await work());
}
