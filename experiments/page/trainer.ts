/**
 * Training in the worker: a loop that takes steps, lets orders in between them, and shows the model
 * ten times a second. Nothing in it waits for frames, so it goes on while its tab is hidden.
 *
 * @module
 */

import { type Device, DeviceLostError, key, type Tensor, tensor } from "./library.ts";
import { openCpu } from "../../kernels/cpu/device.ts";
import { openWebgpu } from "../../kernels/webgpu/device.ts";
import { treeOfArrays } from "../../lib/moving.ts";
import type { DataDigest } from "../data/digest.ts";
import { IMAGE_BYTES, PIXELS, unpackImages } from "./bits.ts";
import { requireFinite } from "./finite.ts";
import { type Arrays, arraysOf, configOf, runArchive } from "./checkpoint.ts";
import { type Learner, makeLearner, rowsOf, type State, stepsOf } from "./learner.ts";
import { type Numbers, type Pointer, type Report, SHOWN, type Training } from "./messages.ts";
import { BATCH } from "./model.ts";
import { turn } from "./turn.ts";

/** The least time between two views, in milliseconds. */
const INTERVAL = 100;
/** The time of steps between two looks at the orders, in milliseconds, and the most steps. */
const TURN = 40, MOST = 50;
/** The time after which the state on a GPU is copied, so that a lost GPU costs no more. */
const COPY_EVERY = 2000;

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

/** The images of the page, as bits. */
export interface Data {
  training: Uint8Array;
  test: Uint8Array;
  digest: DataDigest;
}

/** A run on a device. */
interface Run {
  training: Training;
  device: Device;
  learner: Learner;
  state: State;
  step: number;
  order?: ArrayLike<number>;
  /** The first test images, which are shown. */
  shown: Tensor;
  /** The last copy of the state, and its step. */
  copy?: { arrays: Arrays; step: number; time: number };
}

/** Trains as it is told, and reports. */
export class Trainer {
  #run?: Run;
  #wanted?: Training;
  /** The number of steps to take; Infinity while the page trains. */
  #left = 0;
  /** The number of steps that take about TURN. */
  #steps = 1;
  #pointer: Pointer = { image: 0, place: [0, 0] };
  #isStale = false;
  #isSaving = false;
  #wake = () => {};

  #pending: Tensor[] = [];
  #test?: Numbers;
  #shownAt = 0;
  #shownFor = 0;
  #speed = 0;
  #meanRates: ArrayLike<number> = [];

  constructor(readonly data: Data, readonly report: (report: Report) => void) {
    this.#loop();
  }

