/**
 * Tasks of the benchmark BMI, under its names: Czyż, Grabowski, Vogt, Beerenwinkel and Marx ("Beyond
 * normal: on the evaluation of mutual information estimators", NeurIPS 2023). Distributions and
 * maps are theirs; the draws are of this library.
 *
 * @module
 */
import { mappedBy, MAPS, NORMAL_CDF, spiral, SWISS_ROLL } from "./maps.ts";
import { additive, correlatedPairs, equicorrelated, student, taskOfPairs } from "./pair_laws.ts";
import type { EstimatorTask } from "./task.ts";

/** The tasks. */
export function beyondNormal(): EstimatorTask[] {
  const normal = taskOfPairs(correlatedPairs("1v1-normal-0.75", 1, [0.75]));
  const uniform = mappedBy(normal, {
    name: `normal_cdf-${normal.name}`,
    says: "Φ of each",
    ofX: NORMAL_CDF,
    ofZ: NORMAL_CDF,
  });
  const cauchy = taskOfPairs(student("student-identity-1-1-1", 1, 1));
  const sparse = (d: number) =>
    taskOfPairs(correlatedPairs(`multinormal-sparse-${d}-${d}-2-2.0`, d, [0.8, 0.8]));
  const asinh = MAPS.asinh(1, 1);
  return [
    normal,
    uniform,
    mappedBy(uniform, {
      name: `swissroll_x-${uniform.name}`,
      says: "x rolled up in a plane",
      ofX: SWISS_ROLL,
    }),
    taskOfPairs(additive("1v1-additive-0.1", 0.1)),
    taskOfPairs(additive("1v1-additive-0.75", 0.75)),
    cauchy,
    mappedBy(cauchy, {
      name: `asinh-${cauchy.name}`,
      says: "asinh of each",
      ofX: asinh,
      ofZ: asinh,
    }),
    taskOfPairs(student("student-identity-3-3-2", 3, 2)),
    taskOfPairs(student("student-identity-5-5-2", 5, 2)),
    taskOfPairs(equicorrelated("multinormal-dense-5-5-0.5", 5, 0.5)),
    sparse(5),
    mappedBy(sparse(3), {
      name: `spiral-${sparse(3).name}`,
      says: "each turned by its squared length/3",
      ofX: spiral(0, 1, 1 / 3),
      ofZ: spiral(1, 2, 1 / 3),
    }),
  ];
}
