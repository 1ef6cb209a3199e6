/**
 * InfoNCE and leave-one-out with the known density of the channel: the information lies between
 * them.
 *
 * @module
 */
import { expandDims, jit, mean, type Tensor, tensor } from "../../../mod.ts";
import { gaussianLogDensity } from "../../../lib/densities/mod.ts";
import { infoNceBound, leaveOneOutBound } from "../../../lib/information/mod.ts";
import { measured } from "../statistics/measured.ts";
import { gaussVector } from "./channels.ts";
import { draw } from "./draws.ts";
import type { Finding } from "./row.ts";
import type { Suite } from "./suite.ts";

/** The number of codes in a contrast. */
const COUNT = 256;

/** The findings of this section. */
export async function* bounds({ draws: n, sampler, seed }: Suite): AsyncGenerator<Finding> {
  const s = 0.5;
  for (const dimensions of [1, 2, 4]) {
    const { encode, echoes, name, information } = gaussVector(dimensions, s);
    const times = Math.ceil(n / COUNT);
    const draws = await draw(encode, { sampler, seed, n: times * COUNT, batch: echoes + 1 });
    const logVariance = tensor(new Array<number>(dimensions).fill(2 * Math.log(s)));
    const both = jit((z: Tensor, f: Tensor) => {
      const logDensities = gaussianLogDensity(expandDims(z, 1), f, logVariance);
      return [mean(infoNceBound(logDensities)), mean(leaveOneOutBound(logDensities))];
    });
    const below: number[] = [], above: number[] = [];
    for (let i = 0; i < times; i++) {
      const rows = (of: Float64Array) =>
        tensor(of.slice(i * COUNT * dimensions, (i + 1) * COUNT * dimensions), {
          shape: [COUNT, dimensions],
        });
      const [low, high] = both(rows(draws.z), rows(draws.mean));
      below.push(await low.item());
      above.push(await high.item());
    }
    const found = [
      { by: "InfoNCE", relation: "≤", values: below },
      { by: "leave-one-out", relation: "≥", values: above },
    ] as const;
    for (const { by, relation, values } of found) {
      yield {
        section: "bounds",
        channel: name,
        rate: information,
        formula: measured(draws.rate),
        by: `${by}, K = ${COUNT}`,
        relation,
        estimate: measured(values),
      };
    }
  }
}
