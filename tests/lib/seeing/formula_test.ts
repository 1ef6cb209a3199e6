import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as g from "../../../mod.ts";
import type { Tensor } from "../../../mod.ts";
import type { Index } from "../../../kernels/formula.ts";
import { add, axisIndex, constantIndex, flatten, scale } from "../../../kernels/indexing.ts";
import { perAxis } from "../../../lib/seeing/per_axis.ts";
import { reference } from "../../fixtures/devices.ts";
import fc from "../../fixtures/property.ts";

/** The formula of f, without the legend and what the letters run over. */
const formulaOf = (f: (...xs: Tensor[]) => unknown, ...args: Tensor[]): string[] =>
  g.explain(f, { as: "formula" })(...args).split("\n\n").slice(1).flatMap((block) =>
    block.split("\n").map((line) => line.slice(3).trim()).filter((line) => !/^for /.test(line))
  );
const zeros = g.zeros;

Deno.test("views are indices: transposed, sliced, reversed, gathered, reshaped", () => {
  const cases: [(x: Tensor) => Tensor, string][] = [
    [(x) => g.transpose(x), "out[i, j] = x[j, i]"],
    [(x) => g.flip(g.slice(x, [1, 1], [2, 3])), "out[i, j] = x[2 − i, 3 − j]"],
    [(x) => g.broadcastTo(x, [2, 4, 5]), "out[i, j, k] = x[j, k]"],
    [(x) => g.reshape(x, [20]), "out[i] = flat(x)[i]"],
    [(x) => g.reshape(x, [2, 2, 5]), "out[i, j, k] = x[2·i + j, k]"],
  ];
  for (const [f, text] of cases) assertEquals(formulaOf(f, zeros([4, 5])), [text]);
  const ids = g.tensor([1, 2], { dtype: "int32" });
  assertEquals(formulaOf((table, ids) => g.take(table, ids), zeros([4, 5]), ids), [
    "out[i, j] = table[min(max(ids[i], 0), 3), j]",
  ]);
});

Deno.test("sums, products, greatest elements, running sums and scattered sums have their signs", () => {
  const x = zeros([4, 5]), ids = g.tensor([1, 2], { dtype: "int32" });
  assertEquals(formulaOf((x) => g.sum(x), x), ["out = Σᵢⱼ x[i, j]"]);
  assertEquals(formulaOf((x) => g.prod(x, { axis: 0 }), x), ["out[i] = Πⱼ x[j, i]"]);
  assertEquals(formulaOf((x) => g.reduceMax(x, { axis: 1 }), x), ["out[i] = maxⱼ x[i, j]"]);
  assertEquals(formulaOf((x) => g.cumsum(x, { axis: 1 }), x), [
    "out[i, j] = Σ over k ≤ j of x[i, k]",
  ]);
  const [scatter] = formulaOf((rows, x) => g.scatterAdd(3, rows, x), ids, zeros([2, 5]));
  assertEquals(
    scatter,
    "out[i, j] = Σ over k with max(0, min(rows[k], 2)) = i of x[k, j]",
  );
});

Deno.test("what is needed twice is written once", () => {
  const f = (x: Tensor, y: Tensor) => {
    const e = g.exp(g.add(x, y));
    return g.div(e, g.add(e, 1));
  };
  assertEquals(formulaOf(f, zeros([3]), zeros([3])), [
    "out[i] = t1 / (t1 + 1)",
    "with t1 = exp(x[i] + y[i])",
  ]);
});

/** Arithmetic of x and y as ops. */
const expression: fc.Arbitrary<(x: Tensor, y: Tensor) => Tensor> = fc.letrec<{
  tree: (x: Tensor, y: Tensor) => Tensor;
}>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: "large" },
    fc.constantFrom((x: Tensor) => x, (_: Tensor, y: Tensor) => y),
    fc.integer({ min: -3, max: 3 }).map((n) => (x: Tensor) => g.add(g.mul(x, 0), n)),
    fc.tuple(fc.constantFrom(g.add, g.sub, g.mul, g.div), tie("tree"), tie("tree"))
      .map(([op, a, b]) => (x: Tensor, y: Tensor) => op(a(x, y), b(x, y))),
    fc.tuple(fc.constantFrom(g.neg, g.square, g.log1p, g.expm1), tie("tree"))
      .map(([op, a]) => (x: Tensor, y: Tensor) => op(a(x, y))),
    fc.tuple(tie("tree"), tie("tree"), tie("tree"))
      .map(([a, b, c]) => (x: Tensor, y: Tensor) =>
        g.where(g.less(a(x, y), b(x, y)), b(x, y), c(x, y))
      ),
  ),
})).tree;

/** The value of a formula of x[i] and y[i], as JavaScript computes it. */
function valueOf(lines: readonly string[], x: number, y: number): number {
  const [out, ...names] = lines.map((line) =>
    line.replace(/^(out\[i\]|with) ?=? ?/, "").replaceAll(/[xy]\[i\]/g, (load) => load[0])
      .replaceAll("·", "*").replaceAll("²", "**2").replaceAll("∞", "Infinity")
      .replaceAll(/(^|[(=?:<] ?)−/g, "$1-1*").replaceAll("−", "-")
      .replaceAll(/\b(exp|log)\(/g, "Math.$1(")
  );
  const body = [...names.map((name) => `const ${name};`), `return ${out};`].join("\n");
  return new Function("x", "y", body)(x, y);
}

Deno.test("a formula is right: its text has the value that the reference device computes", async () => {
  await fc.assert(
    fc.asyncProperty(expression, async (f) => {
      const lines = formulaOf(f, zeros([2]), g.ones([2]));
      const [x, y] = await g.toDevice([g.tensor([0.7]), g.tensor([-0.3])], reference);
      const value = await f(x, y).item();
      const [a, b] = [await x.item(), await y.item()];
      const shown = valueOf(lines, a, b);
      if (!Number.isFinite(value) || Math.abs(value) > 1e6) return;
      assertAlmostEquals(shown, value, 1e-6 * Math.max(1, Math.abs(value)), lines.join("\n"));
    }),
    { numRuns: 60 },
  );
});

Deno.test("the index of each axis adds up to the position in memory", () => {
  const size = fc.integer({ min: 1, max: 4 });
  fc.assert(fc.property(fc.array(size, { maxLength: 4 }), fc.nat(5), (shape, turn) => {
    // Each axis is read in order or reversed, or at one position.
    const at = shape.map((size, axis): Index =>
      [
        axisIndex(axis, size),
        add(constantIndex(size - 1), scale(axisIndex(axis, size), -1)),
        constantIndex(size - 1),
      ][(turn + axis) % 3]
    );
    const flat = flatten(at, shape), parts = perAxis(flat, shape)!;
    const valueAt = ({ constant, terms }: Pick<Index, "constant" | "terms">, loops: number[]) =>
      terms.reduce(
        (sum, { atom, scale }) => sum + scale * (atom.kind === "axis" ? loops[atom.axis] : NaN),
        constant,
      );
    for (const loops of [shape.map(() => 0), shape.map((size) => size - 1)]) {
      assertEquals(parts.map((part) => valueAt(part, loops)), at.map((i) => valueAt(i, loops)));
    }
  }));
});
