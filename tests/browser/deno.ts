/**
 * Deno on a page, as far as the tables of tests need it: it collects their tests. Import it before
 * them.
 *
 * @module
 */

/** A test that was registered. */
export interface Registered {
  readonly name: string;
  readonly ignore?: boolean;
  readonly fn: () => void | Promise<void>;
}

/** All tests, in their order. */
export const registered: Registered[] = [];

const environment = new Map([["ECHOGRAD_DEVICES", "webgpu"]]);

Object.assign(globalThis, {
  Deno: {
    test(test: string | Registered, fn?: Registered["fn"]) {
      registered.push(typeof test === "string" ? { name: test, fn: fn! } : test);
    },
    env: {
      get: (name: string) => environment.get(name),
      has: (name: string) => environment.has(name),
    },
    build: { os: "browser" },
  },
});
