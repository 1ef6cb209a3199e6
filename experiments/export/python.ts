/**
 * A plan as a PyTorch module: the text of model.py.
 *
 * @module
 */

import { UserError } from "../shell/errors.ts";
import type { EchoPlan, FlowPlan, GaussianPlan, Plan } from "./plan.ts";
import { codeText } from "./python_codes.ts";
import { FLOW, IMPORTS, LOG_NORMAL, MODULES, READER } from "./python_parts.ts";
import type { Sides, Step, Windows } from "./steps.ts";

/**
 * The text of model.py.
 *
 * @param name of the run, for the docstring and messages
 * @throws {UserError} for codes whose scale is a matrix
 */
export function pythonText(plan: Plan, name: string): string {
  const { code, image: [height, width], size } = plan;
  if (code.is === "matrix") {
    throw new UserError(
      `${name} has latent.type "echo_matrix", whose scale is a matrix: --to python writes codes with ` +
        "a log-scale for each dimension; --to safetensors has all weights",
    );
  }
  const lines = [...plan.encoder, ...plan.decoder].map(lineOf);
  const modules = Object.entries(MODULES).filter(([module]) =>
    lines.some((line) => line.startsWith(`${module}(`))
  );
  const hasFlow = plan.prior.type === "maf" || (code.is === "gaussian" && code.flow !== undefined);
  const blocks = [
    `${docText(name, height * width, size)}\n\n${IMPORTS}`,
    `PIXELS = ${height * width}  # ${height} rows of ${width}\nLATENT = ${size}`,
    READER,
    ...modules.map(([, text]) => text),
    ...hasFlow ? [FLOW] : [],
    ...isEstimated(plan, code) ? [LOG_NORMAL] : [],
    modelText(plan, code),
    LOAD,
  ];
  return blocks.map((block) => block.trim()).join("\n\n\n") + "\n";
}

/** Whether the rate is estimated by densities of codes. */
const isEstimated = ({ prior }: Plan, code: EchoPlan | GaussianPlan): boolean =>
  code.is === "gaussian" && (code.flow !== undefined || prior.type !== "standard");

const docText = (name: string, pixels: number, size: number): string =>
  `"""${name.replace(/["\\]/g, "_")}, an autoencoder trained by echograd. It needs torch alone.

    import torch
    from model import load
    model = load("weights.safetensors")
    with torch.no_grad():
        codes = model.codes(images)  # [n, ${size}] with noise; images [n, ${pixels}] in [0, 1]
        pixels = model.decode(codes).sigmoid()  # decode gives logits
"""`;

const LOAD = `
def load(path):
    """The model with the weights in a file."""
    model = Model()
    model.load_state_dict(read_safetensors(path))
    return model.eval()`;

/** The class of the model. Its submodules have the names that their weights have in the file. */
function modelText(plan: Plan, code: EchoPlan | GaussianPlan): string {
  const { encoder, decoder, width, size, prior } = plan;
  const pixels = decoder.find(({ name }) => name === "pixels");
  const parts = [
    `self.encoder = ${stackText(encoder)}`,
    `self.mean = nn.Linear(${width}, LATENT)`,
    `self.scale = nn.Linear(${width}, LATENT)`,
    `self.decoder = ${stackText(decoder.filter((step) => step !== pixels))}`,
  ];
  if (pixels !== undefined) parts.push(`self.pixels = ${lineOf(pixels)}`);
  if (code.is === "gaussian" && code.flow !== undefined) {
    parts.push(`self.latent = ${flowText(code.flow, size)}`);
  }
  if (prior.type === "maf") parts.push(`self.prior = ${flowText(prior.flow, size)}`);
  if (prior.type === "vamp") {
    const inputs = `torch.zeros(${prior.inputs}, PIXELS)`;
    parts.push(`self.prior = nn.ParameterDict({"inputs": ${inputs}})`);
  }
  return `
class Model(nn.Module):
    def __init__(self):
        super().__init__()
${parts.map((part) => `        ${part}`).join("\n")}

${codeText(code, prior)}

    def decode(self, codes):
        """The logits of pixels, [n, PIXELS], from codes [n, LATENT]; their sigmoid is the image."""
        return ${
    pixels === undefined ? "self.decoder(codes)" : "self.pixels(self.decoder(codes))"
  }`;
}

/** A flow: a stack for each step. */
function flowText(
  { steps, hidden, shiftOnly, reverse, activation, context }: FlowPlan,
  size: number,
) {
  const widths = [context + size, ...hidden, (shiftOnly ? 1 : 2) * size];
  const layers = widths.slice(1).flatMap((outputs, i): Step[] => {
    const dense: Step = { does: "dense", name: `step.${i}`, inputs: widths[i], outputs };
    if (i === hidden.length || activation === "linear") return [dense];
    return [dense, { does: "activation", name: `step.${i}_${activation}`, of: activation }];
  });
  const step = stackText(layers, 12);
  return `Flow(\n            (${step} for _ in range(${steps})),\n            reverse=${
    reverse ? "True" : "False"
  },\n        )`;
}

/** A stack of modules. */
function stackText(steps: readonly Step[], indent = 8): string {
  if (steps.length === 0) return "nn.Sequential()";
  const space = " ".repeat(indent);
  const lines = steps.map((step) => {
    const own = step.name.slice(step.name.indexOf(".") + 1);
    return `${space}    ("${own}", ${lineOf(step)}),`;
  });
  return `nn.Sequential(OrderedDict([\n${lines.join("\n")}\n${space}]))`;
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
    case "conv":
      return `Conv(${step.inputs}, ${step.outputs}, ${windowText(step.windows, "pad")})`;
    case "convTranspose": {
      const windows = windowText(step.windows, "cut");
      return `ConvTranspose(${step.inputs}, ${step.outputs}, ${windows}, more=${tuple(step.more)})`;
    }
    case "pool":
      return `${step.of === "max" ? "MaxPool" : "MeanPool"}(${windowText(step.windows, "pad")})`;
    case "layerNorm":
      return step.shape.length === 3
        ? `ChannelNorm(${step.shape[2]})`
        : `nn.LayerNorm(${step.shape.at(-1)})`;
    case "view":
      return `View(${tuple(step.from)}, ${tuple(step.to)})`;
  }
}

const windowText = ({ window, stride, padding }: Windows, sides: "pad" | "cut"): string =>
  `${tuple(window)}, stride=${tuple(stride)}, ${sides}=${sidesText(padding)}`;

/** In the order of torch.nn.functional.pad. */
const sidesText = ({ top, bottom, left, right }: Sides): string =>
  tuple([left, right, top, bottom]);
