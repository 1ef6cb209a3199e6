/**
 * A run: a config with its data, its device and its folder.
 *
 * @module
 */

import type { Device } from "../../mod.ts";
import type { Config } from "../config/config.ts";
import type { DataSet } from "../data/images.ts";
import type { EpochRecord } from "./history.ts";
import type { Terminal } from "../shell/terminal.ts";
import type { RunFolder } from "./run_folder.ts";

/** A run to be trained. */
export interface Run {
  config: Config;
  data: DataSet;
  device: Device;
  folder: RunFolder;
  /** Whether to continue from the checkpoint in the folder. */
  resume: boolean;
  /** The number of codes per test image for a bound on the likelihood; no bound unless given. */
  importance?: number;
  /** The terminal that shows the progress. */
  terminal: Terminal;
  /** Called with each epoch once its checkpoint is written; training waits for it. */
  onEpoch?(record: EpochRecord): void | Promise<void>;
  /** Stops training; finished epochs are kept. */
  signal: AbortSignal;
}
