import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { assertSentence } from "./helpers.ts";

const COMPLETIONS = fileURLToPath(new URL("../../experiments/completions.ts", import.meta.url));

/** What the command prints for a shell. */
async function completions(shell: string): Promise<{ code: number; out: string; err: string }> {
  const args = ["run", "--quiet", "--no-check", "--allow-read", "--allow-run", COMPLETIONS, shell];
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** The words that bash offers for the last of these. */
async function offered(script: string, ...words: string[]): Promise<string[]> {
  const ask = `${script}
COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}
_echograd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", ask] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("Tab completes tasks and their flags in bash, which zsh takes over, and in fish", async () => {
  const [bash, zsh, fish, none] = await Promise.all(
    ["bash", "zsh", "fish", "bsh"].map(completions),
  );
  assertEquals(await offered(bash.out, "deno", "task", "comp"), ["compare", "completions"]);
  assertEquals(await offered(bash.out, "deno", "task", "train", "--re"), ["--resume"]);
  assertEquals(await offered(bash.out, "deno", "run", ""), [""]);
  assertStringIncludes(zsh.out, bash.out);
  assertStringIncludes(fish.out, "-l resume -d 'go on with the run that --filename names'");
  assertEquals(none.code, 1);
  assertSentence(none.err.trimEnd(), [`unknown shell "bsh"`, "did you mean bash?"]);
});
