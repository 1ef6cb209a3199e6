/**
 * A description of the machine, which every benchmark prints beside its times.
 *
 * @module
 */

import { cpus } from "node:os";

/** The properties that times depend on. */
interface MachineRecord {
  readonly name: "machine";
  readonly cpu: string;
  readonly cores: number;
  readonly os: string;
  readonly deno: string;
  /** The start of the benchmark, ISO 8601. */
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
