/**
 * Flags that several commands have.
 *
 * @module
 */

import { DEVICE_NAMES, type DeviceName } from "../../kernels/open.ts";

/** Flags of every command that trains. */
export const COMMON_FLAGS = {
  epochs: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "passes over the training images; 200 for a full training (default: the config's, 20)",
  },
  limit: {
    type: "integer",
    value: "<number>",
    min: 1,
    help: "train on the first images only, this many (default: all)",
  },
  device: {
    type: "text",
    value: "<name>",
    default: "auto",
    allowed: DEVICE_NAMES as readonly DeviceName[],
    help: "auto takes a GPU if there is one, otherwise the CPU",
  },
  threads: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 16,
    help: "the number of CPU threads (default: the number of cores)",
  },
  noise: {
    type: "text",
    value: "<kind>",
    allowed: ["additive", "multiplicative"],
    help: "give the decoder the code z, or e^z (default: as the config says)",
  },
  quiet: { type: "boolean", help: "print the results only, without progress" },
} as const;

/** Flags of the commands that train each config once. */
export const SINGLE_RUN_FLAGS = {
  beta: {
    type: "number",
    value: "<number>",
    min: 0,
    help: "multiply the weight of the rate in the loss by this (default: 1)",
  },
  seed: {
    type: "integer",
    value: "<number>",
    min: 0,
    max: 0xffffffff,
    help: "determines every random choice (default: the config's, 0)",
  },
  importance: {
    type: "integer",
    value: "<number>",
    min: 1,
    max: 1_000_000,
    help: "after training, bound log p(x) with this many codes per test image (default: no bound)",
  },
} as const;

/** Flags that adapt β. */
export const TARGET_FLAGS = {
  rate: {
    type: "number",
    value: "<nats>",
    min: 0,
    help: "adapt β, instead of a schedule, until the rate on the validation images is this",
  },
  distortion: {
    type: "number",
    value: "<nats>",
    min: 0,
    help: "adapt β, instead of a schedule, until their distortion is this",
  },
} as const;
