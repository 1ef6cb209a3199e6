import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { command } from "../../../experiments/commands/report.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";
import { finishedRun } from "../../fixtures/finished_run.ts";
import { temporaryFolder } from "../../fixtures/helpers.ts";

Deno.test("report writes a page and, if wanted, a table of histories", async () => {
  await using folder = await temporaryFolder();
  const path = (name: string) => join(folder.path, name);
  const { path: first } = await finishedRun(folder.path, "first");
  await Deno.mkdir(path("empty"));
  // Twice, because report may overwrite its own files. Paths are relative to the user's folder.
  const files = ["first", "empty", "--out", "page.html", "--csv", "./histories.csv"];
  await runHere(command, [first, "--out", path("page.html"), "--csv", path("histories.csv")]);
  const { code, out, err } = await runTask("report", files, { folder: folder.path });
  assertEquals([code, err], [0, ""]);
  assertMatch(
    out,
    /^left out: .*empty: .*\n.*page.html: 1 run, 0\.\d\d MB\n.*histories.csv: .*\n$/,
  );
  assertMatch(await Deno.readTextFile(path("page.html")), /^<!DOCTYPE html>.*<\/html>\n$/s);
  assertEquals((await Deno.readTextFile(path("histories.csv"))).split("\r\n").length, 1 + 4 + 1);
});

Deno.test("report prints its help, and one sentence after a mistake", async () => {
  await using folder = await temporaryFolder();
  const { code, out } = await runHere(command, ["--help"]);
  assertEquals(code, 0);
  for (const text of ["--out", "--csv", "  deno task report runs/*"]) {
    assertStringIncludes(out, text);
  }
  const mistakes: [args: string[], ...says: string[]][] = [
    [[], "no run folder is given", "deno task report runs/*"],
    [[folder.path], "there is no run", folder.path],
    [[join(folder.path, "none")], "there is no run folder"],
    [[folder.path, "--outt", "x"], "--outt", "did you mean --out?"],
  ];
  for (const [args, ...says] of mistakes) {
    assertMistake(await runHere(command, args), ...says);
  }
  // The permissions are those of the task.
  const elsewhere = await runTask("report", [folder.path, "--out", "/usr/x.html"]);
  assertMistake(elsewhere, "--out is /usr/x.html", "may write only in");
});
