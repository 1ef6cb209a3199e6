import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { verifyDigest } from "../../../experiments/data/digest.ts";
import { download, DownloadError } from "../../../experiments/data/download.ts";
import { showDownload } from "../../../experiments/data/download_progress.ts";
import { deadAddress, serveFile } from "../../fixtures/file_server.ts";
import {
  assertHolds,
  assertRefused,
  assertRefusedLater,
  sha256,
  temporaryFolder,
} from "../../fixtures/helpers.ts";

const CONTENT = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);
const DIGEST = { sha256: await sha256(CONTENT) };

/** Downloads the file from these addresses, and returns the outcome. */
async function fetchTo(
  folder: string,
  addresses: string[],
  patience?: number,
): Promise<{ path: string; shown: [done: number, total?: number][] }> {
  const path = join(folder, "x");
  const shown: [number, number?][] = [];
  await download({
    addresses: addresses.map((address) => `${address}/x`),
    path,
    most: CONTENT.length,
    verify: (bytes) => verifyDigest(bytes, DIGEST, "x"),
    show: (done, total) => shown.push([done, total]),
    patience,
  });
  return { path, shown };
}

/** Asserts that no address gave the file, and why. */
async function assertFails(run: () => Promise<unknown>, ...says: string[]): Promise<void> {
  const { message } = await assertRejects(run, DownloadError);
  for (const part of says) assertStringIncludes(message, part);
}

Deno.test("a file is fetched, verified, and then takes its name", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT);
  const { path, shown } = await fetchTo(folder.path, [server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(shown.at(-1), [1000, 1000]);
  assertEquals(server.requests, [""]);
  await assertHolds(folder.path, "x");
});

Deno.test("a broken connection is continued at the byte where it broke", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT, { breaksAfter: 400 });
  const { path, shown } = await fetchTo(folder.path, [server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(server.requests, ["", "bytes=400-", "bytes=800-"]);
  assertEquals(shown.at(-1), [1000, 1000]);
  await assertHolds(folder.path, "x");
});

Deno.test("bytes from an earlier run are not fetched again", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT);
  await Deno.writeFile(join(folder.path, "x.part"), CONTENT.subarray(0, 700));
  const { path } = await fetchTo(folder.path, [server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(server.requests, ["bytes=700-"]);

  // Interrupted just before the file got its name: there is nothing left to fetch.
  await Deno.rename(path, `${path}.part`);
  await fetchTo(folder.path, [server.address]);
  assertEquals(server.requests, ["bytes=700-", "bytes=1000-"]);
  await assertHolds(folder.path, "x");
});

Deno.test("bytes from an earlier run are fetched again if they are wrong", async () => {
  for (const left of [new Uint8Array(700), new Uint8Array(2000)]) {
    await using folder = await temporaryFolder();
    await using server = serveFile(CONTENT);
    await Deno.writeFile(join(folder.path, "x.part"), left);
    const { path } = await fetchTo(folder.path, [server.address]);
    assertEquals(await Deno.readFile(path), CONTENT);
    // A part longer than the file can be is dropped without asking the server.
    assertEquals(server.requests, left.length < 1000 ? ["bytes=700-", ""] : [""]);
  }
});

Deno.test("a server that ignores Range sends the whole again", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT, { ranges: false });
  await Deno.writeFile(join(folder.path, "x.part"), CONTENT.subarray(0, 700));
  const { path, shown } = await fetchTo(folder.path, [server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(shown.at(-1), [1000, 1000]);
  await assertHolds(folder.path, "x");
});

