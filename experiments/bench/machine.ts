/**
 * The machine that a benchmark runs on: no time means anything without it.
 *
 * @module
 */

import { cpus } from "node:os";

/** What times depend on. */
export interface MachineRecord {
  readonly name: "machine";
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
  /** When the benchmark began, ISO 8601. */
  readonly date: string;
}

/** This machine. */
export function thisMachine(): MachineRecord {
  return {
    name: "machine",
    cpu: cpus()[0]?.model.trim() || "unknown processor",
    cores: navigator.hardwareConcurrency,
    os: `${Deno.build.os} ${Deno.build.arch}`,
    deno: Deno.version.deno,
    date: new Date().toISOString(),
  };
}

/** A machine in one line. */
export const machineText = ({ cpu, cores, os, deno, date }: MachineRecord): string =>
  `${cpu}, ${cores} ${cores === 1 ? "core" : "cores"}, ${os}, Deno ${deno}, ` +
  `${date.slice(0, 16).replace("T", " ")} UTC`;
