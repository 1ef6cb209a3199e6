/**
 * Samples of tasks as files that estimators in other languages read.
 *
 * @module
 */
import { join } from "node:path";
import type { Points } from "../../../mod.ts";
import { writeNpz } from "../../formats/npy_writer.ts";
import { makeFolder, writeFile } from "../../shell/files.ts";
import type { EstimatorTask } from "./task.ts";

/**
 * Writes an npz file for each task, `NAME.npz`: x [n, dimensions] and z [n, dimensions], float64; mi, the exact information in
 * nats, and mi_error, its standard error (0 but for Monte Carlo); seed, which the sample follows from. A file tells of itself.
 *
 * @returns the paths.
 * @throws {UserError} if one cannot be written
 */
export async function exportSamples(
  tasks: readonly EstimatorTask[],
  { samples, seed }: { readonly samples: number; readonly seed: number },
  folder: string,
  busy: (what: string) => void,
): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  for (const task of tasks) {
    busy(`${task.name}: ${samples} pairs`);
    const { x, z } = task.draw(samples, seed);
    const { nats, standardError } = task.exact();
    const path = join(folder, `${task.name}.npz`);
    const number = (value: number) => ({ shape: [], data: Float64Array.of(value) });
    await writeFile(
      path,
      writeNpz({
        x: matrix(x),
        z: matrix(z),
        mi: number(nats),
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
