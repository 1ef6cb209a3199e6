/**
 * The libraries in the comparison, and the programs that run them.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { reason } from "../shell/errors.ts";
import { ownProgram, type Program } from "./contestant.ts";
import type { Model } from "./task.ts";

/** A library with the settings of its measurement. */
export interface Peer {
  readonly name: string;
  readonly program: Program;
  /** The name of the device in that library. */
  readonly device: string;
  readonly threads?: number;
  /** The models that its program implements. */
  readonly models: readonly Model[];
  /** The program of its convolutional networks, if it has one. */
  readonly network?: Program;
  /** The program of its workloads, if it has one. */
  readonly workload?: Program;
}

/** A library that is not available on this machine. */
interface Missing {
  readonly name: string;
  readonly reason: string;
}

const JAX = "npm:@jax-js/jax@0.1.25";
const TFJS = ["npm:@tensorflow/tfjs@4.22.0", "npm:@tensorflow/tfjs-backend-wasm@4.22.0"];

/** The Pythons that may have PyTorch: the one on the PATH and the one of the system. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** Keeps the packages of the peers out of the lock file and node_modules of this project. */
const ASIDE = ["--no-config", "--no-lock", "--node-modules-dir=none", "--allow-read"];

/** Finds the peers. Deno fetches those from npm when they start, which may still fail. */
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
  const [path, network, workload] = [
    ...["torch_step.py", "torch_network_step.py", "torch_workload_step.py"],
  ].map((name) => fileURLToPath(new URL(name, import.meta.url)));
  const cores = navigator.hardwareConcurrency;
  const peers = [...versions].flatMap(([version, python]) =>
    [...new Set([cores, 1])].map((threads): Peer => ({
      name: `PyTorch ${version}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      program: { command: python, args: [path] },
      device: "cpu",
      threads,
      models: ["vae", "echo"],
      network: { command: python, args: [network] },
      workload: { command: python, args: [workload] },
    }))
  );
  return { peers, missing };
}

/** @throws {Error} if this Python does not exist or has no PyTorch */
async function torchVersion(python: string): Promise<string> {
  const args = ["-c", "import torch; print(torch.__version__)"];
  const { success, stdout, stderr } = await new Deno.Command(python, { args }).output();
  const said = new TextDecoder().decode(success ? stdout : stderr).trim();
  if (!success) throw new Error(said.split("\n").at(-1));
  return said;
}
