/**
 * Traces: marks on the tensors that depend on the arguments of a function while `grad`, `vjp` or
 * `jit` calls it.
 *
 * Usually a read computes a tensor and forgets its expression. Within `grad(f)` that must not
 * happen to what depends on the arguments of f, as its graph is walked back afterwards; within
 * `jit(f)` it cannot happen, as the arguments stand for values that come later. So the arguments
 * carry a trace, every op hands the open traces of its inputs on to its output, and a tensor with
 * an open trace stays an expression.
 *
 * @module
 */

/** Marks what depends on the arguments of one call. It is open while that call runs. */
export interface Trace {
  /** Whether its function is still being traced. */
  readonly isOpen: boolean;
}

/** The number of open traces. */
let open = 0;

/** Whether any function is being traced. */
export const isTracing = (): boolean => open > 0;

/**
 * Calls f, which computes with data alone, as if no function were being traced: a jitted function
 * then need not look again at what it closes over.
 */
export function untraced<T>(f: () => T): T {
  const before = open;
  open = 0;
  try {
    return f();
  } finally {
    open = before;
  }
}

/** Calls f with a trace that is open until f returns, or throws. */
export function withTrace<T>(f: (trace: Trace) => T): T {
  const trace = { isOpen: true };
  open++;
  try {
    return f(trace);
  } finally {
    trace.isOpen = false;
    open--;
  }
}
