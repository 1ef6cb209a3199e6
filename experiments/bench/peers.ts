/**
 * The libraries that this one is compared with, and how each is started.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { reason } from "../shell/errors.ts";
import { ownProgram, type Program } from "./contestant.ts";
import type { Model } from "./task.ts";

/** A library, at the setting that it is measured at. */
export interface Peer {
  readonly name: string;
  readonly program: Program;
  /** What it calls the device. */
  readonly device: string;
  readonly threads?: number;
  /** The models that it is measured on. */
  readonly models: readonly Model[];
}

/** A library that cannot be had here. */
export interface Missing {
  readonly name: string;
  readonly reason: string;
}

const JAX = "npm:@jax-js/jax@0.1.25";
const TFJS = ["npm:@tensorflow/tfjs@4.22.0", "npm:@tensorflow/tfjs-backend-wasm@4.22.0"];

/** Pythons that may have PyTorch: that of the PATH (a virtual environment's, say) and that of the system. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** Packages of the peers are kept out of this project's lock file and its node_modules. */
const ASIDE = ["--no-config", "--no-lock", "--node-modules-dir=none", "--allow-read"];

/** The peers that may be here. Those from npm are fetched when they start, and that may still fail. */
export async function findPeers(): Promise<{ peers: Peer[]; missing: Missing[] }> {
  const { peers, missing } = await findPyTorch();
  return { peers: [...peers, ...javascriptPeers()], missing };
}

function javascriptPeers(): Peer[] {
  const peer = (name: string, file: string, ...args: string[]): Peer => {
    const { command, args: start } = ownProgram(file, ASIDE);
    return {
      name,
      program: { command, args: [...start, ...args] },
      device: "wasm",
      models: ["vae"],
    };
  };
  return [
    peer(`${JAX.slice(4)} wasm`, "jaxjs_step.ts", JAX, "pool"),
    peer(`${JAX.slice(4)} wasm, no worker pool`, "jaxjs_step.ts", JAX, "no-pool"),
    peer(`${TFJS[0].slice(4)} wasm`, "tfjs_step.ts", ...TFJS),
  ];
}

async function findPyTorch(): Promise<{ peers: Peer[]; missing: Missing[] }> {
  const versions = new Map<string, string>();
  const missing: Missing[] = [];
  for (const python of PYTHONS) {
    try {
      const version = await torchVersion(python);
      if (!versions.has(version)) versions.set(version, python);
    } catch (error) {
      missing.push({ name: `PyTorch of ${python}`, reason: reason(error) });
    }
  }
  const path = fileURLToPath(new URL("torch_step.py", import.meta.url));
  const cores = navigator.hardwareConcurrency;
  const peers = [...versions].flatMap(([version, python]) =>
    [...new Set([cores, 1])].map((threads): Peer => ({
      name: `PyTorch ${version}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      program: { command: python, args: [path] },
      device: "cpu",
      threads,
      models: ["vae", "echo"],
    }))
  );
  return { peers, missing };
}

/** @throws {Error} where there is no such Python or it has no PyTorch */
async function torchVersion(python: string): Promise<string> {
  const args = ["-c", "import torch; print(torch.__version__)"];
  const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
  const said = new TextDecoder().decode(success ? stdout : stderr).trim();
  if (!success) throw new Error(said.split("\n").at(-1));
  return said;
}
