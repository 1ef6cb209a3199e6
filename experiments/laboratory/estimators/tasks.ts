/**
 * All tasks: information from 0.1 to 40 nats in 1 to 32 dimensions.
 *
 * @module
 */
import {
  beta,
  cauchy,
  correlated,
  dirichlet,
  fading,
  gamma,
  gaussian,
  matrix,
  uniform,
} from "./closed_forms.ts";
import { beyondNormal } from "./beyond_normal.ts";
import { mapped } from "./maps.ts";
import { network, tanhLayer, tanhScalar } from "./nonlinear.ts";
import { type EstimatorTask, taskOf } from "./task.ts";

let tasks: readonly EstimatorTask[] | undefined;

/** All tasks in the order of the table. The first call makes them. */
export const allTasks = (): readonly EstimatorTask[] => tasks ??= make();

function make(): EstimatorTask[] {
  const gaussian1 = taskOf(gaussian(1, 1)), gaussian8 = taskOf(gaussian(8, 2));
  const cauchy4 = taskOf(cauchy(1), 4);
  return [
    taskOf(gaussian(1, 0.1)),
    gaussian1,
    taskOf(gaussian(1, 4)),
    gaussian8,
    taskOf(gaussian(32, 10)),
    taskOf(gaussian(32, 40)),
    taskOf(correlated(8, 4)),
    taskOf(matrix(16, 8)),
    taskOf(fading(0.5), 4),
    taskOf(cauchy(1)),
    cauchy4,
    taskOf(uniform(10)),
    taskOf(uniform(2), 8),
    taskOf(beta(0.5)),
    taskOf(beta(1), 16),
    taskOf(dirichlet(3, 1.5)),
    taskOf(dirichlet(16, 2)),
    taskOf(gamma(1)),
    taskOf(gamma(0.5), 10),
    taskOf(tanhScalar),
    taskOf(tanhLayer(8)),
    taskOf(network(16, 8, { bias: 2, rounded: 3.7 })),
    taskOf(network(24, 16, { bias: 0, rounded: 17.1 })),
    mapped(gaussian1, "halfcube"),
    mapped(gaussian1, "wiggly"),
    mapped(cauchy4, "asinh"),
    mapped(gaussian8, "rotated"),
    mapped(gaussian8, "flow"),
    ...beyondNormal(),
  ];
}
