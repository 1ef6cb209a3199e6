/**
 * What is exported of a trained model: its networks as steps, its codes as formulas, and its
 * weights.
 *
 * @module
 */

import type { Dense } from "../../mod.ts";
import type { FlowParams } from "../../lib/densities/mod.ts";
import type { PriorConfig } from "../models/architecture.ts";
import type { FlowConfig } from "../models/flows.ts";
import { elementsOf } from "../models/layer.ts";
import type { Params } from "../models/model.ts";
import { networksOf } from "../models/networks.ts";
import { UserError } from "../shell/errors.ts";
import type { StoredConfig as Config, Weights as Trained } from "../trained/weights.ts";
import { addFlow } from "./masked.ts";
import {
  addDense,
  addNetwork,
  arrayOf,
  rowStep,
  type Step,
  stepsOf,
  type Weights,
} from "./steps.ts";

/** Echo: the mean is gain · f(h / divisor), and log S = log σ(h + shift) + logClip. */
export interface EchoPlan {
  readonly is: "echo";
  readonly mean: "tanh" | "linear";
  readonly divisor: number;
  /** The bound of a linear mean, before the gain. */
  readonly bound: number;
  readonly gain: number;
  readonly shift: number;
  readonly logClip: number;
  readonly dMax: number;
  readonly withReplacement: boolean;
  readonly centred: boolean;
  /** Whether the decoder takes e^code. */
  readonly exponential: boolean;
}

/** A Gaussian: the heads are the mean and log σ². */
export interface GaussianPlan {
  readonly is: "gaussian";
  readonly exponential: boolean;
  /** The flow from the Gaussian to the code, if there is one. */
  readonly flow?: FlowPlan;
}

/** A flow. */
export interface FlowPlan extends FlowConfig {
  /** The number of inputs from the encoder's last layer. */
  readonly context: number;
}

/** Codes whose scale is a matrix. */
export interface MatrixPlan {
  readonly is: "matrix";
}

/** A prior. */
export type PriorPlan =
  | { readonly type: "standard" }
  | { readonly type: "maf"; readonly flow: FlowPlan }
  | { readonly type: "vamp"; readonly inputs: number; readonly legacy: boolean };

/** What is exported of a model. */
export interface Plan {
  /** The height and width of an image. */
  readonly image: readonly [height: number, width: number];
  /** The dimensions of a code. */
  readonly size: number;
  /** The width of the input of the heads. */
  readonly width: number;
  readonly encoder: readonly Step[];
  /** From a code to logits, [pixels]. */
  readonly decoder: readonly Step[];
  readonly code: EchoPlan | GaussianPlan | MatrixPlan;
  readonly prior: PriorPlan;
  readonly weights: Weights;
}

/**
 * The plan of a trained model.
 *
 * @throws {UserError} for a layer, a latent layer or a prior that only this library has
 */
export async function planOf({ config, imageSize, model, params }: Trained): Promise<Plan> {
  const { latent: { size }, prior } = config;
  const networks = networksOf(config, imageSize), { width } = networks;
  const [height, columns] = imageSize, pixels = height * columns;
  const image = [height, columns, 1];
  const toCode = stepsOf(config.encoder, networks.encoder, "encoder", pixels, image);
  const fromCode = stepsOf(config.decoder, networks.decoder, "decoder", size, [size]);
  const last: Step[] = networks.pixels === undefined
    ? []
    : [{ does: "dense", name: "pixels", inputs: elementsOf(fromCode.shape), outputs: pixels }];

  return {
    ...{ image: imageSize, size, width },
    encoder: [...toCode.steps, ...rowStep("encoder", toCode.shape)],
    decoder: [...fromCode.steps, ...rowStep("decoder", fromCode.shape), ...last],
    code: codeOf({ config, model }, width),
    prior: priorOf(prior),
    weights: await weightsOf(config, params, width),
  };
}

/** The weights by name, without those that only training needs. */
async function weightsOf({ latent, prior }: Config, params: Params, width: number) {
  const weights: Weights = new Map();
  await addNetwork(weights, "encoder", params.encoder);
  await addDense(weights, "mean", params.mean);
  await addDense(weights, "scale", params.scale);
  await addNetwork(weights, "decoder", params.decoder);
  if (params.pixels !== undefined) {
    const { w, b } = params.pixels;
    await addDense(weights, "pixels", { w, b });
  }
  if (latent.type === "iaf") {
    const context = latent.context ? width : 0;
    await addFlow(weights, "latent", latent, params.latent as FlowParams, latent.size, context);
  }
  if (latent.type === "echo_matrix" && latent.reflections > 0) {
    const { left, right } = params.latent as { left: Dense; right: Dense };
    await addDense(weights, "latent.left", left);
    await addDense(weights, "latent.right", right);
  }
  if (prior.type === "maf") {
    await addFlow(weights, "prior", prior, params.prior as FlowParams, latent.size);
  }
  if (prior.type === "vamp") {
    const { inputs } = params.prior as { inputs: Dense["w"] };
    weights.set("prior.inputs", await arrayOf(inputs));
  }
  return weights;
}

const odd = (key: string, { type }: { readonly type: string }): UserError =>
  new UserError(`${key}.type "${type}" cannot be exported: it is in this library only`);

function priorOf(prior: PriorConfig): PriorPlan {
  switch (prior.type) {
    case "maf":
      return { type: "maf", flow: { ...prior, context: 0 } };
    case "vamp":
    case "standard":
      return prior;
    default:
      throw odd("prior", prior);
  }
}

function codeOf(
  { config: { latent }, model }: Pick<Trained, "config" | "model">,
  width: number,
): Plan["code"] {
  switch (latent.type) {
    case "echo": {
      const { mean, divisor, gain, startScale, multiplicative } = latent;
      const { clip, meanClip, dMax, sampling, centred } = model.latent.channel!;
      return {
        is: "echo",
        ...{ mean, divisor, centred, dMax },
        bound: meanClip,
        gain: multiplicative ? 1 : gain,
        shift: Math.log(startScale / (1 - startScale)),
        logClip: Math.log(clip),
        withReplacement: sampling === "withReplacement",
        exponential: multiplicative,
      };
    }
    case "echo_matrix":
      return { is: "matrix" };
    case "iaf": {
      const flow = { ...latent, context: latent.context ? width : 0 };
      return { is: "gaussian", exponential: false, flow };
    }
    case "gaussian":
    case "multiplicative":
      return { is: "gaussian", exponential: latent.type === "multiplicative" };
    default:
      throw odd("latent", latent);
  }
}
