import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { exists, makeFolder, readText, writeFile } from "../../../experiments/shell/files.ts";
import { assertHolds, assertRefusedLater, temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("a file is written whole and replaces the old one", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "history.jsonl");
  await writeFile(path, "one");
  await writeFile(path, new TextEncoder().encode("two"));
  assertEquals(await readText(path), "two");
  await assertHolds(folder.path, "history.jsonl");
});

Deno.test("a failed write reports an error and leaves only the old file", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "kept");
  await Deno.mkdir(path);
  await writeFile(join(path, "inner"), "untouched");
  // The last step, the renaming, fails because a folder has that name.
  await assertRefusedLater(() => writeFile(path, "new"), `cannot write ${path}`);
  assertEquals(await readText(join(path, "inner")), "untouched");
  await assertHolds(folder.path, "kept");
});

Deno.test("a reader during a write sees the old content or the new one", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "checkpoint");
  const contents = ["a", "b"].map((letter) => letter.repeat(1 << 20));
  await writeFile(path, contents[0]);
  let writing = true;
  const writer = (async () => {
    for (let i = 0; i < 20; i++) await writeFile(path, contents[i % 2]);
    writing = false;
  })();
  while (writing) assertEquals(contents.includes(await readText(path)), true);
  await writer;
});

Deno.test("impossible folders and files are refused in one sentence", async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, "file");
  await writeFile(file, "");
  await assertRefusedLater(() => makeFolder(join(file, "inner")), "cannot make the folder");
  await assertRefusedLater(() => writeFile(join(file, "inner"), ""), "cannot write", file);
  await assertRefusedLater(() => readText(join(folder.path, "none")), "cannot read", "none");
  assertEquals(await exists(join(file, "inner")), false);
});
