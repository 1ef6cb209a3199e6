import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { findCircle, findClimbs, readImports } from "../dev/floors.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const imports = await readImports(ROOT);

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

Deno.test("imports: a model needs neither schemas nor files", async () => {
  const found = new Set<string>(["experiments/models/model.ts"]);
  for (const path of found) imports.get(path)!.forEach((to) => found.add(to));
  const foreign = /^(?:import|\}).*"(?!\.)[^"]+";$|\bDeno\./gm;
  const problems = await Promise.all(
    [...found].filter((path) => path.startsWith("experiments/")).map(async (path) => {
      const text = await Deno.readTextFile(new URL(`../${path}`, import.meta.url));
      return (text.match(foreign) ?? []).map((line) => `${path}: ${line}`);
    }),
  );
  assertEquals(problems.flat(), []);
});
