/**
 * The estimates of the user's samples: a table, the estimators that do not apply, and what so many
 * pairs can show.
 *
 * @module
 */
import { UserError } from "../../shell/errors.ts";
import type { Output } from "../../shell/output.ts";
import type { Column } from "../../shell/table.ts";
import type { OwnResult } from "./estimators.ts";
import type { Pairs } from "./pairs.ts";

/** An estimate as `--json` prints it. */
interface OwnRecord {
  readonly estimator: string;
  readonly nats: number;
  readonly standardError: number;
  readonly bound?: "lower";
  readonly says: string;
}

const COLUMNS: readonly Column<OwnRecord>[] = [
  { title: "estimator", left: true, cell: ({ estimator }) => estimator },
  { title: "nats", cell: ({ nats, bound }) => (bound === undefined ? "" : "≥ ") + nats.toFixed(3) },
  { title: "±", cell: ({ standardError }) => standardError.toFixed(3) },
  { title: "what it is", left: true, cell: ({ says }) => says },
];

/**
 * Prints the results.
 *
 * @throws {UserError} if no estimator applies
 */
export function reportOwn(
  { x, z, n }: Pairs,
  results: readonly OwnResult[],
  limit: string,
  output: Output,
): void {
  const records = results.flatMap((result): OwnRecord[] => {
    if (!("estimate" in result)) return [];
    const { estimator: { name, relation, says }, estimate } = result;
    return [{
      estimator: name,
      nats: estimate.value,
      standardError: estimate.standardError,
      ...(relation === undefined ? {} : { bound: "lower" as const }),
      says,
    }];
  });
  const others = results.flatMap((result) =>
    "reason" in result ? [{ estimator: result.estimator.name, reason: result.reason }] : []
  );
  if (records.length === 0) {
    const reasons = others.map(({ estimator, reason }) => `${estimator}: ${reason}`).join("; ");
    throw new UserError(`no estimator applies: ${reasons}`);
  }
  output.say(`${n} pairs, x of ${x.dimensions} and z of ${z.dimensions} columns`);
  output.table(COLUMNS, records);
  for (const other of others) {
    output.record(other, `${other.estimator} does not apply: ${other.reason}.`);
  }
  output.record(
    { pairs: n, xColumns: x.dimensions, zColumns: z.dimensions, mostNats: Math.log(n), limit },
    `\n${limit}\nStandard errors are those that the draws bring; a bias is not part of them.`,
  );
}
