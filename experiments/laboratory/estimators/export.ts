/**
 * Exports samples of tasks as files for estimators in other languages.
 *
 * @module
 */
import { join } from "node:path";
import type { Points } from "../../../lib/information/mod.ts";
import { writeNpz } from "../../formats/npy_writer.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import type { EstimatorTask } from "./task.ts";

/**
 * Writes a self-contained file `NAME.npz` for each task, or `NAME.seed2.npz` and so on for each of
 * several seeds: x and z, float64 [n, dimensions]; mi, the
 * exact information in nats; mi_error, its standard error (0 unless by Monte Carlo); seed, the seed
 * of the sample.
 *
 * @returns the paths
 * @throws {UserError} if one cannot be written
 */
export async function exportSamples(
  tasks: readonly EstimatorTask[],
  { samples, seeds }: { readonly samples: number; readonly seeds: readonly number[] },
  folder: string,
  busy: (what: string) => void,
): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  const files = tasks.flatMap((task) => seeds.map((seed) => ({ task, seed })));
  for (const { task, seed } of files) {
    busy(`${task.name}: ${samples} pairs`);
    const { x, z } = task.draw(samples, seed);
    const { value, standardError } = task.exact();
    const ending = seeds.length === 1 ? "" : `.seed${seed}`;
    const path = join(folder, `${task.name}${ending}.npz`);
    const number = (value: number) => ({ shape: [], data: Float64Array.of(value) });
    await writeFile(
      path,
      writeNpz({
        x: matrix(x),
        z: matrix(z),
        mi: number(value),
        mi_error: number(standardError),
        seed: { shape: [], data: Int32Array.of(seed) },
      }),
    );
    paths.push(path);
  }
  return paths;
}

const matrix = ({ values, dimensions }: Points) => ({
  shape: [values.length / dimensions, dimensions],
  data: values,
});
