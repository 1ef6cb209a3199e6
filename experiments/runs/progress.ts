/**
 * What a person sees while a model trains: on a terminal one line that moves, else one plain line an epoch.
 *
 * @module
 */

import type { EpochRecord, Metrics } from "./history.ts";
import { showLine, showStatus, type Terminal } from "../shell/terminal.ts";

/** How far an epoch is. */
export interface StepReport extends Metrics {
  /** Batches done in this epoch. */
  step: number;
  /** Images seen in this epoch. */
  images: number;
  /** Since the epoch began. */
  seconds: number;
}

/** Shows progress through a run. */
export interface Progress {
  /** In the middle of an epoch: shown on a terminal only. */
  step(epoch: number, report: StepReport): void;
  /** At the end of an epoch. */
  epoch(record: EpochRecord): void;
}

/**
 * Progress through a run of so many epochs of so many images.
 *
 * @param total.epochs epochs of the whole run
 * @param total.steps batches of an epoch
 * @param total.images images of an epoch
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
      const { train, valid } = record;
      const ofTraining = Object.entries(train).filter(([name]) => !(name in valid));
      const line = [
        epochs(record.epoch),
        `train -ELBO ${nats(train.rate + train.distortion)}`,
        ...ofTraining.map(([name, value]) => `${name} ${nats(value)}`),
        `valid ${metricsText(valid)}`,
        `${(total.images / record.seconds).toFixed(0)} images/s`,
      ].join("  ");
      showLine(terminal, line);
    },
  };
}

/** Rate, distortion, their sum, the negative ELBO, and further terms, in nats per image with four significant digits. */
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
