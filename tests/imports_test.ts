import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import settings from "../deno.json" with { type: "json" };
import { findCircle, findClimbs, readImports } from "../dev/floors.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const imports = await readImports(ROOT);

/** All files that a file needs, itself among them. */
function neededBy(path: string): string[] {
  const found = new Set([path]);
  for (const path of found) imports.get(path)!.forEach((to) => found.add(to));
  return [...found];
}
const OF_RUNS = neededBy("experiments/trained/mod.ts");

Deno.test("imports: no circle", () => {
  assertEquals(findCircle(imports)?.join(" → "), undefined);
});

Deno.test("imports: no file imports from a higher floor", () => {
  assertEquals(findClimbs(imports), []);
});

Deno.test("imports: a circle is found and named", () => {
  const circle = findCircle(new Map([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]]));
  assertEquals(circle, ["b", "c", "b"]);
});

// lib/seeing shows what compiler and devices make of a function.
Deno.test("imports: what lib uses of kernels are its interfaces, but for lib/seeing", () => {
  const allowed =
    /^kernels\/(device|graph|formula|scalar|indexing|describe|intrinsics)\.ts$|^kernels\/compiler\/compile\.ts$/;
  const isUser = (from: string) => from.startsWith("lib/") && !from.startsWith("lib/seeing/");
  const used = [...imports].filter(([from]) => isUser(from)).flatMap(([from, tos]) =>
    tos.filter((to) => to.startsWith("kernels/") && !allowed.test(to)).map((to) =>
      `${from} → ${to}`
    )
  );
  assertEquals(used, []);
});

Deno.test("imports: a trained run needs no schemas, no Deno and no Node", async () => {
  const foreign = /\b(?:from|import) "(?!\.)[^"]+"|\bDeno\.(?!customInspect)/g;
  const problems = await Promise.all(OF_RUNS.map(async (path) => {
    const text = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
    const code = text.replace(/\/\*[^]*?\*\//g, "");
    return (code.match(foreign) ?? []).map((line) => `${path}: ${line}`);
  }));
  assertEquals(problems.flat(), []);
});

Deno.test("imports: the package has all files of a trained run", () => {
  const published = settings.publish.include;
  const isIn = (path: string) => published.some((at) => path === at || path.startsWith(`${at}/`));
  assertEquals(OF_RUNS.filter((path) => !isIn(path)), []);
});
