/**
 * A contestant's process, seen from the benchmark.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Hello, lines, type Turn } from "./protocol.ts";

/** A program that follows the protocol. */
export interface Program {
  readonly command: string;
  /** All arguments but the last one, which is the order. */
  readonly args: readonly string[];
}

/** A contestant that has taken its first step. */
export interface Contestant extends AsyncDisposable {
  readonly hello: Hello;
  /** From before the process was started until its first step was done, in milliseconds. */
  readonly firstStepMs: number;
  /**
   * Has it take so many steps.
   *
   * @throws {Error} if the process ends instead
   */
  turn(steps: number): Promise<Turn>;
}

/** This library's program of a name, such as `step.ts`, in Deno. */
export function ownProgram(name: string, permissions: readonly string[]): Program {
  const path = fileURLToPath(new URL(name, import.meta.url));
  return { command: "deno", args: ["run", "--quiet", "--no-prompt", ...permissions, path] };
}

/**
 * Starts a contestant.
 *
 * @param order what it is told to do, as JSON
 * @throws {Error} if it cannot be started or ends before its first step; the message is the last line that it said
 */
export async function startContestant(
  { command, args }: Program,
  order: object,
): Promise<Contestant> {
  const began = performance.now();
  const child = new Deno.Command(command, {
    args: [...args, JSON.stringify(order)],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const complaints = new Response(child.stderr).text();
  const messages = lines(child.stdout);
  const orders = child.stdin.getWriter();
  const end = async () => {
    await orders.close().catch(() => {}); // it may have ended by itself
    await messages.return();
    await child.status;
  };

  async function receive<T>(): Promise<T> {
    const { value, done } = await messages.next();
    if (!done) return JSON.parse(value);
    throw new Error(lastLine(await complaints) ?? "it ended without a word");
  }
  try {
    const hello = await receive<Hello>();
    const firstStepMs = performance.now() - began;
    return {
      hello,
      firstStepMs,
      async turn(steps) {
        await orders.write(new TextEncoder().encode(`${steps}\n`));
        return await receive<Turn>();
      },
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The sentence that says what went wrong: that of an uncaught error, else the last line. */
function lastLine(text: string): string | undefined {
  const said = text.split("\n").map((line) => line.trim());
  const thrown = said.find((line) => line.startsWith(UNCAUGHT));
  return thrown?.slice(UNCAUGHT.length) ?? said.findLast(Boolean);
}

/** How Deno begins to speak of an error that nobody caught. */
const UNCAUGHT = "error: Uncaught (in promise) ";
