/**
 * Echo noise whose scale is a full matrix: S(x) = U(x)·diag(s(x))·V(x). U and V are products of a
 * few reflections, whose directions depend on the image. So the noise is stretched along axes that
 * differ from image to image.
 *
 * Each echo costs a matrix–vector product, one after another: a training step with 99 echoes takes
 * 1.7 times as long as one with 32. But with 32 the clip must be .879 for the same bias of
 * truncation, so 32 dimensions have at least 4.1 nats instead of 1.14.
 *
 * @module
 */

import {
  type Dense,
  dense,
  echoMatrixCode,
  echoMatrixNoise,
  echoMatrixSample,
  initDense,
  type MatrixEncodings,
  matrixScale,
  reshape,
  split,
} from "../../../mod.ts";
import type { LatentKind } from "../latent.ts";
import {
  channelKeys,
  channelOf,
  channelProblem,
  echoLatent,
  type EchoOptions,
  withBias,
} from "./echo.ts";

/** The options of the layer. */
export interface EchoMatrixOptions extends EchoOptions {
  /**
   * The number of reflections in U and in V: 0 leaves S diagonal, latent.size reaches every
   * orthogonal matrix.
   */
  reflections: number;
}

/**
 * The dense layers from the encoder's last hidden layer to the directions of the reflections,
 * reflections · size numbers each.
 */
interface Directions {
  left: Dense;
  right: Dense;
}

/** Echo with a matrix as the scale. */
export const echo_matrix: LatentKind<EchoMatrixOptions> = {
  hasDensity: false,
  keys: (rules) => ({ ...channelKeys(rules), reflections: rules.whole.min(0).default(2) }),
  complete: withBias,
  problem(options, { batch, latent: { size } }) {
    const { reflections } = options;
    if (reflections <= size) return channelProblem(options, batch);
    return `latent.reflections: expected at most latent.size, ${size}, but found ${reflections}`;
  },
  parameters: ({ reflections }, size, width) => 2 * (width + 1) * reflections * size,
  make(options, size, width, batch) {
    const { reflections } = options;
    const channel = channelOf(options, batch);
    return {
      leastRate: -size * Math.log(channel.clip),
      init(key): Directions {
        const [left, right] = split(key).map((key) => initDense(key, width, reflections * size));
        return { left, right };
      },
      ...echoLatent<MatrixEncodings>(options, channel, {
        encodings(own: Directions, mean, logScale, { hidden }) {
          const [left, right] = [own.left, own.right].map((layer) =>
            reshape(dense(layer, hidden), [mean.shape[0], reflections, size])
          );
          return { mean, scale: matrixScale(left, logScale, right, channel) };
        },
        sample: (key, { mean, scale }, channel, pool) =>
          echoMatrixSample(key, mean, scale, channel, pool),
        noise: (key, { mean, scale }, channel) => echoMatrixNoise(key, mean, scale, channel),
        code: (noise, { mean, scale }, channel) => echoMatrixCode(noise, mean, scale, channel),
      }),
    };
  },
};
