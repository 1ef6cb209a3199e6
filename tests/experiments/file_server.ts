/**
 * HTTP servers on this machine that send a file well, or in the ways in which servers fail.
 *
 * @module
 */

/** How a server behaves. */
export interface Behaviour {
  /** It honours `Range`. */
  ranges?: boolean;
  /** It breaks each connection after so many bytes of a body. */
  breaksAfter?: number;
  /** It answers with this status instead. */
  status?: number;
  /** It says that it sends, and sends nothing. */
  stalls?: boolean;
  /** It says that it sends so many bytes. */
  claims?: number;
  /** It sends the file again and again, without saying how often. */
  endless?: boolean;
}

/** A server of one file, with the `Range` of each request that it had, "" where there was none. */
export interface FileServer extends AsyncDisposable {
  address: string;
  requests: string[];
}

/** Serves bytes at any path. */
export function serveFile(content: Uint8Array<ArrayBuffer>, behaviour: Behaviour = {}): FileServer {
  const { ranges = true, breaksAfter = Infinity, status, stalls, claims, endless } = behaviour;
  const requests: string[] = [];
  const server = Deno.serve(
    // A connection that is broken on purpose is no error.
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, onError: () => new Response() },
    (request) => {
      const range = request.headers.get("range") ?? "";
      requests.push(range);
      if (status !== undefined) return new Response("<html>", { status });
      if (stalls) return new Response(new ReadableStream({ start() {} }));
      if (endless) {
        return new Response(new ReadableStream({ pull: (body) => body.enqueue(content) }));
      }
      const start = ranges && range ? Number(range.match(/bytes=(\d+)-/)![1]) : 0;
      if (start >= content.length) return new Response("", { status: 416 });
      const rest = content.subarray(start);
      const headers: Record<string, string> = { "content-length": String(claims ?? rest.length) };
      if (ranges && range) {
        headers["content-range"] = `bytes ${start}-${content.length - 1}/${content.length}`;
      }
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(rest.subarray(0, breaksAfter));
          if (breaksAfter >= rest.length) return controller.close();
          // What was sent must be on its way before the connection breaks.
          await new Promise((resolve) => setTimeout(resolve, 20));
          controller.error(new Error("broken on purpose"));
        },
      });
      return new Response(body, { status: ranges && range ? 206 : 200, headers });
    },
  );
  const { port } = server.addr;
  return {
    address: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** An address where nobody answers any more. */
export async function deadAddress(): Promise<string> {
  const server = serveFile(new Uint8Array(1));
  await server[Symbol.asyncDispose]();
  return server.address;
}
