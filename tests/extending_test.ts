/**
 * The worked examples of dev/extending: each fits this tree and touches few places, and a copy of
 * the tree to which all of them are applied passes their tests.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { applyChange, type Change, parseDiff } from "./fixtures/diff.ts";
import { temporaryFolder } from "./fixtures/helpers.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const EXAMPLES = join(ROOT, "dev/extending");

const examples = new Map<string, Change[]>();
for await (const { name } of Deno.readDir(EXAMPLES)) {
  const text = await Deno.readTextFile(join(EXAMPLES, name));
  examples.set(name.replace(".diff", ""), parseDiff(text));
}

/** The most files that an example touches. */
const MOST: Readonly<Record<string, number>> = { op: 3, reduction: 5, intrinsic: 8, device: 5 };
/** What takes a new file and an entry of a table. */
const ENTRIES = ["data", "latent", "layer", "prior", "term"];

Deno.test("there is an example of each kind", () => {
  assertEquals([...examples.keys()].sort(), [...Object.keys(MOST), ...ENTRIES].sort());
});

for (const [name, changes] of examples) {
  Deno.test(`the example ${name} touches few places, and fits`, async () => {
    if (name in MOST) assert(changes.length <= MOST[name], `${changes.length} files`);
    else {
      const [file, table] = changes;
      assertEquals([changes.length, file.isNew, table.isNew], [2, true, false]);
      // A row of the table of data sets is an import and a few lines; of the others, one line.
      assert(name === "data" || table.added === 1, `${table.added} lines in ${table.path}`);
    }
    for (const change of changes) await applyTo(ROOT, change);
  });
}

/** The text of a file of a tree after a change. */
async function applyTo(tree: string, change: Change): Promise<string> {
  return applyChange(change, change.isNew ? "" : await Deno.readTextFile(join(tree, change.path)));
}

/** Copies a folder. */
async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory } of Deno.readDir(from)) {
    if (isDirectory) await copy(join(from, name), join(to, name));
    else await Deno.copyFile(join(from, name), join(to, name));
  }
}

Deno.test("a copy of the tree with all examples passes their tests", async () => {
  await using folder = await temporaryFolder();
  for (const room of ["lib", "kernels", "experiments", "tests/fixtures", "tests/lib/ops"]) {
    await copy(join(ROOT, room), join(folder.path, room));
  }
  const tests = ["imports", "kernels/numerics", "lib/grad"].map((name) => `tests/${name}_test.ts`);
  for (const room of ["dev", "tests/kernels"]) await Deno.mkdir(join(folder.path, room));
  for (const file of ["deno.json", "mod.ts", "dev/floors.ts", ...tests]) {
    await Deno.copyFile(join(ROOT, file), join(folder.path, file));
  }
  for (const change of [...examples.values()].flat()) {
    const path = join(folder.path, change.path);
    const text = await applyTo(folder.path, change);
    await Deno.mkdir(dirname(path), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    cwd: folder.path,
    args: [
      ...["test", "--quiet", "--no-check", "--config", join(ROOT, "deno.json")],
      ...["--allow-read", "--allow-env", "--filter", FILTER],
      ...["tests/fixtures/extended.ts", "tests/lib/ops/ops_test.ts", ...tests],
    ],
    env: {
      ECHOGRAD_DEVICES: "reference,cpu,javascript",
      NO_COLOR: "1",
      DENO_DIR: join(folder.path, "cache"), // goes with the copy
    },
  }).output();
  const decoder = new TextDecoder(), out = decoder.decode(stdout);
  assertEquals(code, 0, out + decoder.decode(stderr));
  assert(out.includes("softsign on javascript ... ok"), out);
});

/** The tests of the examples, and those that demand a row for each. */
const FILTER =
  "/imports:|softsign|reduceXor|exp2|every primitive|new layer|rmsNorm|Laplace|stripes/";
