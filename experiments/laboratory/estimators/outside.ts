/**
 * Estimates by other programs: a CSV file that was made from exported samples.
 *
 * @module
 */
import { readCsv } from "../../formats/csv_reader.ts";
import { quoted, UserError } from "../../shell/errors.ts";
import { suggest } from "../../shell/nearest.ts";
import { measured } from "../statistics/measured.ts";
import { ESTIMATORS } from "./estimators.ts";
import type { EstimatorRow, Found, NotFound } from "./run.ts";
import type { EstimatorTask } from "./task.ts";

/** Estimates by task and estimator. */
export interface OutsideEstimates {
  /** The name of the file. */
  readonly source: string;
  /** The names of the estimators, in the order of the file. */
  readonly names: readonly string[];
  /** The estimates of an estimator on a task in nats, or why there are none. */
  readonly of: ReadonlyMap<string, ReadonlyMap<string, readonly number[] | string>>;
}

const NEEDED = ["task", "estimator", "estimate"];

/**
 * Reads estimates: a line for each task, estimator and seed. The columns are `task`, `estimator`,
 * `estimate` in nats, and perhaps `seed`; others are ignored. An estimate that is empty or no
 * number is an estimator that failed on a task.
 *
 * @throws {UserError} if a column is missing, a task is unknown, an estimator has the name of one
 *   of this library, or a line repeats another
 */
export function readEstimates(
  text: string,
  source: string,
  tasks: readonly EstimatorTask[],
): OutsideEstimates {
  const { names: columns, rows } = readCsv(text, source);
  const missing = NEEDED.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    throw new UserError(
      `${source} has no column "${missing}": it needs ${NEEDED.join(", ")}, and perhaps seed`,
    );
  }
  const of = new Map<string, Map<string, number[] | string>>();
  const seen = new Map<string, number>();
  const names = new Set<string>();
  for (const { number, fields } of rows) {
    const field = (name: string) => fields[columns.indexOf(name)] ?? "";
    const [task, estimator, estimate] = NEEDED.map(field);
    const where = `${source}, line ${number}`;
    checkNames(task, estimator, tasks, where);
    if (columns.includes("seed")) {
      const entry = JSON.stringify([task, estimator, field("seed")]);
      if (seen.has(entry)) {
        throw new UserError(`${where} has the task, estimator and seed of line ${seen.get(entry)}`);
      }
      seen.set(entry, number);
    }
    names.add(estimator);
    const ofTask = of.get(task) ?? new Map<string, number[] | string>();
    of.set(task, ofTask);
    const before = ofTask.get(estimator) ?? [];
    const value = estimate.trim() === "" ? NaN : Number(estimate);
    if (!Number.isFinite(value)) ofTask.set(estimator, `${where}: ${quoted(estimate)}`);
    else if (typeof before !== "string") ofTask.set(estimator, [...before, value]);
  }
  if (names.size === 0) throw new UserError(`${source} has no estimates`);
  return { source, names: [...names], of };
}

function checkNames(
  task: string,
  estimator: string,
  tasks: readonly EstimatorTask[],
  where: string,
): void {
  const known = tasks.map(({ name }) => name);
  if (!known.includes(task)) {
    throw new UserError(`${where} has the unknown task ${quoted(task)}${suggest(task, known)}`);
  }
  if (estimator === "") throw new UserError(`${where} has no name of an estimator`);
  if (!ESTIMATORS.some(({ name }) => name === estimator)) return;
  throw new UserError(`${where} has an estimator named ${estimator}, as one of this library is`);
}

/** A row with the estimates from outside beside its own. */
export function withOutside(
  row: EstimatorRow,
  { source, names, of }: OutsideEstimates,
): EstimatorRow {
  const cells = names.map((name): [string, Found | NotFound] => {
    const values = of.get(row.task)?.get(name) ?? `${source} has no estimate`;
    if (typeof values === "string") return [name, { reason: values, failed: false }];
    const mean = measured(values);
    return [name, { ...mean, deviation: mean.value - row.exact.value, values }];
  });
  return { ...row, estimates: { ...row.estimates, ...Object.fromEntries(cells) } };
}
