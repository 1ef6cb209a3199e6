/**
 * A plan as a PyTorch module.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import { CODES, HEAD, MODULES } from "./python_parts.ts";
import type { EchoPlan, GaussianPlan, Plan } from "./plan.ts";
import type { Sides, Step, Windows } from "./steps.ts";

/**
 * The text of model.py.
 *
 * @param name of the run, for the docstring and messages
 * @throws {UserError} for a latent layer or a prior that the module does not have
 */
export function pythonText(plan: Plan, name: string): string {
  const code = simpleCode(plan, name);
  const steps = [...plan.encoder, ...plan.decoder];
  const { image: [height, width], size } = plan;
  const used = Object.entries(MODULES).filter(([module]) =>
    steps.some((step) => lineOf(step).includes(`${module}(`))
  );
  return `"""${name.replace(/["\\]/g, "_")}, an autoencoder trained by echograd.

    import torch
    from model import load
    model = load("weights.safetensors")
    with torch.no_grad():
        mean, log_scale = model.encode(images)  # images [n, ${
    height * width
  }] with values in [0, 1]
        codes = model.codes(images)  # [n, ${size}], with noise
        pixels = model.decode(codes).sigmoid()  # decode gives logits

It needs torch alone.
"""
${HEAD}

PIXELS = ${height * width}  # ${height} x ${width}
LATENT = ${size}

${used.map(([, text]) => `\n${text}\n`).join("\n")}
class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = ${stackText(plan.encoder)}
        self.mean = nn.Linear(${plan.width}, LATENT)
        self.scale = nn.Linear(${plan.width}, LATENT)
        self.decoder = ${stackText(plan.decoder.filter((step) => step.name !== "pixels"))}
${
    plan.decoder.filter(({ name }) => name === "pixels").map((step) =>
      `        self.pixels = ${lineOf(step)}\n`
    ).join("")
  }
${codeText(plan, code)}

def load(path):
    """The model with the weights in a file."""
    model = Model()
    model.load_state_dict(read_safetensors(path))
    return model.eval()
`;
}

/** Refuses what the module does not have. */
function simpleCode({ code, prior }: Plan, name: string): EchoPlan | GaussianPlan {
  const has = "--to python writes echo, gaussian and multiplicative codes under a standard prior; ";
  const others = "--to safetensors has all weights";
  if (code.is === "matrix") {
    throw new UserError(
      `${name} has latent.type "echo_matrix", whose scale is a matrix: ${has}${others}`,
    );
  }
  const onnx = ", and --to onnx the encoder and the decoder";
  if (code.is === "gaussian" && code.flow !== undefined) {
    throw new UserError(`${name} has latent.type "iaf", a flow: ${has}${others}${onnx}`);
  }
  if (prior !== "standard") {
    throw new UserError(`${name} has prior.type "${prior}": ${has}${others}${onnx}`);
  }
  return code;
}

/** A stack of modules; each has the name that its weights have in the file. */
function stackText(steps: readonly Step[]): string {
  if (steps.length === 0) return "nn.Sequential()";
  const lines = steps.map((step) => {
    const own = step.name.replace(/^\w+\./, "");
    return `            ("${own}", ${lineOf(step)}),`;
  });
  return `nn.Sequential(OrderedDict([\n${lines.join("\n")}\n        ]))`;
}

const ACTIVATIONS = { softplus: "nn.Softplus()", relu: "nn.ReLU()", tanh: "nn.Tanh()" } as const;

const tuple = (numbers: readonly number[]): string =>
  numbers.length === 1 ? `(${numbers[0]},)` : `(${numbers.join(", ")})`;

/** The module of a step. */
function lineOf(step: Step): string {
  switch (step.does) {
    case "dense":
      return `nn.Linear(${step.inputs}, ${step.outputs})`;
    case "activation":
      return ACTIVATIONS[step.of];
    case "conv": {
      const { inputs, outputs, windows } = step;
      return `Conv(${inputs}, ${outputs}, ${windowText(windows)})`;
    }
    case "convTranspose": {
      const { inputs, outputs, windows, more } = step;
      const { window, stride, padding } = windows;
      const sides = sidesText(padding);
      return `ConvTranspose(${inputs}, ${outputs}, ${tuple(window)}, stride=${tuple(stride)}, ` +
        `output_padding=${tuple(more)}, cut=${sides})`;
    }
    case "pool":
      return `${step.of === "max" ? "MaxPool" : "MeanPool"}(${windowText(step.windows)})`;
    case "layerNorm":
      return step.shape.length === 3
        ? `ChannelNorm(${step.shape[2]})`
        : `nn.LayerNorm(${step.shape.at(-1)})`;
    case "view":
      return `View(${tuple(step.from)}, ${tuple(step.to)})`;
  }
}

const windowText = ({ window, stride, padding }: Windows): string =>
  `${tuple(window)}, stride=${tuple(stride)}, pad=${sidesText(padding)}`;

/** In the order of torch.nn.functional.pad. */
const sidesText = ({ top, bottom, left, right }: Sides): string =>
  tuple([left, right, top, bottom]);

/** The methods that encode, draw codes and decode. */
function codeText(plan: Plan, code: EchoPlan | GaussianPlan): string {
  const hasPixels = plan.decoder.some(({ name }) => name === "pixels");
  const decode = hasPixels ? "self.pixels(self.decoder(codes))" : "self.decoder(codes)";
  const decoding = `    def decode(self, codes):
        """The logits of pixels [n, PIXELS] from codes [n, LATENT]; their sigmoid is the image."""
        return ${decode}
`;
  const taken = (z: string) => code.exponential ? `(${z}).exp()` : z;
  if (code.is === "gaussian") return CODES.gaussian(taken) + decoding;
  const { mean, divisor, bound, gain, shift, logClip, dMax } = code;
  const divided = divisor === 1 ? "self.mean(hidden)" : `(self.mean(hidden) / ${divisor})`;
  const f = mean === "tanh" ? `${divided}.tanh()` : divided;
  const bounded = bound === Infinity ? f : `${f}.clamp(${-bound}, ${bound})`;
  return CODES.echo({
    mean: gain === 1 ? bounded : `${gain} * ${bounded}`,
    logScale: `F.logsigmoid(self.scale(hidden) + ${shift}) + ${logClip}`,
    order: code.withReplacement
      ? `torch.randint(n, (n, ${dMax}))`
      : `torch.rand(n, n).fill_diagonal_(2).argsort(1)[:, : min(${dMax}, n - 1)]`,
    means: code.centred ? "(mean - mean.mean(0))" : "mean",
    taken,
  }) + decoding;
}
