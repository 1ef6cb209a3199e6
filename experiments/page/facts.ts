/**
 * What the build puts into the page beside the images.
 *
 * @module
 */

import type { DataDigest } from "../data/digest.ts";

/** A point of the shipped sweep: the mean over seeds, in nats per image. */
export interface CurvePoint {
  beta: number;
  rate: number;
  distortion: number;
}

/** The facts. */
export interface Facts {
  /** The number of test images, which are the last ones of the file of images. */
  tests: number;
  /** The digest of the images, as a checkpoint of the runner keeps it. */
  digest: DataDigest;
  /** The curves of the shipped sweep by config. */
  curves: Record<"echo" | "vae", CurvePoint[]>;
}

/** The curves of a table such as dev/figures/rate_distortion.csv. */
export function curvesOf(csv: string): Facts["curves"] {
  const [head, ...lines] = csv.trim().split("\n").map((line) => line.split(","));
  const rows = lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])));
  const curve = (config: string) => {
    const own = rows.filter((row) => row.config === config);
    return [...Map.groupBy(own, ({ beta }) => Number(beta))].map(([beta, seeds]): CurvePoint => {
      const mean = (name: string) =>
        +(seeds.reduce((sum, row) => sum + Number(row[name]), 0) / seeds.length).toFixed(3);
      return { beta, rate: mean("rate"), distortion: mean("distortion") };
    }).sort((a, b) => a.beta - b.beta);
  };
  return { echo: curve("echo"), vae: curve("vae") };
}
