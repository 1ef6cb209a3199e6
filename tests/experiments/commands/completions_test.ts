import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import settings from "../../../deno.json" with { type: "json" };
import { assertSentence } from "../../fixtures/helpers.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The output of the command for a shell, with the permissions of the task. */
async function completions(shell: string): Promise<{ code: number; out: string; err: string }> {
  const [, ...args] = [...settings.tasks.completions.command.split(" "), shell];
  const options = { args, cwd: ROOT };
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), options).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** The words that bash offers to complete the last of these. */
async function offered(script: string, ...words: string[]): Promise<string[]> {
  const ask = `${script}
COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}
_echograd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", ask] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("Tab completes tasks and their flags in bash, zsh and fish", async () => {
  const [bash, zsh, fish, none] = await Promise.all(
    ["bash", "zsh", "fish", "bsh"].map(completions),
  );
  assertEquals(await offered(bash.out, "deno", "task", "comp"), ["compare", "completions"]);
  assertEquals(await offered(bash.out, "deno", "task", "train", "--re"), ["--resume"]);
  assertEquals(await offered(bash.out, "deno", "run", ""), [""]);
  assertStringIncludes(zsh.out, bash.out);
  assertStringIncludes(fish.out, "-l resume -d 'continue the run that --filename names'");
  assertEquals(none.code, 1);
  assertSentence(none.err.trimEnd(), [`unknown shell "bsh"`, "did you mean bash?"]);
});
