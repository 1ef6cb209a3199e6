import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fetchSource, readSource, type Source } from "../../../experiments/data/source.ts";
import { loadDataSet } from "../../../experiments/data/datasets.ts";
import { deadAddress, serveFile } from "../../fixtures/file_server.ts";
import {
  assertHolds,
  assertRefusedLater,
  sha256,
  temporaryFolder,
} from "../../fixtures/helpers.ts";

const CONTENT = new TextEncoder().encode("0 1 0\n");
const FILE = { name: "x.amat", most: 30, digest: { sha256: await sha256(CONTENT) } };
/** An address where no server answers. */
const NOWHERE = await deadAddress();
const SOURCE: Source = { name: "x", licence: "none", files: [FILE], mirrors: [NOWHERE] };

let shown = "";
const terminal = {
  interactive: false,
  color: false,
  columns: 80,
  write: (text: string) => void (shown += text),
};

Deno.test("a file is taken from the user's folder, plain or zipped", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, terminal };
  await Deno.writeFile(join(folder.path, "x.amat.gz"), gzipSync(CONTENT));
  assertEquals(await readSource(SOURCE, from), [CONTENT]);
  await Deno.writeFile(join(folder.path, "x.amat"), CONTENT);
  assertEquals(await readSource(SOURCE, from), [CONTENT]);
});

Deno.test("a file that the user's folder lacks is named", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, terminal };
  await assertRefusedLater(() => readSource(SOURCE, from), folder.path, "x.amat", "x.amat.gz");
});

Deno.test("a package's folder comes before the cache, and each file is taken where it is", async () => {
  await using root = await temporaryFolder();
  const folders = ["package", "cache"].map((name) => join(root.path, name));
  const [inPackage, inCache] = folders;
  const other = new TextEncoder().encode("1 1 1\n");
  const files = [FILE, { name: "y.amat", most: 30, digest: { sha256: await sha256(other) } }];
  await Deno.mkdir(inPackage);
  await Deno.mkdir(inCache);
  await Deno.writeFile(join(inPackage, "x.amat.gz"), gzipSync(CONTENT));
  await Deno.writeFile(join(inCache, "y.amat"), other);
  const read = () => readSource({ ...SOURCE, files }, { folders, terminal });
  assertEquals(await read(), [CONTENT, other]);
  await Deno.writeFile(join(inPackage, "y.amat"), CONTENT);
  await assertRefusedLater(read, join(inPackage, "y.amat"), "is damaged or another file");
});

Deno.test("a damaged file is named with both checksums, and kept", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, terminal };
  const path = join(folder.path, "x.amat");
  const damaged = new TextEncoder().encode("0 1 1\n");
  await Deno.writeFile(path, damaged);
  const found = await sha256(damaged);
  await assertRefusedLater(() => readSource(SOURCE, from), path, found, FILE.digest.sha256);
  assertEquals(await Deno.readFile(path), damaged);

  await Deno.remove(path);
  await Deno.writeFile(`${path}.gz`, gzipSync(CONTENT).subarray(0, 15));
  await assertRefusedLater(() => readSource(SOURCE, from), `${path}.gz is damaged`);
});

Deno.test("a file larger than the published one is neither read nor decompressed to its end", async () => {
  await using folder = await temporaryFolder();
  const from = { dataDir: folder.path, terminal };
  const path = join(folder.path, "x.amat");
  await Deno.writeFile(path, new Uint8Array(31));
  await assertRefusedLater(() => readSource(SOURCE, from), path, "31 bytes", "at most 30 are read");
  await Deno.remove(path);
  const most = 1000;
  const source = { ...SOURCE, files: [{ ...FILE, most }] };
  await Deno.writeFile(`${path}.gz`, gzipSync(new Uint8Array(100_000)));
  await assertRefusedLater(
    () => readSource(source, from),
    `${path}.gz is damaged`,
    `more than ${most}`,
  );
});

Deno.test("a missing file is downloaded once, checked and cached", async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, "cache", "x");
  const options = { folders: ["/nowhere", cache], terminal };
  {
    await using server = serveFile(CONTENT);
    const source = { ...SOURCE, mirrors: [server.address] };
    shown = "";
    assertEquals(await readSource(source, options), [CONTENT]);
    assertEquals(shown, `downloaded ${join(cache, "x.amat")} (0.0 MB)\n`);
    await assertHolds(cache, "x.amat");
    assertEquals(await fetchSource(source, options), 0);
    assertEquals(server.requests, [""]);
  }
  assertEquals(await readSource(SOURCE, options), [CONTENT]);
});

Deno.test("a file published as gzip is cached as gzip, and its checksum is that of its content", async () => {
  await using folder = await temporaryFolder();
  const options = { folders: [folder.path], terminal };
  await using server = serveFile(new Uint8Array(gzipSync(CONTENT)));
  await using cut = serveFile(new Uint8Array(gzipSync(CONTENT)).slice(0, 15));
  const source: Source = { ...SOURCE, ending: ".gz", mirrors: [cut.address, server.address] };
  assertEquals(await readSource(source, options), [CONTENT]);
  await assertHolds(folder.path, "x.amat.gz");
});

Deno.test("without a network, the message says which files to download, from where, and where to put them", async () => {
  await using folder = await temporaryFolder();
  const cache = join(folder.path, "cache");
  const files = ["a", "b", "c"].map((name) => ({ ...FILE, name }));
  await Deno.mkdir(cache);
  await Deno.writeFile(join(cache, "a"), CONTENT);
  const packaged = { folder: () => "/nowhere", install: "on Debian apt-get install x" };
  const mirrors = [NOWHERE, `${NOWHERE}/second`];
  const source: Source = { ...SOURCE, files, mirrors, ending: ".gz", packaged };
  await assertRefusedLater(
    () => readSource(source, { folders: [cache], terminal }),
    "cannot download b.gz (",
    `download b.gz, c.gz from ${NOWHERE}/ or ${NOWHERE}/second/ by hand and put them into ${cache}`,
    "--data-dir",
    "or on Debian apt-get install x",
  );
});

Deno.test("downloaded files stay, and are not asked for again", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT);
  const files = [FILE, { name: "y.amat", most: 30, digest: { sha256: "0".repeat(64) } }];
  const source = { ...SOURCE, files, mirrors: [server.address] };
  await assertRefusedLater(
    () => fetchSource(source, { folders: [folder.path], terminal }),
    "cannot download y.amat (",
    `download y.amat from ${server.address}/ by hand and put it into`,
  );
  await assertHolds(folder.path, "x.amat");
});

Deno.test("a cache that cannot be written is named", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT);
  const source = { ...SOURCE, mirrors: [server.address] };
  const file = join(folder.path, "file");
  await Deno.writeTextFile(file, "");
  const cache = join(file, "cache");
  await assertRefusedLater(
    () => readSource(source, { folders: [cache], terminal }),
    `cannot make the folder ${cache}`,
  );
  assertEquals(server.requests, []);
});

Deno.test("the data sets name the files that a folder lacks", async () => {
  await using folder = await temporaryFolder();
  const inFolder = (name: string) => () => loadDataSet(name, { dataDir: folder.path });
  await assertRefusedLater(inFolder("binary_mnist"), "binarized_mnist_train.amat", folder.path);
  await assertRefusedLater(inFolder("mnist_binarized"), "train-images-idx3-ubyte", folder.path);
  await assertRefusedLater(inFolder("binary_fmnist"), "train-images-idx3-ubyte", folder.path);
  await assertRefusedLater(inFolder("omniglot"), "chardata.mat", folder.path);
});
