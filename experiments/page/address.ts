/**
 * The settings of the page, which the address keeps: what differs from the defaults, after the #.
 *
 * @module
 */

import type { ChannelSettings } from "./channel.ts";
import type { Training } from "./messages.ts";

/** All settings. */
export interface Settings extends Training, ChannelSettings {
  tab: "train" | "channel" | "compiler";
  /** Whether training waits for a click on Start. */
  paused: boolean;
  expression: string;
}

/** The learning rate of each method's shipped config. */
export const RATES = { echo: 0.003, vae: 0.001 } as const;

const DEFAULTS: Settings = {
  ...{ tab: "train", paused: false },
  ...{ method: "echo", beta: 1, latent: 32, learningRate: RATES.echo, device: "cpu", seed: 0 },
  ...{ dimensions: 1, shape: "linear", gain: 1, scale: 0.5, varies: false, echoes: 40 },
  ...{ self: false, apart: false, mismatch: 1 },
  expression: "softplus(matmul(A, B) + b)",
};

/** What a setting may be: one of a list, or a number from one to another. */
const ALLOWED: Partial<Record<keyof Settings, readonly unknown[] | { low: number; high: number }>> =
  {
    tab: ["train", "channel", "compiler"],
    method: ["echo", "vae"],
    beta: { low: 0.1, high: 10 },
    latent: [2, 4, 8, 16, 32, 64],
    learningRate: [0.0003, 0.001, 0.003, 0.01],
    device: ["cpu", "webgpu"],
    seed: { low: 0, high: 999_999 },
    dimensions: [1, 2],
    shape: ["linear", "tanh"],
    gain: { low: 0.1, high: 3 },
    scale: { low: 0.05, high: 0.95 },
    echoes: { low: 1, high: 60 },
    mismatch: { low: 0.5, high: 1.5 },
  };

const WHOLE: readonly string[] = ["seed", "echoes"];

/** The default of a setting; that of the learning rate depends on the method. */
const defaultOf = (name: keyof Settings, { method }: Settings): unknown =>
  name === "learningRate" ? RATES[method] : DEFAULTS[name];

/** The settings of an address; what is unknown or out of range keeps its default. */
export function parseAddress(hash: string): Settings {
  const texts = new URLSearchParams(hash.replace(/^#/, ""));
  const settings: Record<string, unknown> = { ...DEFAULTS };
  for (const [name, usual] of Object.entries(DEFAULTS)) {
    const text = texts.get(name);
    if (text === null) continue;
    const value = typeof usual === "number"
      ? Number(text)
      : typeof usual === "boolean"
      ? text === "1"
      : text;
    if (text !== "" && isAllowed(name as keyof Settings, value)) settings[name] = value;
  }
  const parsed = settings as unknown as Settings;
  if (!texts.has("learningRate")) parsed.learningRate = RATES[parsed.method];
  return parsed;
}

function isAllowed(name: keyof Settings, value: unknown): boolean {
  const rule = ALLOWED[name];
  if (rule === undefined) return true;
  if ("low" in rule) {
    const number = value as number;
    const fits = number >= rule.low && number <= rule.high;
    return fits && (!WHOLE.includes(name) || Number.isInteger(number));
  }
  return rule.includes(value);
}

/** The part of the address after the #, empty for the defaults. */
export function formatAddress(settings: Settings): string {
  const texts = new URLSearchParams();
  for (const [name, value] of Object.entries(settings)) {
    if (value === defaultOf(name as keyof Settings, settings)) continue;
    texts.set(name, typeof value === "boolean" ? (value ? "1" : "0") : `${value}`);
  }
  return `${texts}`;
}
