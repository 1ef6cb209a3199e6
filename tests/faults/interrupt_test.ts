/** Ctrl-C: a signal that `deno task` passes on a second time does not count as a second Ctrl-C. */
import { assertEquals } from "@std/assert";

const INTERRUPT = new URL("../../experiments/shell/interrupt.ts", import.meta.url).href;
const PROGRAM = new URL("../../experiments/shell/program.ts", import.meta.url).href;

/**
 * Runs a program that reports when it is stopped and killed; it gets SIGINT at these times after
 * its start.
 */
async function interrupted(again: string, ...times: number[]) {
  const code = `import { onInterrupt } from "${INTERRUPT}";
    const say = (word) => Deno.stdout.writeSync(new TextEncoder().encode(word + " "));
    onInterrupt(${again}).addEventListener("abort", () => say("stop"));
    setTimeout(() => say("end"), 2500);
    say("ready");`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn();
  let said = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (said === "") { for (const ms of times) setTimeout(() => child.kill("SIGINT"), ms); }
    said += text;
  }
  const { signal } = await child.status;
  return [said.trim(), signal];
}

Deno.test("a Ctrl-C counts as the second one from half a second after the first", async () => {
  const results = await Promise.all([
    interrupted(`() => say("again")`, 1),
    interrupted(`() => say("again")`, 1, 60),
    interrupted(`() => say("again")`, 1, 60, 1500),
    interrupted("", 1, 60),
    interrupted("", 1, 60, 1500),
  ]);
  assertEquals(results, [
    ["ready stop end", null],
    ["ready stop end", null],
    ["ready stop again end", null],
    ["ready stop end", null],
    ["ready stop", "SIGINT"],
  ]);
});

Deno.test("a closed pipe stops the program like the first Ctrl-C", async () => {
  const code = `import { onInterrupt } from "${INTERRUPT}";
    import { print, tell } from "${PROGRAM}";
    const stop = onInterrupt();
    print("unheard");
    tell([stop.aborted, stop.reason].join());
    Deno.exit(stop.reason);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await child.stdout.cancel();
  assertEquals(await new Response(child.stderr).text(), "true,141\n");
  assertEquals((await child.status).code, 141);
});