Deno.test("a server that ignores Range and always breaks is given up; the next one continues", async () => {
  await using folder = await temporaryFolder();
  await using hopeless = serveFile(CONTENT, { ranges: false, breaksAfter: 400 });
  await assertFails(() => fetchTo(folder.path, [hopeless.address]), "127.0.0.1:");
  assertEquals(hopeless.requests, ["", "bytes=400-"]);
  await assertHolds(folder.path, "x.part");

  await using server = serveFile(CONTENT);
  const { path } = await fetchTo(folder.path, [hopeless.address, server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(server.requests, ["bytes=400-"]);
});

Deno.test("addresses are tried in order: a dead one, a missing file, a wrong one, the right one", async () => {
  await using folder = await temporaryFolder();
  const dead = await deadAddress();
  await using missing = serveFile(CONTENT, { status: 404 });
  await using wrong = serveFile(CONTENT.toReversed());
  const bad = [dead, missing.address, wrong.address];
  await assertFails(
    () => fetchTo(folder.path, bad),
    `${new URL(dead).host}: `,
    "refused",
    "the server answered 404",
    "its SHA-256 is ",
    DIGEST.sha256,
  );
  await assertHolds(folder.path);

  await using server = serveFile(CONTENT);
  const { path } = await fetchTo(folder.path, [...bad, server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  await assertHolds(folder.path, "x");
});

Deno.test("a wrong file that comes in pieces ends, too", async () => {
  await using folder = await temporaryFolder();
  await using wrong = serveFile(CONTENT.toReversed(), { breaksAfter: 600 });
  await assertFails(() => fetchTo(folder.path, [wrong.address]), DIGEST.sha256);
  assertEquals(wrong.requests, ["", "bytes=600-", "", "bytes=600-"]);
  await assertHolds(folder.path);
});

Deno.test("a server that sends nothing is given up", async () => {
  await using folder = await temporaryFolder();
  await using silent = serveFile(CONTENT, { stalls: true });
  await assertFails(() => fetchTo(folder.path, [silent.address], 100), "nothing came for 0.1 s");
});

Deno.test("a server that sends a byte in each connection is given up, and the next one continues", async () => {
  await using folder = await temporaryFolder();
  await using slow = serveFile(CONTENT, { breaksAfter: 1 });
  await assertFails(() => fetchTo(folder.path, [slow.address]), "in the last of 20 connections");
  assertEquals(slow.requests.length, 20);
  assertEquals(slow.requests.at(-1), "bytes=19-");
  await using server = serveFile(CONTENT);
  const { path } = await fetchTo(folder.path, [server.address]);
  assertEquals(await Deno.readFile(path), CONTENT);
  assertEquals(server.requests, ["bytes=20-"]);
});

Deno.test("a server that sends more than the file has is cut off, and the next is tried", async () => {
  for (const behaviour of [{ claims: 4e8 }, { endless: true }]) {
    await using folder = await temporaryFolder();
    await using liar = serveFile(CONTENT, behaviour);
    await assertFails(() => fetchTo(folder.path, [liar.address]), "but the file has at most 1000");
    assertEquals(liar.requests, [""]);
    await assertHolds(folder.path);
    await using server = serveFile(CONTENT);
    const { path } = await fetchTo(folder.path, [liar.address, server.address]);
    assertEquals(await Deno.readFile(path), CONTENT);
    await assertHolds(folder.path, "x");
  }
});

Deno.test("two downloads of the same file fetch it once", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT, { breaksAfter: 400 });
  await Promise.all([1, 2, 3].map(() => fetchTo(folder.path, [server.address])));
  assertEquals(server.requests, ["", "bytes=400-", "bytes=800-"]);
  await assertHolds(folder.path, "x");
});

Deno.test("a file that cannot be written is refused in a sentence, and nothing is fetched", async () => {
  await using folder = await temporaryFolder();
  await using server = serveFile(CONTENT);
  const none = join(folder.path, "none");
  await assertRefusedLater(() => fetchTo(none, [server.address]), "cannot write", none);
  assertEquals(server.requests, []);
});

Deno.test("checksums: SHA-256, and git's id of a file", () => {
  const bytes = new TextEncoder().encode("hello\n");
  // printf 'hello\n' | sha256sum, and printf 'hello\n' | git hash-object --stdin
  const sha256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
  const gitBlob = "ce013625030ba8dba906f756967f9e9ca394464a";
  verifyDigest(bytes, { sha256 }, "x");
  verifyDigest(bytes, { gitBlob }, "x");
  const wrong = "0".repeat(40);
  assertRefused(
    () => verifyDigest(bytes, { gitBlob: wrong }, "x"),
    `x is damaged or another file: its git blob id is ${gitBlob}, but must be ${wrong}`,
  );
});

Deno.test("a download is a bar on a terminal, and otherwise a line at its end", () => {
  let text = "";
  const terminal = { color: false, columns: 60, write: (part: string) => void (text += part) };
  const quiet = showDownload({ ...terminal, interactive: false }, "cache/x.gz");
  quiet.step(500_000, 1_000_000);
  assertEquals(text, "");
  quiet.step(1_000_000, 1_000_000);
  quiet.done();
  assertEquals(text, "downloaded cache/x.gz (1.0 MB)\n");

  text = "";
  const shown = showDownload({ ...terminal, interactive: true }, "cache/x.gz");
  shown.step(500_000, 1_000_000);
  assertStringIncludes(text, "\r\x1b[Kx.gz  [============            ]  0.5 MB of 1.0 MB");
  shown.step(600_000, 1_000_000); // too soon for another look
  assertEquals(text.split("\r").length, 2);
  assert(text.length <= "\r\x1b[K".length + terminal.columns - 1);
  shown.failed();
  assertEquals(text.endsWith("\r\x1b[K"), true);
});
