/**
 * Every estimator on every task, with several seeds.
 *
 * @module
 */
import { meanOf, standardError } from "../statistics/summary.ts";
import type { Estimator, EstimatorName, Settings } from "./estimators.ts";
import type { Sample } from "./sample.ts";
import type { EstimatorTask } from "./task.ts";

/** Settings of a run. */
export interface Plan extends Settings {
  readonly tasks: readonly EstimatorTask[];
  readonly estimators: readonly Estimator[];
  /** Pairs of each sample. */
  readonly samples: number;
  /** Seeds of the samples, of which there is one for each. */
  readonly seeds: readonly number[];
}

/** What an estimator says of a task, in nats. */
export interface Found {
  /** The mean over seeds. */
  readonly mean: number;
  /** Of the mean, from the differences between seeds; null with one seed. */
  readonly standardError: number | null;
  /** Mean minus exact information. */
  readonly error: number;
  /** Of each seed. */
  readonly values: readonly number[];
}

/** Why an estimator says nothing of a task. */
export interface NotFound {
  readonly reason: string;
  /** Whether it should have. */
  readonly failed: boolean;
}

/** A row of the table. Information is in nats. */
export interface EstimatorRow {
  readonly task: string;
  readonly dimensions: EstimatorTask["dimensions"];
  readonly exact: number;
  /** Of the exact information, where it is a mean by Monte Carlo; 0 elsewhere. */
  readonly exactError: number;
  readonly by: string;
  readonly estimates: Readonly<Partial<Record<EstimatorName, Found | NotFound>>>;
}

/** The table of all tasks and estimators. */
export interface EstimatorTable {
  readonly rows: readonly EstimatorRow[];
  readonly estimators: readonly Estimator[];
  /** Pairs of each sample. */
  readonly samples: number;
  /** Where the numbers are from, for the picture and the JSON. */
  readonly source: string;
}

/** Whether there is an estimate. */
export const isFound = (cell: Found | NotFound): cell is Found => "mean" in cell;

/** Rows, one after another; `busy` is told what comes next. */
export async function* bench(
  plan: Plan,
  busy: (what: string) => void,
): AsyncGenerator<EstimatorRow> {
  for (const [i, task] of plan.tasks.entries()) {
    const { nats: exact, standardError: exactError, by } = task.exact();
    const samples = plan.seeds.map((seed) => task.draw(plan.samples, seed));
    const estimates: Partial<Record<EstimatorName, Found | NotFound>> = {};
    for (const estimator of plan.estimators) {
      busy(`task ${i + 1} of ${plan.tasks.length}, ${task.name}: ${estimator.name}`);
      estimates[estimator.name] = await cellOf(estimator, task, samples, plan, exact);
    }
    yield { task: task.name, dimensions: task.dimensions, exact, exactError, by, estimates };
  }
}

/** One estimator, one task. Whatever goes wrong in it stays in its cell. */
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
      // A bound from above may be infinite: z of one example cannot be of any other.
      if (!Number.isFinite(value)) {
        return { reason: `seed ${seeds[i]}: ${value}`, failed: Number.isNaN(value) };
      }
      values.push(value);
    } catch (error) {
      return { reason: `seed ${seeds[i]}: ${String(error)}`, failed: true };
    }
  }
  const mean = meanOf(values);
  return {
    mean,
    standardError: values.length > 1 ? standardError(values) : null,
    error: mean - exact,
    values,
  };
}
