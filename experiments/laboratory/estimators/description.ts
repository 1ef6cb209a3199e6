/**
 * The list of tasks that `--list` prints.
 *
 * @module
 */
import type { Column } from "../../shell/table.ts";
import type { EstimatorTask, Exact } from "./task.ts";

/** A task as `--list --json` prints it. */
type TaskRecord = Omit<EstimatorTask, "exact" | "draw"> & Omit<Exact, "value"> & {
  readonly nats: number;
};

/** The record of a task. */
export function taskRecord(
  { name, dimensions, exact, isContinuous, description }: EstimatorTask,
): TaskRecord {
  const { value, ...rest } = exact();
  return { name, dimensions, nats: value, ...rest, isContinuous, description };
}

/** The columns of the list. */
export const DESCRIPTION: readonly Column<TaskRecord>[] = [
  { title: "task", left: true, cell: ({ name }) => name },
  { title: "x", cell: ({ dimensions }) => `${dimensions.x}-D` },
  { title: "z", cell: ({ dimensions }) => `${dimensions.z}-D` },
  {
    title: "nats",
    cell: ({ nats, standardError }) =>
      nats.toFixed(4) + (standardError === 0 ? "" : ` ± ${standardError.toFixed(4)}`),
  },
  { title: "formula", left: true, cell: ({ by }) => by },
  { title: "pairs", left: true, cell: ({ description }) => description },
];
