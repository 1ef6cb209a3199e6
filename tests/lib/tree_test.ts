/**
 * Trees: what is taken apart can be put together, and what does not fit says where.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "../fixtures/property.ts";
import {
  requireTensor,
  Tensor,
  tensor,
  type Tree,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePaths,
  treeUnflatten,
  zeros,
} from "../../mod.ts";

const settings = { seed: 20251122, numRuns: 500 };

const names = fc.constantFrom("a", "b", "w", "weights", "10", "9", "__proto", "é");
const treesOf = (leaf: fc.Arbitrary<Tree>): fc.Arbitrary<Tree> =>
  fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(names, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).tree;
const tensorLeaf = fc.nat(9).map((x) => tensor(x));
const mixed = treesOf(fc.oneof(fc.double(), tensorLeaf));
const ofTensors = treesOf(tensorLeaf);

/** What is found by following a path such as `.a[1]`, with no help of the library. */
function follow(tree: unknown, path: string): unknown {
  const steps = path.match(/\.[^.[]+|\[\d+\]/g) ?? [];
  assertEquals(steps.join(""), path, "a path is made of names and numbers");
  return steps.reduce(
    (at, step) => (at as Record<string, unknown>)[step.replace(/^\.|^\[|\]$/g, "")],
    tree,
  );
}
/**
 * Whether two trees have the very same leaves at the same places; the order of names does not
 * count.
 */
function same(a: unknown, b: unknown): boolean {
  if (a instanceof Tensor || typeof a === "number") return Object.is(a, b);
  if (b instanceof Tensor || typeof b !== "object" || b === null) return false;
  const [left, right] = [a, b] as Record<string, unknown>[];
  const keys = Object.keys(left);
  return Array.isArray(a) === Array.isArray(b) && keys.length === Object.keys(right).length &&
    keys.every((name) => Object.hasOwn(right, name) && same(left[name], right[name]));
}
/** The same tree with the names of all objects the other way round. */
function reordered(tree: Tree): Tree {
  if (tree instanceof Tensor || typeof tree === "number") return tree;
  if (Array.isArray(tree)) return tree.map(reordered);
  const entries = Object.entries(tree as Record<string, Tree>).reverse();
  return Object.fromEntries(entries.map(([name, part]) => [name, reordered(part)]));
}

Deno.test("a tree is put together again from its leaves", () => {
  fc.assert(
    fc.property(mixed, (tree) => {
      const { leaves } = treeFlatten(tree);
      assert(same(treeUnflatten(tree, leaves), tree));
      assertEquals(treeLeaves(tree).every((leaf, i) => Object.is(leaf, leaves[i])), true);
      assertEquals(treeLeaves(tree).length, leaves.length);
    }),
    settings,
  );
});

Deno.test("a tree takes any leaves, and gives them back in that order", () => {
  fc.assert(
    fc.property(mixed, (tree) => {
      const numbers = treeLeaves(tree).map((_, i) => 100 + i);
      const built = treeUnflatten<Tree>(tree, numbers);
      assertEquals(treeLeaves(built), numbers);
      assertEquals(treeFlatten(built).form, treeFlatten(tree).form);
      treePaths(tree).forEach((path, i) => assertEquals(follow(built, path), 100 + i));
    }),
    settings,
  );
});

Deno.test("every path leads to its leaf, and no two are the same", () => {
  fc.assert(
    fc.property(mixed, (tree) => {
      const paths = treePaths(tree), leaves = treeLeaves(tree);
      assertEquals(paths.length, leaves.length);
      assertEquals(new Set(paths).size, paths.length);
      paths.forEach((path, i) => assert(Object.is(follow(tree, path), leaves[i]), path));
    }),
    settings,
  );
});

Deno.test("the order of the names of an object does not matter", () => {
  fc.assert(
    fc.property(mixed, (tree) => {
      const other = reordered(tree);
      assertEquals(treePaths(other), treePaths(tree));
      assertEquals(treeFlatten(other).form, treeFlatten(tree).form);
      assert(same(other, tree));
      assert(treeLeaves(other).every((leaf, i) => Object.is(leaf, treeLeaves(tree)[i])));
      assert(same(treeUnflatten(tree, treeLeaves(other)), tree));
    }),
    settings,
  );
});

Deno.test("trees that are built differently have different forms", () => {
  const x = zeros([]);
  const different: Tree[] = [x, [], {}, [x], [x, x], [[x], x], [[x, x]], { a: x }, { b: x }, [[]]];
  different.push({ a: x, b: x }, { a: { b: x } }, [{}], { a: [x] }, { a: [], b: x }, [x, {}]);
  different.push({ "a[],b": x }, { "a*,b": x }, { 'a"': x }, { "": x });
  const forms = different.map((tree) => treeFlatten(tree).form);
  assertEquals(new Set(forms).size, forms.length);
  assertNotEquals(treeFlatten([x, [x]]).form, treeFlatten([[x], x]).form);
});

Deno.test("mapping the identity changes nothing; mapping twice is mapping the composition", () => {
  fc.assert(
    fc.property(ofTensors, (tree) => {
      assert(same(treeMap((x) => x, tree), tree));
      const seen = new Map<Tensor, Tensor>();
      const f = (x: Tensor) => seen.get(x) ?? (seen.set(x, zeros([])), seen.get(x)!);
      const once = treeMap(f, tree);
      assert(treeLeaves(once).every((y, i) => y === seen.get(treeLeaves(tree)[i] as Tensor)));
      assert(same(treeMap(f, once), treeMap((x) => f(f(x)), tree)));
      assertEquals(treePaths(once), treePaths(tree));
    }),
    settings,
  );
});

Deno.test("several trees are mapped together, leaf beside leaf", () => {
  fc.assert(
    fc.property(ofTensors, (tree) => {
      const other = treeMap(() => zeros([]), tree);
      const swapped = reordered(other);
      assert(same(treeMap((_, y) => y, tree, swapped), other));
      assert(same(treeMap((x, _, z) => z === x ? x : zeros([]), tree, other, tree), tree));
    }),
    settings,
  );
});

const x = zeros([]);
const mismatches: readonly (readonly [string, Tree, readonly Tree[], string])[] = [
  ["another name", { a: x, b: [x, x] }, [{ a: x, c: [x, x] }], ".b[0] where tree 2 has .c[0]"],
  ["a missing name", { a: x, b: [x, x] }, [{ a: x }], ".b[0] where tree 2 has nothing"],
  ["a shorter array", { a: x, b: [x, x] }, [{ a: x, b: [x] }], ".b[1] where tree 2 has nothing"],
  ["a longer array", [x], [[x, x]], "nothing where tree 2 has [1]"],
  [
    "an array for an object",
    { a: x, b: [x, x] },
    [{ a: x, b: [x], c: x }],
    ".b[1] where tree 2 has .c",
  ],
  ["a leaf for a tree", { a: [x] }, [{ a: x }], ".a[0] where tree 2 has .a"],
  ["a tree for a leaf", x, [[x]], "the root where tree 2 has [0]"],
  ["the third tree", [x, x], [[x, x], [x, { a: x }]], "[1] where tree 3 has [1].a"],
];
for (const [title, tree, others, where] of mismatches) {
  Deno.test(`trees that differ say where: ${title}`, () => {
    const error = assertThrows(() => treeMap((x) => x, tree, ...others), TypeError);
    assertEquals(error.message, `Cannot match trees: the first has ${where}`);
  });
}

class Layer {
  readonly w = zeros([]);
}
const strangers: readonly (readonly [unknown, string])[] = [
  ["weights", "Cannot use a string at the root"],
  [{ a: x, b: [x, true] }, "Cannot use a boolean at .b[1]"],
  [{ a: { b: null } }, "Cannot use null at .a.b"],
  [[[x], undefined], "Cannot use undefined at [1]"],
  [[1n], "Cannot use a bigint at [0]"],
  [{ f: () => x }, "Cannot use a function at .f"],
  [[new Layer()], "Cannot use a Layer at [0]"],
  [{ m: new Map([["w", x]]) }, "Cannot use a Map at .m"],
  [{ data: new Float32Array(2) }, "Cannot use a Float32Array at .data"],
];
for (const [tree, message] of strangers) {
  Deno.test(`what is no tree says where: ${message}`, () => {
    const full = `${message}: trees are made of tensors, numbers, arrays and plain objects`;
    for (
      const visit of [
        treeLeaves,
        treePaths,
        treeFlatten,
        (tree: unknown) => treeMap((x) => x, tree),
      ]
    ) {
      assertEquals(assertThrows(() => visit(tree), TypeError).message, full);
    }
  });
}

Deno.test("a number instead of a tensor is refused with its path", () => {
  const message = "Cannot use the number 0.5 at .b[1]: a tensor is needed there";
  const tree = { a: x, b: [x, 0.5] };
  assertEquals(assertThrows(() => treeMap((x) => x, tree), TypeError).message, message);
  const tensors = { a: x, b: [x, x] };
  assertEquals(assertThrows(() => treeMap((x) => x, tensors, tree), TypeError).message, message);
  assertThrows(() => requireTensor(2, ""), TypeError, "Cannot use the number 2 at the root");
  assertEquals(requireTensor(x, ".a"), x);
});

Deno.test("too few and too many leaves are refused", () => {
  for (const leaves of [[], [1], [1, 2, 3]]) {
    assertThrows(
      () => treeUnflatten<Tree>([x, { a: x }], leaves),
      RangeError,
      `Cannot put ${leaves.length} leaves into a tree of 2`,
    );
  }
});
