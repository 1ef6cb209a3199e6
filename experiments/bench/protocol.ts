/**
 * The protocol between a benchmark and its contestants. Each contestant is a process. It runs one
 * step, prints a {@linkcode Hello}, and then reads a number of steps from each line of its standard
 * input and prints a {@linkcode Turn} for it.
 *
 * The protocol lets contestants take turns, so that a machine whose speed drifts treats all alike.
 * No contestant pays for the memory or the threads of another.
 *
 * @module
 */

import { print } from "../shell/program.ts";
import type { Network } from "./networks.ts";
import type { StepTask } from "./task.ts";
import type { Workload } from "./workloads.ts";

/** The one command-line argument of a contestant, in JSON. */
export interface Order extends StepTask {
  /** The folder of the fixture. */
  readonly folder: string;
  /** The device, by the name that the library of the contestant uses. */
  readonly device: string;
  /** The number of threads, for contestants that let one choose. */
  readonly threads?: number;
}

/** The argument of the contestant that trains a config. */
export interface ConfigOrder {
  /** The name of a shipped config. */
  readonly config: string;
  readonly batch: number;
  readonly device: string;
  readonly threads?: number;
}

/** The argument of the contestant that trains a convolutional network. */
export interface NetworkOrder {
  readonly network: Network;
  readonly batch: number;
  /** The folder of the fixture, for contestants of other languages. */
  readonly folder?: string;
  readonly device: string;
  readonly threads?: number;
}

/** The argument of the contestant that runs a workload. */
export interface WorkloadOrder {
  readonly workload: Workload;
  /** The folder of the fixture, for contestants of other languages. */
  readonly folder?: string;
  readonly device: string;
  readonly threads?: number;
}

/** The first line that a contestant prints, right after its first step. */
export interface Hello {
  /** Library, version and device. */
  readonly about: string;
  /** The loss of the first step. */
  readonly value: number;
}

/** The line that a contestant prints after each turn. */
export interface Turn {
  /** The time of each step in milliseconds. */
  readonly ms: readonly number[];
  /** The loss of the last step. */
  readonly value: number;
  /** Resident memory of the process, in bytes. */
  readonly rss: number;
}

/** The order that this process was started with. */
export const readOrder = (): Order => JSON.parse(Deno.args[0]);

/**
 * Runs the contestant's side of the protocol.
 *
 * @param about library, version and device
 * @param step runs one step and reads its loss, as lazy libraries compute only what is read
 */
export async function serve(about: string, step: () => Promise<number>): Promise<void> {
  say({ about, value: await step() });
  for await (const line of lines(Deno.stdin.readable)) {
    const ms: number[] = [];
    let value = NaN;
    for (let i = 0; i < Number(line); i++) {
      const began = performance.now();
      value = await step();
      ms.push(performance.now() - began);
    }
    say({ ms, value, rss: Deno.memoryUsage().rss });
  }
}

function say(message: Hello | Turn): void {
  print(JSON.stringify(message));
}

/** The lines of a stream of bytes. */
export async function* lines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string, void, void> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + text).split("\n");
    rest = parts.pop()!;
    yield* parts;
  }
}
