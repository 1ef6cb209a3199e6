/**
 * Runs every estimator on every task with several seeds.
 *
 * @module
 */
import { type Measured, measured } from "../statistics/measured.ts";
import type { Estimator, Settings } from "./estimators.ts";
import type { Sample } from "./sample.ts";
import type { EstimatorTask, Exact } from "./task.ts";

/** Settings of a run. */
interface Plan extends Settings {
  readonly tasks: readonly EstimatorTask[];
  readonly estimators: readonly Estimator[];
  /** The number of pairs in each sample. */
  readonly samples: number;
  /** The seeds of the samples, one sample a seed. */
  readonly seeds: readonly number[];
}

/** The mean of an estimator over seeds, in nats. With one seed the standard error is NaN. */
export interface Found extends Measured {
  /** The mean minus the exact information. */
  readonly deviation: number;
  /** The estimate of each seed. */
  readonly values: readonly number[];
}

/** Why there is no estimate. */
export interface NotFound {
  readonly reason: string;
  /** Whether the estimator applies to the task and failed. */
  readonly failed: boolean;
}

/** One task with all its estimates. */
export interface EstimatorRow {
  readonly task: string;
  readonly dimensions: EstimatorTask["dimensions"];
  readonly exact: Exact;
  readonly estimates: Readonly<Record<string, Found | NotFound>>;
}

/** The table of all tasks and estimators. */
export interface EstimatorTable {
  readonly rows: readonly EstimatorRow[];
  /** Those of this library, then those from outside. */
  readonly estimators: readonly Pick<Estimator, "name" | "relation">[];
  /** The number of pairs in each sample. */
  readonly samples: number;
  /** A description of the settings for the picture and the JSON. */
  readonly source: string;
}

/** Whether there is an estimate. */
export const isFound = (cell: Found | NotFound): cell is Found => "values" in cell;

/** Yields one row for each task; `busy` gets a description of the next step. */
export async function* bench(
  plan: Plan,
  busy: (what: string) => void,
): AsyncGenerator<EstimatorRow> {
  for (const [i, task] of plan.tasks.entries()) {
    const exact = task.exact();
    const samples = plan.seeds.map((seed) => task.draw(plan.samples, seed));
    const estimates: Record<string, Found | NotFound> = {};
    for (const estimator of plan.estimators) {
      busy(`task ${i + 1} of ${plan.tasks.length}, ${task.name}: ${estimator.name}`);
      estimates[estimator.name] = await cellOf(estimator, task, samples, plan, exact.value);
    }
    yield { task: task.name, dimensions: task.dimensions, exact, estimates };
  }
}

/** Runs one estimator on one task. An error becomes the content of the cell. */
async function cellOf(
  estimator: Estimator,
  task: EstimatorTask,
  samples: readonly Sample[],
  { seeds, ...settings }: Plan,
  exact: number,
): Promise<Found | NotFound> {
  const reason = estimator.obstacle(task, samples[0]);
  if (reason !== undefined) return { reason, failed: false };
  const values: number[] = [];
  for (const [i, sample] of samples.entries()) {
    try {
      const value = await estimator.estimate(sample, seeds[i], settings);
      // An infinite upper bound is no failure: one example may exclude the codes of all others.
      if (!Number.isFinite(value)) {
        return { reason: `seed ${seeds[i]}: ${value}`, failed: Number.isNaN(value) };
      }
      values.push(value);
    } catch (error) {
      return { reason: `seed ${seeds[i]}: ${String(error)}`, failed: true };
    }
  }
  const mean = measured(values);
  return { ...mean, deviation: mean.value - exact, values };
}