  /** Starts a new run, or moves the run to another device if only that has changed. */
  start(training: Training): void {
    this.#wanted = training;
    this.#wake();
  }
  /** Changes β or the learning rate. */
  tune(training: Training): void {
    if (this.#wanted !== undefined) this.#wanted = training;
    if (this.#run !== undefined) this.#run.training = training;
  }
  /** Takes some steps; none pauses. */
  run(steps: number): void {
    this.#left = steps;
    this.#shownAt = 0;
    if (steps === 0 && this.#run !== undefined) {
      this.report({ type: "paused", step: this.#run.step });
    }
    this.#wake();
  }
  /** Moves the traversal. */
  point(pointer: Pointer): void {
    this.#pointer = pointer;
    this.#isStale = true;
    this.#wake();
  }
  /** Reports the run as an archive. */
  save(): void {
    this.#isSaving = true;
    this.#wake();
  }

  async #loop(): Promise<never> {
    for (;;) {
      await turn();
      try {
        await this.#next();
      } catch (error) {
        await this.#failed(error);
      }
    }
  }

  async #next(): Promise<void> {
    if (this.#wanted !== undefined) return await this.#begin(this.#wanted);
    const run = this.#run;
    if (run !== undefined && this.#isSaving) {
      this.#isSaving = false;
      return await this.#save(run);
    }
    if (run !== undefined && this.#left > 0) return await this.#advance(run);
    if (run !== undefined && this.#isStale) return await this.#show(run);
    await new Promise<void>((resolve) => this.#wake = resolve);
  }

  async #begin(training: Training): Promise<void> {
    const before = this.#run;
    this.#wanted = undefined;
    const isSame = (["method", "latent", "seed"] as const)
      .every((name) => before?.training[name] === training[name]);
    const moves = before !== undefined && isSame && before.training.device !== training.device;
    const copy = moves
      ? { arrays: await arraysOf(before.state, key(0)), step: before.step }
      : undefined;
    this.#forget();
    await this.#open(training, copy);
  }

  /** Opens a run: a new one, or one that goes on from a copy. */
  async #open(
    training: Training,
    copy?: { arrays: Arrays; step: number },
    lost?: string,
  ): Promise<void> {
    const device = training.device === "webgpu" ? await openWebgpu({ software: true }) : openCpu();
    const learner = makeLearner(training, device);
    const first = learner.init(learner.keys.start);
    const state = copy === undefined
      ? first
      : treeOfArrays(copy.arrays, { state: first, key: key(0) }).state;
    const shown = this.#rows(this.data.test, range(0, BATCH));
    const step = copy?.step ?? 0;
    this.#run = { training, device, learner, state, step, shown };
    const words = [device.description, lost].filter((text) => text !== undefined).join("; ");
    this.report({ type: "device", name: training.device, words });
    await this.#show(this.#run);
  }

  #forget(): void {
    this.#run?.device.close();
    this.#run = undefined;
    this.#pending = [];
    this.#test = undefined;
    this.#speed = 0;
    this.#steps = 1;
  }

  #rows(bits: Uint8Array, images: ArrayLike<number>): Tensor {
    return rowsOf(unpackImages(bits, images));
  }

  async #advance(run: Run): Promise<void> {
    const began = performance.now();
    const steps = Math.min(this.#left, this.#steps);
    for (let i = 0; i < steps; i++) await this.#step(run);
    // A GPU only queues the steps. Without this wait the queue would grow, and orders would wait.
    await this.#pending.at(-1)!.read();
    if (this.#left !== Infinity) this.#left = Math.max(0, this.#left - steps);
    const now = performance.now(), taken = now - began;
    this.#steps = Math.max(1, Math.min(MOST, Math.round(steps * TURN / taken)));
    const speed = 1000 * steps * BATCH / taken;
    this.#speed = this.#speed === 0 ? speed : this.#speed + 0.1 * (speed - this.#speed);
    const wait = Math.max(INTERVAL, 3 * this.#shownFor);
    if (now - this.#shownAt >= wait || this.#left === 0) await this.#show(run);
    if (this.#left === 0) this.report({ type: "paused", step: run.step });
  }

  async #step(run: Run): Promise<void> {
    const { training: { beta, learningRate }, learner } = run;
    const { training, test } = this.data;
    const count = training.length / IMAGE_BYTES, steps = stepsOf(count);
    const place = run.step % steps;
    if (place === 0 || run.order === undefined) {
      run.order = await learner.order(Math.floor(run.step / steps) + 1, count);
    }
    const numbers = Array.from({ length: BATCH }, (_, i) => run.order![place * BATCH + i]);
    using rows = this.#rows(training, numbers);
    const [state, losses] = learner.step(run.state, rows, learner.keys.noise, beta, learningRate);
    run.state = state;
    run.step++;
    this.#pending.push(losses);
    if (run.step % steps === 0) this.#test = await this.#evaluate(run, test);
  }

  /** Rate and distortion of all test images. */
  async #evaluate({ learner, state }: Run, bits: Uint8Array): Promise<Numbers> {
    const batches = Math.floor(bits.length / IMAGE_BYTES / BATCH);
    const sum = [0, 0];
    for (let i = 0; i < batches; i++) {
      using rows = this.#rows(bits, range(i * BATCH, (i + 1) * BATCH));
      using losses = learner.losses(state.params, rows, learner.keys.evaluation);
      (await losses.read()).forEach((value: number, n: number) => sum[n] += value / batches);
    }
    return { rate: sum[0], distortion: sum[1] };
  }

  async #show(run: Run): Promise<void> {
    const began = performance.now();
    this.#isStale = false;
    const { learner, state, shown, step } = run;
    const { image, place, dimensions = largest(this.#meanRates) } = this.#pointer;
    const { images, ...arrays } = learner.see(
      state.params,
      shown,
      learner.keys.evaluation,
      tensor([image, ...dimensions], { dtype: "int32" }),
      tensor([...place]),
    );
    const pending = this.#pending;
    this.#pending = [];
    const losses = (await Promise.all(pending.map((pair) => pair.read())))
      .map(([rate, distortion]) => ({ rate, distortion }));
    for (const pair of pending) pair.dispose();
    requireFinite(losses, step);
    const grey = Uint8Array.from(await images.read(), (p: number) => Math.round(255 * p));
    const [codes, rates, meanRates] = await Promise.all(
      [arrays.codes, arrays.rates, arrays.meanRates].map((x) => x.read("float32")),
    );
    for (const used of [images, ...Object.values(arrays)]) used.dispose();
    this.#meanRates = meanRates;
    if (run.training.device === "webgpu" && began - (run.copy?.time ?? 0) > COPY_EVERY) {
      run.copy = { arrays: await arraysOf(state, key(0)), step, time: began };
    }
    const part = SHOWN * PIXELS;
    this.report({
      type: "progress",
      ...{ step, losses, test: this.#test },
      speed: this.#left > 0 && this.#speed > 0 ? this.#speed : undefined,
      reconstructions: grey.slice(0, part),
      samples: grey.slice(part, 2 * part),
      traversal: grey.slice(2 * part),
      dimensions: [...dimensions],
      ...{ codes, rates, meanRates, floor: learner.model.floor },
    });
    this.#test = undefined;
    this.#shownAt = performance.now();
    this.#shownFor = this.#shownAt - began;
  }

  async #save({ training, state, step }: Run): Promise<void> {
    const count = this.data.training.length / IMAGE_BYTES;
    const name = `page_${training.method}`;
    const config = configOf(training, count, Math.max(1, Math.ceil(step / stepsOf(count))));
    const epoch = Math.floor(step / stepsOf(count));
    const arrays = await arraysOf(state, key(training.seed));
    const bytes = await runArchive(name, arrays, config, this.data.digest, epoch);
    this.report({ type: "saved", name: `${name}.tar`, bytes });
  }

  /** A lost GPU goes on from the last copy, on the CPU if there is no GPU any more. */
  async #failed(error: unknown): Promise<void> {
    const run = this.#run;
    if (!(error instanceof DeviceLostError) || run === undefined) {
      this.#left = 0;
      this.report({ type: "failed", message: error instanceof Error ? error.message : `${error}` });
      return;
    }
    const { training, copy } = run;
    this.#forget();
    const lost = `the GPU was lost; going on from step ${copy?.step ?? 0}`;
    this.report({ type: "device", name: training.device, words: lost });
    try {
      await this.#open(training, copy, lost);
    } catch {
      await this.#open({ ...training, device: "cpu" }, copy, lost);
    }
  }
}

/** The two dimensions with the largest rates. */
function largest(rates: ArrayLike<number>): readonly [number, number] {
  if (rates.length < 2) return [0, 1];
  const [first, second] = range(0, rates.length).sort((a, b) => rates[b] - rates[a]);
  return [first, second];
}
