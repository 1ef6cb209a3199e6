/**
 * Progress of a sweep: whenever a job ends, it is reported and the curve is drawn again.
 *
 * @module
 */

import type { Output } from "../shell/output.ts";
import { duration, metricsText } from "../runs/progress.ts";
import { writeCurve } from "./collect.ts";
import { readSweepRow, type SweepRow } from "./row.ts";
import type { SweepJob } from "./job_list.ts";
import { logOf } from "./launch.ts";

/** The progress of a sweep. */
export interface Following {
  /** The jobs that were finished before. */
  before: readonly SweepRow[];
  /** Must be called when a job has ended, with the reason if it failed. */
  ended(job: SweepJob, failure?: string): Promise<void>;
  /** Must be called at the end. Returns the finished jobs and the names of those that failed. */
  close(): Promise<{ rows: SweepRow[]; failed: string[] }>;
}

/**
 * Follows a sweep.
 *
 * @param jobs all jobs, including those that were finished before
 * @param options.stop once it is aborted, a job that ends unfinished has not failed
 */
export async function followSweep(
  jobs: readonly SweepJob[],
  { runsDir, output, stop }: { runsDir: string; output: Output; stop: AbortSignal },
): Promise<Following> {
  const before = await writeCurve(jobs, runsDir);
  let rows = before;
  let writing = Promise.resolve(before);
  const failed: string[] = [];

  const began = performance.now();
  const show = () => output.busy(stop.aborted ? STOPPING : progressText());
  const progressText = () => {
    const seconds = (performance.now() - began) / 1000;
    const done = rows.length - before.length;
    const left = jobs.length - rows.length - failed.length;
    const rest = done === 0 ? "" : `, ${duration(seconds / done * left)} left`;
    const failures = failed.length === 0 ? "" : `, ${failed.length} failed`;
    return `${rows.length} of ${jobs.length} finished${failures}, ${duration(seconds)}${rest}`;
  };
  const timer = setInterval(show, 1000);
  stop.addEventListener("abort", show);

  return {
    before,
    async ended(job, failure = "the job was stopped") {
      // One call at a time, since all write the same files.
      writing = writing.then(() => writeCurve(jobs, runsDir));
      const finished = await writing;
      rows = finished;
      const row = await readSweepRow(job);
      if (row !== undefined) {
        const { rate, distortion } = row;
        const losses = metricsText({ rate, distortion, loss: rate + distortion });
        output.record(row, `${job.name}  ${losses}  (${finished.length} of ${jobs.length})`);
      } else if (!stop.aborted) {
        failed.push(job.name);
        const { configName: config, beta, seed } = job;
        output.record(
          { config, beta, seed, failure },
          `${job.name}  failed: ${failure} (see ${logOf(job)})`,
        );
      }
    },
    async close() {
      clearInterval(timer);
      stop.removeEventListener("abort", show);
      output.busy("");
      return { rows: await writing, failed };
    },
  };
}

const STOPPING = "stopping after the current epochs; Ctrl-C again stops at once";
