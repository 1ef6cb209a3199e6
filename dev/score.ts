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

/** Paths of all files that are published below a folder. */
async function* sourcesIn(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
    if (isDirectory) yield* sourcesIn(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield `${folder}${name}`;
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

  "any runtime: nothing but standards in lib and kernels": async () => {
    const found: string[] = [];
    for (const folder of ["lib/", "kernels/"]) {
      for await (const path of sourcesIn(folder)) {
        if (/\bDeno\.|from "(node|npm|jsr):/.test(codeOf(await textOf(path)))) found.push(path);
      }
    }
    return listed(found);
  },

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

/** A program without its comments. */
function codeOf(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

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
