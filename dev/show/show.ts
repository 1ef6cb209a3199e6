/**
 * Writes what the READMEs show of the code: text between two markers, and drawings.
 *
 *     deno task show
 *
 * A part of a README that is made here stands between `<!-- show NAME -->` and `<!-- end -->`.
 *
 * @module
 */
import { describeProgram } from "../../kernels/describe.ts";
import { drawings } from "./drawings.ts";
import { exp, mul, type Tensor, tensor } from "../../mod.ts";
import { inspectTensor } from "../../lib/seeing/inspect.ts";
import {
  exampleExpression,
  exampleProgram,
  NAMES,
  seen,
  stridedProgram,
  trainingProgram,
} from "./programs.ts";
import { formulaText } from "../../lib/seeing/formula.ts";
import { graphText } from "../../lib/seeing/graph.ts";
import { sourcesOf, wasmText, wgslText } from "./texts.ts";

/** A block of code in a README. */
const block = (text: string, language = "text"): string => `\`\`\`${language}\n${text}\n\`\`\``;

/** What the markers stand for. */
async function parts(root: URL): Promise<Record<string, string>> {
  const example = exampleProgram(), training = trainingProgram();
  // The gradient of a weight: its last step whose kernel is a product with three stores.
  const update = training.steps.findLast(({ kernel }) =>
    kernel.kind === "matmul" && kernel.stores.length === 3
  )!;
  const names = NAMES.values();
  const updateNames = ["x", "dy", "m", "v", "w", "rate"];
  return {
    graph: block(graphText([exampleExpression()], () => names.next().value!)),
    formula: block(formulaText(example.steps[0].kernel, sourcesOf(NAMES))),
    kernel: block(describeProgram(example)),
    wgsl: block(wgslText(example).trimEnd(), "wgsl"),
    wasm: block(wasmText(example).join("\n")),
    strided: block(formulaText(stridedProgram().steps[0].kernel, sourcesOf(["x"]))),
    training: block(describeProgram(training).split("\n\ninputs")[0]),
    tensors: block(tensorsText(), "ts"),
    seen_graph: block(seen("graph")),
    seen_formula: block(seen("formula")),
    seen_memory: block(seen("memory")),
    seen_costs: block(seen("costs")),
    op: block(await diffOf(root, "op", "lib/nn/activations.ts"), "diff"),
    intrinsic: block(await diffOf(root, "intrinsic", "kernels/numerics.ts"), "diff"),
    term: block(await diffOf(root, "term", "experiments/models/terms/sparsity.ts"), "diff"),
    update: block(formulaText(update.kernel, sourcesOf(updateNames))),
  };
}

/** What an example of dev/extending does to one file. */
async function diffOf(root: URL, example: string, path: string): Promise<string> {
  const text = await Deno.readTextFile(new URL(`dev/extending/${example}.diff`, root));
  const files = text.split(/^(?=--- )/m);
  return files.find((file) => file.includes(`\n+++ b/${path}\n`))!.trimEnd();
}

/** Calls that show tensors, with what a console shows. */
function tensorsText(): string {
  const x = tensor([[1, 2.5], [-4, 1 / 3]]);
  const comment = (x: Tensor) => inspectTensor(x).replaceAll(/^/gm, "// ");
  return [
    'import { exp, mul, tensor } from "@echograd/echograd";\n',
    "const x = tensor([[1, 2.5], [-4, 1 / 3]]);",
    `console.log(x);\n${comment(x)}`,
    `console.log(exp(mul(x, 2)));\n${comment(exp(mul(x, 2)))}`,
  ].join("\n");
}

/** The READMEs with generated parts. */
const PAGES = ["lib/README.md", "kernels/README.md", "experiments/README.md"];

/**
 * All that this script writes, by path from the root: READMEs with their parts as they must be, and
 * drawings.
 */
export async function shown(root: URL): Promise<Map<string, string>> {
  const made = await parts(root);
  const files = drawings();
  for (const path of PAGES) {
    const text = await Deno.readTextFile(new URL(path, root));
    files.set(
      path,
      text.replaceAll(/(<!-- show (\w+) -->\n)[^]*?(<!-- end -->)/g, (_, begin, name, end) => {
        if (!(name in made)) {
          throw new Error(`${path} shows "${name}", which dev/show does not make`);
        }
        return `${begin}\n${made[name]}\n\n${end}`;
      }),
    );
  }
  return files;
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url);
  for (const [path, text] of await shown(root)) await Deno.writeTextFile(new URL(path, root), text);
}
