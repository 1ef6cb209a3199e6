/**
 * Echo noise with a full matrix for a scale: S(x) = U(x)·diag(s(x))·V(x), where U and V are products of a few reflections along
 * directions that depend on the image. Noise is then stretched along axes of the image's own, not those of the code.
 *
 * Every echo costs a product of a matrix and a vector after the one before it, so `dMax` is best no larger than it need be: at the
 * clip that 99 echoes are solved to, 32 lose 1.6e-6 nats per dimension.
 *
 * @module
 */

import { z } from "zod";
import {
  type Dense,
  dense,
  echoMatrixNoise,
  echoMatrixSample,
  initDense,
  type MatrixEncodings,
  matrixScale,
  reshape,
  split,
} from "../../../mod.ts";
import type { LatentKind } from "../latent.ts";
import { channelKeys, channelOf, channelProblem, echoLatent, type EchoOptions } from "./echo.ts";

/** What a config may say of it. */
export interface EchoMatrixOptions extends EchoOptions {
  /** Factors of U and of V; as many as the code has dimensions reach every orthogonal matrix, and none leave S diagonal. */
  reflections: number;
}

/** What the directions of the reflections are computed by, of the encoder's last hidden layer: reflections · size numbers. */
interface Directions {
  left: Dense;
  right: Dense;
}

/** See above. */
export const echo_matrix: LatentKind<EchoMatrixOptions> = {
  hasDensity: false,
  keys: { ...channelKeys, reflections: z.int().min(0).default(2) },
  problem(options, { latent: { size } }) {
    const { reflections } = options;
    if (reflections <= size) return channelProblem(options);
    return `latent.reflections: expected at most latent.size, ${size}, but found ${reflections}`;
  },
  make(options, size, width) {
    const { reflections } = options;
    const channel = channelOf(options);
    return {
      init(key): Directions {
        const [left, right] = split(key).map((key) => initDense(key, width, reflections * size));
        return { left, right };
      },
      ...echoLatent<MatrixEncodings>(options, {
        encodings(own: Directions, mean, logScale, { hidden }) {
          const [left, right] = [own.left, own.right].map((layer) =>
            reshape(dense(layer, hidden), [mean.shape[0], reflections, size])
          );
          return { mean, scale: matrixScale(left, logScale, right, channel) };
        },
        sample: (key, { mean, scale }, channel, pool) =>
          echoMatrixSample(key, mean, scale, channel, pool),
        noise: (key, { mean, scale }, channel) => echoMatrixNoise(key, mean, scale, channel),
      }),
    };
  },
};
