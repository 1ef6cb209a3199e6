/**
 * Starting workers, in browsers and elsewhere.
 *
 * @module
 */
import { type Invitation, work } from "./worker.ts";

/** A worker as seen from outside. */
export interface WorkerHandle {
  terminate(): unknown;
}

interface NodeWorker extends WorkerHandle {
  postMessage(message: unknown): void;
  on(event: "error", listener: (error: unknown) => void): void;
  unref(): void;
}

/** What Deno and Node have: workers that do not keep the process alive. */
interface NodeProcess {
  getBuiltinModule?(name: "node:worker_threads"): {
    readonly Worker: new (text: string, options: { eval: true }) => NodeWorker;
  };
}

function workerThreads() {
  const { process } = globalThis as { readonly process?: NodeProcess };
  return process?.getBuiltinModule?.("node:worker_threads");
}

/**
 * Whether workers can share memory here. In a browser the page must be isolated; Node has workers
 * of its own.
 */
export const canShare: boolean = typeof SharedArrayBuffer === "function" &&
  (typeof Worker === "function" || workerThreads() !== undefined);

/** Starts a worker; throws, or calls `fail` later, where that cannot be done. */
export function startWorker(
  invitation: Invitation,
  fail: (why: unknown) => void,
): WorkerHandle {
  const threads = workerThreads();
  if (threads !== undefined) {
    const text = `require("node:worker_threads").parentPort.once("message", ${work})`;
    const worker = new threads.Worker(text, { eval: true });
    worker.on("error", fail);
    worker.unref();
    worker.postMessage(invitation);
    return worker;
  }
  const text = `onmessage = ({ data }) => { (${work})(data); close(); }`;
  const url = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module" });
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || "the page may forbid workers: Content-Security-Policy, worker-src blob:");
  };
  worker.postMessage(invitation);
  return worker;
}
