/**
 * The progress of training: a status line that changes, on a terminal only, and a line for each
 * epoch.
 *
 * @module
 */

import type { EpochRecord, Metrics } from "./history.ts";
import { showLine, showStatus, type Terminal } from "../shell/terminal.ts";

/** The progress within an epoch: averages of the losses so far. */
export interface StepReport extends Metrics {
  /** The number of batches done in this epoch. */
  step: number;
  /** The number of images seen in this epoch. */
  images: number;
  /** The time since the epoch began. */
  seconds: number;
}

/** Shows the progress of a run. */
export interface Progress {
  /** Called within an epoch: shown on a terminal only. */
  step(epoch: number, report: StepReport): void;
  /** Called at the end of an epoch. */
  epoch(record: EpochRecord): void;
}

/**
 * Shows the progress of a run on a terminal.
 *
 * @param total.epochs the number of epochs of the whole run
 * @param total.steps the number of batches in an epoch
 * @param total.images the number of images in an epoch
 */
export function showProgress(
  terminal: Terminal,
  total: { epochs: number; steps: number; images: number },
): Progress {
  const epochs = (epoch: number) =>
    `epoch ${String(epoch).padStart(String(total.epochs).length)}/${total.epochs}`;

  return {
    step(epoch, report) {
      const speed = report.images / report.seconds;
      const left = (total.epochs - epoch + 1) * total.images - report.images;
      const line = [
        epochs(epoch),
        `step ${report.step}/${total.steps}`,
        `rate ${nats(report.rate)}`,
        `distortion ${nats(report.distortion)}`,
        `${speed.toFixed(0)} images/s`,
        `${duration(left / speed)} left`,
      ].join("  ");
      showStatus(terminal, line);
    },
    epoch(record) {
      const { train, valid, beta } = record;
      const onlyTrained = Object.entries(train).filter(([name]) => !(name in valid));
      const line = [
        epochs(record.epoch),
        `train -ELBO ${nats(train.rate + train.distortion)}`,
        ...onlyTrained.map(([name, value]) => `${name} ${nats(value)}`),
        ...beta === undefined ? [] : [`β ${nats(beta)}`],
        `valid ${metricsText(valid)}`,
        `${(total.images / record.seconds).toFixed(0)} images/s`,
      ].join("  ");
      showLine(terminal, line);
    },
  };
}

/**
 * Rate, distortion, their sum −ELBO, and further terms, in nats per image with four significant
 * digits.
 */
export function metricsText({ rate, distortion, loss: _, ...terms }: Metrics): string {
  const values = { rate, distortion, "-ELBO": rate + distortion, ...terms };
  return Object.entries(values).map(([name, value]) => `${name} ${nats(value)}`).join("  ");
}

/** Nats with four significant digits. */
export function nats(value: number): string {
  return value.toPrecision(4);
}

/** A time span such as `1:02:03` or `2:03`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const pad = (number: number) => String(number).padStart(2, "0");
  const end = `${pad(whole % 60)}`;
  return hours > 0 ? `${hours}:${pad(minutes)}:${end}` : `${minutes}:${end}`;
}
