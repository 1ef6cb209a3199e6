/**
 * A run: a config, its data, its device and its folder.
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
  /** Go on from the folder's checkpoint. */
  resume: boolean;
  /** Bound the likelihood of the test images, at the end, by so many codes of each. */
  importance?: number;
  /** Where progress is shown. */
  terminal: Terminal;
  /** Told of each epoch once it is kept. */
  onEpoch?(record: EpochRecord): void;
  /** Stops training; the epochs finished by then are kept. */
  signal: AbortSignal;
}
