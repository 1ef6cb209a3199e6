/**
 * The inputs of the convolutional networks: parameters, images and noise, the same on every
 * machine.
 *
 * @module
 */

import { join } from "node:path";
import { writeFile } from "../shell/files.ts";
import { type Fixture, mulberry32 } from "./fixture.ts";
import { biasesOf, layersOf, type Network, weightsOf } from "./networks.ts";

/**
 * The inputs of a step: images of 0 and 1 in blocks, and parameters as Glorot and Bengio have them.
 */
export function networkFixture(network: Network, batch: number): Fixture {
  const uniform = mulberry32(12345);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const params = layersOf(network).flatMap((placed) => {
    const weights = weightsOf(placed);
    const size = weights.reduce((n, d) => n * d);
    const [inputs, outputs] = weights.slice(-2);
    const limit = Math.sqrt(6 / ((inputs + outputs) * size / (inputs * outputs)));
    return [
      ...Array.from({ length: size }, () => (2 * uniform() - 1) * limit),
      ...Array(biasesOf(placed)).fill(0),
    ];
  });
  const draw = (count: number, next: () => number) =>
    Float32Array.from({ length: count }, () => next());
  return {
    params: Float32Array.from(params),
    images: draw(batch * network.size ** 2, () => uniform() < 0.2 ? 1 : 0),
    noise: draw(batch * network.latent, normal),
  };
}

/** Writes the inputs, for contestants of other languages. */
export async function writeNetworkFixture(
  folder: string,
  network: Network,
  batch: number,
): Promise<void> {
  for (const [name, data] of Object.entries(networkFixture(network, batch))) {
    await writeFile(join(folder, `${name}.f32`), new Uint8Array(data.buffer));
  }
}
