/**
 * Checks the package as its users get it: `deno pack` makes an npm package, Node installs it and
 * imports all its entry points, trains some steps on two threads, and must print the very numbers
 * that Deno prints.
 *
 * @module
 */
import { join } from "node:path";
import config from "../deno.json" with { type: "json" };

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
 * Some steps of Adam on two threads. The loss after them is printed, and a number by each of the
 * other entry points.
 */
const PROGRAM = `
const { gaussianKl } = densities;
const { ksgInformation } = information;
const { describeProgram, indexing, scalar } = kernels;
const { adam, dense, jit, key, mean, mul, normal, ones, openDevice } = library;
const { sub, valueAndGrad, zeros } = library;
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
console.log(await value.item());
console.log(await gaussianKl(ones([1, 4]), zeros([1, 4])).item());

const draws = async (number) => ({ values: await normal(key(number), [100]).read(), dimensions: 1 });
console.log(ksgInformation(await draws(2), await draws(3)).nats);

const element = scalar.load(0, indexing.axesOf([4])[0], "float32");
const kernel = {
  kind: "map", name: "square", space: [4], loads: ["float32"],
  stores: [{ dtype: "float32", value: scalar.mul(element, element) }],
};
const slot = (kind) => [{ kind, number: 0 }];
const steps = [{ kernel, reads: slot("input"), writes: slot("output") }];
console.log(describeProgram({ steps, inputs: [4], outputs: [{ size: 4 }], scratch: [] }));
device.close();
`;

async function checkNode(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "echograd_package_" });
  try {
    const archive = join(folder, "package.tgz");
    await outputOf("deno", ["pack", "--allow-dirty", "--output", archive], root.pathname);
    await Deno.writeTextFile(join(folder, "package.json"), "{}");
    await outputOf("npm", ["install", "--offline", "--no-audit", "--no-fund", archive], folder);
    const program = (addressOf: (entry: string, path: string) => string, file: string) => {
      const imports = Object.entries(config.exports).map(([entry, path]) => {
        const name = entry === "." ? "library" : entry.slice(2);
        return `import * as ${name} from "${addressOf(entry, path)}";\n`;
      });
      return Deno.writeTextFile(join(folder, file), imports.join("") + PROGRAM);
    };
    await program((entry) => config.name + entry.slice(1), "node.mjs");
    await program((_, path) => new URL(path, root).href, "deno.mjs");
    const inNode = await outputOf("node", ["node.mjs"], folder);
    const deno = ["run", "--no-check", "--quiet", "--allow-read", "deno.mjs"];
    const inDeno = await outputOf("deno", deno, folder);
    if (inNode !== inDeno) fail(`Node prints\n${inNode}\nDeno prints\n${inDeno}`);
    const loss = inNode.split("\n", 1);
    console.log(`Node ${await outputOf("node", ["--version"])} prints what Deno prints: ${loss} …`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

await checkNode();
