/**
 * The table: for people, as CSV and JSON, and as a picture.
 *
 * @module
 */
import { join } from "node:path";
import type { Output } from "../../shell/output.ts";
import type { Column } from "../../shell/table.ts";
import { UserError } from "../../shell/errors.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import { csvText } from "../../formats/csv.ts";
import { chart } from "./chart.ts";
import type { Estimator, EstimatorName } from "./estimators.ts";
import { type EstimatorRow, type EstimatorTable, isFound } from "./run.ts";

/** The columns of some estimators. */
const columnsOf = (estimators: readonly Estimator[]): Column<EstimatorRow>[] => [
  { title: "task", left: true, cell: ({ task }) => task },
  { title: "exact", cell: ({ exact }) => exact.toFixed(2) },
  ...estimators.map(({ name, relation }) => ({
    title: relation === undefined ? name : `${name} ${relation}`,
    cell: (row: EstimatorRow) => cellText(row, name),
  })),
];

/** The mean and, in brackets, its standard error: 1.02 (.03). */
function cellText({ estimates }: EstimatorRow, name: EstimatorName): string {
  const cell = estimates[name];
  if (cell === undefined) return "";
  if (!isFound(cell)) return cell.failed ? "failed" : "–";
  const { mean, standardError } = cell;
  return standardError === null
    ? mean.toFixed(2)
    : `${mean.toFixed(2)} (${standardError.toFixed(2).replace(/^0/, "")})`;
}

/** A line for each task and estimator. */
export const tableCsv = (rows: readonly EstimatorRow[]): string =>
  csvText(
    rows.flatMap(({ task, dimensions, exact, exactError, estimates }) =>
      Object.entries(estimates).map(([estimator, cell]) => ({
        task,
        x_dimensions: dimensions.x,
        z_dimensions: dimensions.z,
        exact,
        exact_standard_error: exactError,
        estimator,
        mean: isFound(cell) ? cell.mean : undefined,
        standard_error: isFound(cell) ? cell.standardError ?? undefined : undefined,
        error: isFound(cell) ? cell.error : undefined,
        reason: isFound(cell) ? undefined : cell.reason,
      }))
    ),
  );

/** Prints the table, and keeps it in a folder: table.csv, table.json, mi_bench.svg. */
export async function show(
  findings: EstimatorTable,
  folder: string,
  output: Output,
): Promise<void> {
  const { rows, estimators, source } = findings;
  output.table(columnsOf(estimators), rows);
  output.say(
    `Nats: means over seeds, in brackets their standard errors; ${source}.\n` +
      "Bounds hold on average, from below (≤) or above (≥). A dash: it does not apply, table.json says why.",
  );
  const files = {
    "table.csv": tableCsv(rows),
    "table.json": JSON.stringify({ source, rows }, null, 2) + "\n",
    "mi_bench.svg": chart(findings),
  };
  await makeFolder(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  output.say(Object.keys(files).map((name) => join(folder, name)).join(", "));
}

/**
 * Does nothing where every estimator had something to say, or a reason not to.
 *
 * @throws {UserError} that names the others
 */
export function requireAll(rows: readonly EstimatorRow[]): void {
  const failures = rows.flatMap(({ task, estimates }) =>
    Object.entries(estimates).flatMap(([estimator, cell]) =>
      !isFound(cell) && cell.failed ? [`${estimator} on ${task} (${cell.reason})`] : []
    )
  );
  if (failures.length > 0) throw new UserError(`no estimate by ${failures.join("; ")}`);
}
