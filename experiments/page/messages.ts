/**
 * What the page and its workers say to each other.
 *
 * @module
 */

import type { DataDigest } from "../data/digest.ts";
import type { Method } from "./model.ts";
import type { ChannelSettings, ChannelView } from "./channel.ts";
import type { CompilerView } from "./compiler.ts";

/** The names of the devices that the page offers. */
export type DeviceChoice = "cpu" | "webgpu";

/** What a model is trained by. A change of the first four starts a new run. */
export interface Training {
  method: Method;
  /** The number of dimensions of a code. */
  latent: number;
  seed: number;
  device: DeviceChoice;
  beta: number;
  learningRate: number;
}

/** What the traversal shows: the code of an image with two of its dimensions moved. */
export interface Pointer {
  /** The number of the image, 0 … SHOWN − 1. */
  image: number;
  /** The two dimensions; the ones with the largest rates where undefined. */
  dimensions?: readonly [number, number];
  /** Where they are, in standard deviations from the mean over images. */
  place: readonly [number, number];
}

/** The number of test images that the page shows. */
export const SHOWN = 10;

/** To the worker that trains. */
export type TrainingOrder =
  | { type: "open"; images: ArrayBuffer; tests: number; digest: DataDigest }
  | { type: "start"; training: Training }
  /** Changes β or the learning rate from the next step on. */
  | { type: "tune"; training: Training }
  | { type: "run"; steps: number }
  | { type: "point"; pointer: Pointer }
  | { type: "save" };

/** To the worker of the other tabs. */
export type ShowingOrder =
  | { type: "channel"; settings: ChannelSettings }
  | { type: "compile"; text: string };

/** Averages in nats per image. */
export interface Numbers {
  rate: number;
  distortion: number;
}

/** What the page shows of a run. Images are [images, 784], 0 … 255. */
export interface Progress {
  type: "progress";
  /** The number of steps of the run. */
  step: number;
  /** The losses of each step since the last message. */
  losses: Numbers[];
  /** Averages over the test images after an epoch, where there is a new one. */
  test?: Numbers;
  /** Images a second while training; undefined while it pauses. */
  speed?: number;
  reconstructions: Uint8Array;
  samples: Uint8Array;
  traversal: Uint8Array;
  /** The dimensions that the traversal moves. */
  dimensions: [number, number];
  /** The codes of the shown images, [images, latent], and their rates in nats. */
  codes: Float32Array;
  rates: Float32Array;
  /** The rate of each dimension, averaged over a batch of test images, in nats. */
  meanRates: Float32Array;
  /** The least rate of a dimension, in nats. */
  floor: number;
}

/** From the workers. */
export type Report =
  | Progress
  /** The device that a run is on, in words. */
  | { type: "device"; name: DeviceChoice; words: string }
  | { type: "paused"; step: number }
  | { type: "saved"; name: string; bytes: Uint8Array<ArrayBuffer> }
  | { type: "channel"; view: ChannelView }
  | { type: "compiled"; view: CompilerView }
  /** The other tabs' worker is there: the page needs no network any more. */
  | { type: "ready" }
  | { type: "failed"; message: string };
