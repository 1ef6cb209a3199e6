/**
 * What PyTorch computed of a flow in float64 (flow.py wrote it); arrays are text, which values.ts
 * reads.
 *
 * @module
 */
import flow from "./flow.json" with { type: "json" };

export { flow };
