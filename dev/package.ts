/**
 * Checks the package as its users get it: what JSR asks of it, and that Node can use it.
 *
 * 1. JSR scores a package by its documentation and types. `deno doc --lint` and `deno publish
 *    --dry-run` check the symbols and types; here follow the rest: every entry point opens with a
 *    description, the main one has an example, and the version is the newest of the changelog.
 * 2. `deno pack` makes an npm package. Node installs it, trains some steps on two threads, and must
 *    print the very loss that Deno prints.
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

async function checkScore(): Promise<void> {
  for (const [name, path] of Object.entries(config.exports)) {
    const source = await Deno.readTextFile(new URL(path, root));
    const description = /^\/\*\*[^]*?@module\n \*\//.exec(source)?.[0];
    if (description === undefined) fail(`${path} (${name}) does not open with a description`);
    if (name === "." && !description.includes("@example")) fail(`${path} has no example`);
  }
  const changes = await Deno.readTextFile(new URL("dev/CHANGELOG.md", root));
  const newest = /^## (\S+)/m.exec(changes)?.[1];
  if (newest !== config.version) {
    fail(`deno.json has version ${config.version}, dev/CHANGELOG.md begins with ${newest}`);
  }
}

/** Some steps of Adam on two threads; the loss after them is printed. */
const PROGRAM = `
const { adam, dense, jit, key, mean, mul, normal, openDevice, sub, valueAndGrad, zeros } = library;
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
device.close();
`;

async function checkNode(): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "echograd_package_" });
  try {
    const archive = join(folder, "package.tgz");
    await outputOf("deno", ["pack", "--allow-dirty", "--output", archive], root.pathname);
    await Deno.writeTextFile(join(folder, "package.json"), "{}");
    await outputOf("npm", ["install", "--offline", "--no-audit", "--no-fund", archive], folder);
    const program = (library: string, file: string) =>
      Deno.writeTextFile(join(folder, file), `import * as library from "${library}";${PROGRAM}`);
    await program(config.name, "node.mjs");
    await program(new URL("mod.ts", root).href, "deno.mjs");
    const inNode = await outputOf("node", ["node.mjs"], folder);
    const deno = ["run", "--no-check", "--quiet", "--allow-read", "deno.mjs"];
    const inDeno = await outputOf("deno", deno, folder);
    if (inNode !== inDeno) fail(`the loss is ${inNode} in Node, ${inDeno} in Deno`);
    console.log(`Node ${await outputOf("node", ["--version"])} prints the loss of Deno, ${inNode}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

await checkScore();
await checkNode();
