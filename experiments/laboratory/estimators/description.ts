/**
 * What `--list` says of tasks.
 *
 * @module
 */
import type { Column } from "../../shell/table.ts";
import type { EstimatorTask, Exact } from "./task.ts";

/** A task in numbers and words. */
export type Described = Omit<EstimatorTask, "exact" | "draw"> & Exact;

/** What there is to say of a task. */
export const described = (
  { name, dimensions, exact, isContinuous, description }: EstimatorTask,
): Described => ({ name, dimensions, ...exact(), isContinuous, description });

/** The columns of the list. */
export const DESCRIPTION: readonly Column<Described>[] = [
  { title: "task", left: true, cell: ({ name }) => name },
  { title: "x", cell: ({ dimensions }) => `${dimensions.x}-D` },
  { title: "z", cell: ({ dimensions }) => `${dimensions.z}-D` },
  {
    title: "nats",
    cell: ({ nats, standardError }) =>
      nats.toFixed(4) + (standardError === 0 ? "" : ` ± ${standardError.toFixed(4)}`),
  },
  { title: "which is", left: true, cell: ({ by }) => by },
  { title: "pairs", left: true, cell: ({ description }) => description },
];
