/**
 * The READMEs say what is so: their generated parts are what `deno task show` makes, and their
 * paths exist.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { dirname } from "node:path/posix";
import { shown } from "../dev/show/show.ts";

const ROOT = new URL("../", import.meta.url);
const textOf = (path: string) => Deno.readTextFile(new URL(path, ROOT));
const exists = (path: string) => Deno.stat(new URL(path, ROOT)).then(() => true, () => false);

/** The paths of all Markdown files below a folder. */
async function* pagesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) yield* pagesBelow(`${folder}${name}/`);
    else if (name.endsWith(".md")) yield `${folder}${name}`;
  }
}

const pages = ["README.md"];
for (const room of ["lib/", "kernels/", "experiments/", "tests/", "dev/"]) {
  pages.push(...await Array.fromAsync(pagesBelow(room)));
}

Deno.test("README.md has at most 130 lines", async () => {
  const lines = (await textOf("README.md")).trimEnd().split("\n").length;
  assert(lines <= 130, `${lines} lines`);
});

Deno.test("README.md has the version of Deno that it supports in its commands, and this one is no older", async () => {
  const text = await textOf("README.md");
  const supported = /Deno from (\S+),/.exec(text)?.[1];
  const commands = [...text.matchAll(/deno@(\S+)/g)].map(([, version]) => version);
  assertEquals(commands, commands.map(() => supported));
  const numbersOf = (version = "") => version.split(".").map(Number);
  const [oldest, found] = [supported, Deno.version.deno].map(numbersOf);
  const first = oldest.findIndex((number, i) => number !== found[i]);
  assert(first < 0 || oldest[first] < found[first], `Deno is ${found}, README says ${supported}`);
});

Deno.test("the generated parts of the READMEs are what deno task show makes", async () => {
  for (const [path, text] of await shown(ROOT)) {
    assertEquals(await textOf(path), text, `${path} is old: run deno task show`);
  }
});

/**
 * What a page names: the targets of its links, from its own folder, and paths in code, from there
 * or from the root.
 */
function pathsOf(text: string): { links: string[]; paths: string[] } {
  const prose = text.replaceAll(/^```[^]*?^```/gm, "");
  const links = [...prose.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link]) => link)
    .filter((link) => !/^https?:/.test(link));
  const paths = [...prose.matchAll(/`([\w./-]+)`/g)].map(([, code]) => code)
    .filter((code) => /^(lib|kernels|experiments|tests|dev)\/|.\.ts$|^[a-z_]+\/$/.test(code))
    .filter((code) => code !== "runs/"); // training makes it
  return { links, paths };
}

for (const page of pages) {
  Deno.test(`the links and paths of ${page} exist`, async () => {
    const folder = dirname(page);
    const { links, paths } = pathsOf(await textOf(page));
    for (const link of links) {
      assert(await exists(`${folder}/${link}`), `${page} links to ${link}, which does not exist`);
    }
    for (const path of paths) {
      const isThere = await exists(`${folder}/${path}`) || await exists(path);
      assert(isThere, `${page} names ${path}, which does not exist`);
    }
  });
}

/** What `deno doc --json` says about a module. */
interface Page {
  readonly symbols: readonly {
    readonly name: string;
    readonly declarations: readonly {
      readonly kind: string;
      readonly location: { readonly filename: string };
      readonly jsDoc?: { readonly tags?: readonly { readonly kind: string }[] };
    }[];
  }[];
}

Deno.test("every function of layers, optimizers, random numbers and Echo has an example", async () => {
  const rooms =
    /\/lib\/(nn\/|echo\/|(optim|rmsprop|schedules|random|permutation|distributions)\.ts$)/;
  const args = ["doc", "--json", new URL("mod.ts", ROOT).href];
  const { stdout } = await new Deno.Command("deno", { args }).output();
  const { nodes }: { nodes: Record<string, Page> } = JSON.parse(new TextDecoder().decode(stdout));
  const functions = Object.values(nodes).flatMap(({ symbols }) =>
    symbols.flatMap(({ name, declarations }) =>
      declarations.filter(({ kind, location }) =>
        /^(function|variable)$/.test(kind) && rooms.test(location.filename)
      ).map(({ jsDoc }) => ({ name, tags: jsDoc?.tags?.map(({ kind }) => kind) ?? [] }))
    )
  );
  assert(functions.length > 50, `${functions.length} functions`);
  const bare = functions.filter(({ tags }) => !tags.includes("example"));
  assertEquals(bare.map(({ name }) => name), []);
});
