/**
 * What PyTorch computed of a flow in float64 (flow.py wrote it); arrays are text, see {@link ./values.ts}.
 *
 * @module
 */
import flow from "./flow.json" with { type: "json" };

export { flow };
