import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { command, scriptFor } from "../../../experiments/commands/completions.ts";
import { assertMistake, runHere, runTask } from "../../fixtures/command.ts";

/** The words that bash offers to complete the last of these. */
async function offered(script: string, ...words: string[]): Promise<string[]> {
  const ask = `${script}
COMP_WORDS=(${words.map((word) => `"${word}"`).join(" ")}); COMP_CWORD=${words.length - 1}
_echograd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await new Deno.Command("bash", { args: ["-c", ask] }).output();
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("Tab completes tasks and their flags", async () => {
  const { code, out: script, err } = await runTask("completions", ["bash"]);
  assertEquals([code, err], [0, ""]);
  assertEquals(await offered(script, "deno", "task", "comp"), ["compare", "completions"]);
  assertEquals(await offered(script, "deno", "task", "train", "--re"), ["--resume"]);
  assertEquals(await offered(script, "deno", "run", ""), [""]);
});

Deno.test("zsh reads the script of bash, and fish one of its own", () => {
  const flags = [{ task: "train", name: "resume", help: "continue the user's run" }];
  assertStringIncludes(scriptFor("zsh", flags), scriptFor("bash", flags));
  assertMatch(scriptFor("zsh", flags), /^autoload -U \+X bashcompinit && bashcompinit\n/);
  assertStringIncludes(
    scriptFor("fish", flags),
    `complete -c deno -n '__fish_seen_subcommand_from train' -l resume -d 'continue the user\\'s run'`,
  );
});

Deno.test("an unknown shell is refused", async () => {
  assertMistake(await runHere(command, ["bsh"]), `unknown shell "bsh"`, "did you mean bash?");
});
