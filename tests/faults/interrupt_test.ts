/** Ctrl-C: the one that `deno task` hands on a second time is no second one. */
import { assertEquals } from "@std/assert";

const INTERRUPT = new URL("../../experiments/shell/interrupt.ts", import.meta.url).href;
const PROGRAM = new URL("../../experiments/shell/program.ts", import.meta.url).href;

/** A program that says when it is stopped and when it is killed, and gets SIGINT at these times after its start. */
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

Deno.test("a second Ctrl-C is one that comes half a second after the first", async () => {
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

Deno.test("the end of a pipe stops as the first Ctrl-C does", async () => {
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
