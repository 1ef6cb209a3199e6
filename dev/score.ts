/**
 * Checks what JSR scores a package by (https://jsr.io/docs/scoring), and what people look up in its
 * documentation: every option says its default, and no name is in two entry points.
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };

const root = new URL("..", import.meta.url);
const entries = Object.values(config.exports);

/** What `deno doc --json` says of a symbol. */
interface Documented {
  readonly name: string;
  readonly declarations: readonly {
    readonly kind: string;
    readonly def: { readonly properties?: readonly Property[] };
  }[];
}
interface Property {
  readonly name: string;
  readonly optional?: boolean;
  readonly jsDoc?: { readonly doc?: string };
}

/** What is wrong; undefined where nothing is. */
type Finding = string | undefined;

const textOf = (path: string) => Deno.readTextFile(new URL(path, root));

/** The output of deno, and what it complains of. */
async function deno(...args: string[]): Promise<{ output: string; complaint: Finding }> {
  const { success, stdout, stderr } = await new Deno.Command("deno", { args, cwd: root }).output();
  const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { output, complaint: success ? undefined : `\n${errors.trim()}` };
}

/** The symbols of each entry point. */
async function symbolsOf(): Promise<Map<string, readonly Documented[]>> {
  const found = await Promise.all(entries.map(async (entry) => {
    const { nodes } = JSON.parse((await deno("doc", "--json", entry)).output);
    return Object.values<{ symbols: readonly Documented[] }>(nodes).flatMap((n) => n.symbols);
  }));
  return new Map(entries.map((entry, i) => [entry, found[i]]));
}

/**
 * Checks the types of all entry points where nothing else is declared: Deno's own API and newer
 * methods, which Node 20 and older browsers lack, are errors there.
 */
async function checkStandards(): Promise<Finding> {
  const folder = await Deno.makeTempDir({ prefix: "echograd_score_" });
  try {
    const lib = ["es2023", "dom", "dom.iterable", "esnext.disposable", "esnext.float16"];
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ compilerOptions: { lib } }));
    // The declarations of "dom" have WebGPU without these.
    const webgpu = "declare global { const GPUBufferUsage: Constants, GPUMapMode: Constants }\n" +
      "type Constants = Record<string, number>;\n";
    const imports = entries.map((entry) => `import "${new URL(entry, root)}";\n`).join("");
    await Deno.writeTextFile(`${folder}/all.ts`, imports + webgpu);
    return (await deno("check", "--config", `${folder}/deno.json`, `${folder}/all.ts`)).complaint;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const listed = (problems: readonly string[]): Finding =>
  problems.length === 0 ? undefined : problems.join("\n  ");

const symbols = await symbolsOf();

/** Each item, and how it is checked. */
const ITEMS: Readonly<Record<string, () => Finding | Promise<Finding>>> = {
  "a README with an example": async () =>
    /^```ts$/m.test(await textOf("README.md")) ? undefined : "README.md has no program",

  "a description and an example in every entry point": async () => {
    const texts = await Promise.all(entries.map(textOf));
    return listed(entries.filter((_, i) => {
      const description = /^\/\*\*[^]*?@module\n \*\//.exec(texts[i])?.[0];
      return !description?.includes("@example");
    }));
  },

  "documentation of all symbols": async () => (await deno("doc", "--lint", ...entries)).complaint,

  "no slow types, and publishable": async () =>
    (await deno("publish", "--dry-run", "--allow-dirty", "--quiet")).complaint,

  "any runtime: no more than ES2023 and the web's standards": checkStandards,

  "a licence": async () =>
    (await textOf("LICENSE")).startsWith(config.license) ? undefined : "LICENSE is another one",

  "a version, the newest of the changelog": async () => {
    const newest = /^## (\S+)/m.exec(await textOf("dev/CHANGELOG.md"))?.[1];
    return newest === config.version ? undefined : `${config.version} against ${newest}`;
  },

  "every option says its default": () =>
    listed(
      [...symbols.values()].flat().flatMap(({ name, declarations }) =>
        declarations.filter(({ kind }) => kind === "interface" && name.endsWith("Options"))
          .flatMap(({ def }) => def.properties ?? [])
          .filter((p) => p.optional && !/unless\s+given/i.test(p.jsDoc?.doc ?? ""))
          .map((property) => `${name}.${property.name}`)
      ),
    ),

  "no name in two entry points": () => {
    const names = [...symbols.values()].flatMap((list) => [...new Set(list.map((s) => s.name))]);
    return listed(names.filter((name, i) => names.indexOf(name) !== i));
  },
};

let failed = false;
for (const [item, check] of Object.entries(ITEMS)) {
  const finding = await check();
  console.log(finding === undefined ? `ok      ${item}` : `failed  ${item}: ${finding}`);
  failed ||= finding !== undefined;
}
// The registry alone knows these.
console.log("unknown a description, the runtimes marked as compatible: settings at jsr.io");
console.log("unknown provenance: the registry gives it to what a CI workflow publishes");
if (failed) Deno.exit(1);
