/**
 * Checks the package as its users get it. `deno pack` makes an npm package; Node installs it,
 * imports all its entry points and runs a program with them. Chromium, where it is, runs a bundle of
 * the program. They must print what Deno prints.
 *
 * @module
 */
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };
import { key, zeros } from "../mod.ts";
import { readArrays } from "../lib/moving.ts";
import { parseConfig } from "../experiments/config/schema.ts";
import { encodeSealed } from "../experiments/formats/seal.ts";
import { makeModel } from "../experiments/models/model.ts";

const root = new URL("..", import.meta.url);

/** Exits with a sentence. */
function fail(message: string): never {
  console.error(`error: ${message}`);
  Deno.exit(1);
}

/** The output of a command; exits with a sentence if it fails. */
async function outputOf(command: string, args: string[], cwd?: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args, cwd }).output();
  const text = new TextDecoder();
  if (!success) fail(`${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout).trim();
}

/**
 * Some steps of Adam, on two threads where there are threads, whose last loss is printed; and a
 * result by each of the other parts and entry points. No numbers that depend on the last bit:
 * processors multiply and add with one rounding or two.
 */
const PROGRAM = `
const { gaussianKl } = densities;
const { ksgInformation } = information;
const { describeProgram, indexing, scalar } = kernels;
const { adam, batches, dense, echoChannel, jit, key, loadTensors, mean, mul, normal } = library;
const { ones, openDevice, saveTensors, sort, sub, tensor, valueAndGrad, zeros } = library;
const device = await openDevice("cpu", { threads: 2 });
const x = normal(key(0), [100, 784]);
const loss = (params) => {
  const error = sub(dense(params, x), 1);
  return mean(mul(error, error));
};
const optimizer = adam({ learningRate: 1e-3 });
const step = jit((params, state) => {
  const [value, gradient] = valueAndGrad(loss)(params);
  return [value, ...optimizer.update(gradient, state, params)];
}, { device });
let params = { w: normal(key(1), [784, 200]), b: zeros([200]) };
let state = optimizer.init(params), value;
for (let i = 0; i < 20; i++) [value, params, state] = step(params, state);
print(await value.item());
print(Object.keys(loadTensors(await saveTensors({ params, state }))));
print(await sort(tensor([3, 1, 2])).array());
print([...batches(key(2), x, 30)].length);
print(echoChannel().clip);
print(await gaussianKl(ones([1, 4]), zeros([1, 4])).item());

const draws = async (number) => ({ values: await normal(key(number), [100]).read(), dimensions: 1 });
print(ksgInformation(await draws(2), await draws(3)).nats);

const bytes = Uint8Array.from(atob(CHECKPOINT), (sign) => sign.charCodeAt(0));
const trained = await runs.loadRun(bytes, { device });
const { z } = trained.encode(new Uint8Array(32));
print([...(await trained.decode(z).read())].map((value) => value.toFixed(3)));

const element = scalar.load(0, indexing.axesOf([4])[0], "float32");
const kernel = {
  kind: "map", name: "square", space: [4], loads: ["float32"],
  stores: [{ dtype: "float32", value: scalar.mul(element, element) }],
};
const slot = (kind) => [{ kind, number: 0 }];
const steps = [{ kernel, reads: slot("input"), writes: slot("output") }];
print(describeProgram({ steps, inputs: [4], outputs: [{ size: 4 }], scratch: [] }));
device.close();
`;

/** The checkpoint of a model of images of 4×4 pixels that nobody trained, in base64. */
async function makeCheckpoint(): Promise<string> {
  const settings = parseConfig(
    { latent: { type: "gaussian", size: 2 }, encoder: [{ units: 8 }], decoder: [{ units: 8 }] },
    "the config",
  );
  const params = makeModel(settings, [4, 4]).init(key(4), zeros([0, 16]));
  const bytes = await encodeSealed({
    tensors: await readArrays({ state: { params } }),
    metadata: { config: JSON.stringify(settings), data: '{"width":4,"height":4}', epoch: "0" },
  });
  return btoa(String.fromCharCode(...bytes));
}
const checkpoint = await makeCheckpoint();

/** The program as a module: how it prints, its imports by address, and its text. */
function moduleOf(print: string, addressOf: (entry: string, path: string) => string): string {
  const imports = Object.entries(config.exports).map(([entry, path]) => {
    const name = entry === "." ? "library" : entry.slice(2);
    return `import * as ${name} from "${addressOf(entry, path)}";\n`;
  });
  const constants = `const print = (x) => ${print}, CHECKPOINT = "${checkpoint}";\n`;
  return imports.join("") + constants + PROGRAM;
}
const here = (_: string, path: string) => new URL(path, root).href;
const toConsole = "console.log(String(x))";

/** What the program prints in Deno. */
async function inDeno(folder: string): Promise<string> {
  const file = join(folder, "deno.mjs");
  await Deno.writeTextFile(file, moduleOf(toConsole, here));
  return await outputOf("deno", ["run", "--no-check", "--quiet", "--allow-read", file]);
}

/** What it prints in Node, which installs the packed package. */
async function inNode(folder: string): Promise<string> {
  const [, oldest] = /Node from (\d+)/.exec(await Deno.readTextFile(new URL("README.md", root))) ??
    fail("README.md names no version of Node");
  const major = await outputOf("node", ["--print", "process.versions.node.split('.')[0]"]);
  if (Number(major) < Number(oldest)) fail(`Node is ${major}, README supports it from ${oldest}`);
  if (major !== oldest) console.log(`skipped Node ${oldest}, the oldest: ${major} is installed`);
  const archive = join(folder, "package.tgz");
  await outputOf("deno", ["pack", "--allow-dirty", "--output", archive], root.pathname);
  await Deno.writeTextFile(join(folder, "package.json"), "{}");
  await outputOf("npm", ["install", "--offline", "--no-audit", "--no-fund", archive], folder);
  const text = moduleOf(toConsole, (entry) => config.name + entry.slice(1));
  await Deno.writeTextFile(join(folder, "node.mjs"), text);
  return await outputOf("node", ["node.mjs"], folder);
}

/** What it prints in Chromium, on a page with the bundled program. */
async function inChromium(folder: string): Promise<string> {
  const [program, bundle, page] = ["page.mjs", "page.js", "page.html"].map((f) => join(folder, f));
  const toPage = 'document.querySelector("pre").append(String(x), "\\n")';
  await Deno.writeTextFile(program, moduleOf(toPage, here));
  const options = ["--quiet", "--platform=browser", "--minify", "--output", bundle];
  await outputOf("deno", ["bundle", ...options, program], root.pathname);
  const script = `<script type="module">${await Deno.readTextFile(bundle)}</script>`;
  await Deno.writeTextFile(page, `<meta charset="utf-8"><pre></pre>${script}`);
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"];
  const dom = await outputOf("chromium", [...flags, "--dump-dom", `file://${page}`]);
  return /<pre>([^]*?)<\/pre>/.exec(dom)?.[1].trim() ?? dom;
}

/** The version that a command prints; undefined where it is not installed. */
async function versionOf(command: string): Promise<string | undefined> {
  try {
    return await outputOf(command, ["--version"]);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const folder = await Deno.makeTempDir({ prefix: "echograd_package_" });
try {
  const expected = await inDeno(folder);
  for (const [command, run] of [["node", inNode], ["chromium", inChromium]] as const) {
    const version = await versionOf(command);
    if (version === undefined) {
      console.log(`skipped ${command}: it is not installed`);
      continue;
    }
    const found = await run(folder);
    if (found !== expected) fail(`${version} prints\n${found}\nDeno prints\n${expected}`);
    console.log(`ok      ${command} ${version} prints what Deno prints`);
  }
} finally {
  await Deno.remove(folder, { recursive: true });
}
