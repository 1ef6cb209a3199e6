/**
 * The table of estimators: printed, as CSV and JSON, and as a picture.
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
import {
  type EstimatorRow,
  type EstimatorTable,
  type Found,
  isFound,
  type NotFound,
} from "./run.ts";

/** A cell as `--json` prints it and table.json stores it. */
type CellRecord = NotFound | {
  readonly mean: number;
  /** Null with one seed. */
  readonly standardError: number | null;
  /** The mean minus the exact information. */
  readonly error: number;
  readonly values: readonly number[];
};

/** A row as `--json` prints it and table.json stores it. */
interface EstimatorRecord extends Omit<EstimatorRow, "exact" | "estimates"> {
  readonly exact: number;
  readonly exactError: number;
  readonly by: string;
  readonly estimates: Readonly<Record<string, CellRecord>>;
}

function rowRecord({ exact, estimates, ...rest }: EstimatorRow): EstimatorRecord {
  const { value, standardError: exactError, by } = exact;
  const cells = Object.entries(estimates).map(([name, cell]) => [name, cellRecord(cell)]);
  return { ...rest, exact: value, exactError, by, estimates: Object.fromEntries(cells) };
}

function cellRecord(cell: Found | NotFound): CellRecord {
  if (!isFound(cell)) return cell;
  const { value, standardError, deviation, values } = cell;
  return {
    mean: value,
    standardError: Number.isNaN(standardError) ? null : standardError,
    error: deviation,
    values,
  };
}

/** The columns of the table: the task, the exact information, and the estimators. */
const columnsOf = (
  estimators: EstimatorTable["estimators"],
): Column<EstimatorRecord>[] => [
  { title: "task", left: true, cell: ({ task }) => task },
  { title: "exact", cell: ({ exact }) => exact.toFixed(2) },
  ...estimators.map(({ name, relation }) => ({
    title: relation === undefined ? name : `${name} ${relation}`,
    cell: ({ estimates }: EstimatorRecord) => cellText(estimates[name]),
  })),
];

/** The mean with its standard error in brackets: 1.02 (.03). */
function cellText(cell: CellRecord | undefined): string {
  if (cell === undefined) return "";
  if (!("mean" in cell)) return cell.failed ? "failed" : "–";
  const { mean, standardError } = cell;
  return standardError === null
    ? mean.toFixed(2)
    : `${mean.toFixed(2)} (${standardError.toFixed(2).replace(/^0/, "")})`;
}

/** The table as CSV, with one line for each task and estimator. */
export const tableCsv = (rows: readonly EstimatorRow[]): string =>
  csvText(
    rows.map(rowRecord).flatMap(({ task, dimensions, exact, exactError, estimates }) =>
      Object.entries(estimates).map(([estimator, cell]) => {
        const found = "mean" in cell ? cell : undefined;
        return {
          task,
          x_dimensions: dimensions.x,
          z_dimensions: dimensions.z,
          exact,
          exact_standard_error: exactError,
          estimator,
          mean: found?.mean,
          standard_error: found?.standardError ?? undefined,
          error: found?.error,
          reason: "reason" in cell ? cell.reason : undefined,
        };
      })
    ),
  );

/** Prints the table, and stores it in a folder as table.csv, table.json and mi_bench.svg. */
export async function show(
  table: EstimatorTable,
  folder: string,
  output: Output,
): Promise<void> {
  const { estimators, source } = table;
  const rows = table.rows.map(rowRecord);
  output.table(columnsOf(estimators), rows);
  output.say(
    `Means over seeds in nats, with standard errors in brackets; ${source}.\n` +
      "≤ and ≥ mark estimators that are lower and upper bounds on average. " +
      "–: the estimator does not\napply to the task (table.json gives the reason).",
  );
  const files = {
    "table.csv": tableCsv(table.rows),
    "table.json": JSON.stringify({ source, rows }, null, 2) + "\n",
    "mi_bench.svg": chart(table),
  };
  await makeFolder(folder);
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  output.say(Object.keys(files).map((name) => join(folder, name)).join(", "));
}

/**
 * Returns if no estimator failed.
 *
 * @throws {UserError} that names the failed estimators and their tasks
 */
export function requireAll(rows: readonly EstimatorRow[]): void {
  const failures = rows.flatMap(({ task, estimates }) =>
    Object.entries(estimates).flatMap(([estimator, cell]) =>
      !isFound(cell) && cell.failed ? [`${estimator} on ${task} (${cell.reason})`] : []
    )
  );
  if (failures.length > 0) throw new UserError(`no estimate by ${failures.join("; ")}`);
}
