/**
 * How a benchmark talks to what it measures: each library runs in a process of its own, takes a step when it starts, says
 * hello, and then takes so many steps as each line on its standard input says.
 *
 * So libraries take turns on a machine whose speed drifts, and none pays for the memory or the threads of another.
 *
 * @module
 */

import { print } from "../shell/program.ts";
import type { StepTask } from "./task.ts";

/** The one command-line argument of a contestant, in JSON. */
export interface Order extends StepTask {
  /** Where the fixture is. */
  readonly folder: string;
  /** What to run on: a device of ours, or what a peer calls it. */
  readonly device: string;
  /** How many threads, where a contestant can be told. */
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

/** The first line that a contestant prints, as soon as its first step is done. */
export interface Hello {
  /** Library, version and device. */
  readonly about: string;
  /** The loss, read on the host. */
  readonly value: number;
}

/** The line that a contestant prints after each turn. */
export interface Turn {
  /** How long each step took, in milliseconds. */
  readonly ms: readonly number[];
  /** The last loss. */
  readonly value: number;
  /** Resident memory of the process, in bytes. */
  readonly rss: number;
}

/** The order that this process was started with. */
export const readOrder = (): Order => JSON.parse(Deno.args[0]);

/**
 * The contestant's side.
 *
 * @param about library, version and device
 * @param step takes one step and reads its loss: a library that is lazy computes nothing that is not read
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
