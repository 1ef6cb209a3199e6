import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { obtain } from "../../experiments/data/source.ts";
import { loadDataSet } from "../../experiments/data/datasets.ts";
import { assertHolds, assertRefusedLater, sha256, temporaryFolder } from "./helpers.ts";

const CONTENT = new TextEncoder().encode("0 1 0\n");
const FILE = { name: "x.amat", sha256: await sha256(CONTENT) };
/** An address where nobody answers. */
const NOWHERE = "http://127.0.0.1:1";

Deno.test("a file is taken from the user's folder, plain or zipped", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, cache: "unused" };
  await Deno.writeFile(join(folder.path, "x.amat.gz"), gzipSync(CONTENT));
  assertEquals(await obtain([FILE], NOWHERE, from), [CONTENT]);
  await Deno.writeFile(join(folder.path, "x.amat"), CONTENT);
  assertEquals(await obtain([FILE], NOWHERE, from), [CONTENT]);
});

Deno.test("a file that the user's folder has not is named", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, cache: "unused" };
  await assertRefusedLater(() => obtain([FILE], NOWHERE, from), folder.path, "x.amat", "x.amat.gz");
});

Deno.test("a damaged file is named with both checksums, and kept", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, cache: "unused" };
  const path = join(folder.path, "x.amat");
  const damaged = new TextEncoder().encode("0 1 1\n");
  await Deno.writeFile(path, damaged);
  const found = await sha256(damaged);
  await assertRefusedLater(() => obtain([FILE], NOWHERE, from), path, found, FILE.sha256);
  assertEquals(await Deno.readFile(path), damaged);

  await Deno.remove(path);
  await Deno.writeFile(`${path}.gz`, gzipSync(CONTENT).subarray(0, 15));
  await assertRefusedLater(() => obtain([FILE], NOWHERE, from), `${path}.gz is damaged`);
});

Deno.test("a missing file is downloaded once, checked and cached", async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, "cache", "x");
  let requests = 0;
  let answer = new TextEncoder().encode("<html>not found</html>");
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    () => new Response(answer, { status: requests++ === 0 ? 404 : 200 }),
  );
  const address = `http://127.0.0.1:${server.addr.port}`;

  await assertRefusedLater(() => obtain([FILE], address, { cache }), "404", "x.amat", cache);
  await assertRefusedLater(() => obtain([FILE], address, { cache }), "SHA-256", FILE.sha256);
  await assertHolds(folder.path);
  answer = CONTENT;
  assertEquals(await obtain([FILE], address, { cache }), [CONTENT]);
  await assertHolds(cache, "x.amat");
  assertEquals(await obtain([FILE], NOWHERE, { cache }), [CONTENT]);
  assertEquals(requests, 3);
});

Deno.test("without a network, the sentence says which files to put where", async () => {
  await using folder = await temporaryFolder();
  const files = [FILE, { ...FILE, name: "y.amat" }];
  const cache = folder.path;
  await assertRefusedLater(
    () => obtain(files, NOWHERE, { cache }),
    "cannot download",
    "x.amat, y.amat",
    cache,
    "--data-dir",
  );
});

Deno.test("the data sets name the files that a folder lacks", async () => {
  await using folder = await temporaryFolder();
  const inFolder = (name: string) => () => loadDataSet(name, folder.path);
  await assertRefusedLater(inFolder("binary_mnist"), "binarized_mnist_train.amat", folder.path);
  await assertRefusedLater(inFolder("mnist_binarized"), "train-images-idx3-ubyte", folder.path);
});
