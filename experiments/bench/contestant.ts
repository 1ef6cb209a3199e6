/**
 * Starts the process of a contestant and talks to it.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { type Hello, lines, type Turn } from "./protocol.ts";

/** A program that follows the protocol. */
export interface Program {
  readonly command: string;
  /** All arguments except the last one, which is the order. */
  readonly args: readonly string[];
}

/** A contestant that has taken its first step. */
export interface Contestant extends AsyncDisposable {
  readonly hello: Hello;
  /** From the start of the process to the end of its first step, in milliseconds. */
  readonly firstStepMs: number;
  /**
   * Runs a number of steps.
   *
   * @throws {Error} if the process exits
   */
  turn(steps: number): Promise<Turn>;
}

/** A program of this folder that runs in Deno, such as `step.ts`. */
export function ownProgram(name: string, permissions: readonly string[]): Program {
  const path = fileURLToPath(new URL(name, import.meta.url));
  return { command: "deno", args: ["run", "--quiet", "--no-prompt", ...permissions, path] };
}

/**
 * Starts a contestant and waits for its first step.
 *
 * @param order the task, which the contestant gets as JSON
 * @throws {Error} if the process does not start or exits before its first step; the message is the
 * last line of its standard error
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
    await orders.close().catch(() => {}); // the process may have exited already
    await messages.return();
    await child.status;
  };

  async function receive<T>(): Promise<T> {
    const { value, done } = await messages.next();
    if (!done) return JSON.parse(value);
    throw new Error(lastLine(await complaints) ?? "the process exited without an error message");
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

/** The error message in the output of a process: that of an uncaught error, else the last line. */
function lastLine(text: string): string | undefined {
  const said = text.split("\n").map((line) => line.trim());
  const thrown = said.find((line) => line.startsWith(UNCAUGHT));
  return thrown?.slice(UNCAUGHT.length) ?? said.findLast(Boolean);
}

/** The beginning of the line in which Deno reports an uncaught error. */
const UNCAUGHT = "error: Uncaught (in promise) ";
