/**
 * What all shaders share: bindings, the grid of workgroups, and how the text is put together.
 *
 * @module
 */
import { type Combine, IDENTITIES } from "../../graph.ts";
import { type Kernel, outputIndex } from "../../kernel.ts";
import { constant } from "../../scalar.ts";
import type { DType } from "../../formula.ts";
import type { AxisGroup, Block, Placed } from "./writer.ts";
import { helperText, Writer } from "./writer.ts";
import { callText, fromStored, storedTypeOf, toStored, unsigned } from "./wgsl.ts";

/** A shader and the workgroups to launch it on. Its entry point is `main`. */
export interface Shader {
  readonly name: string;
  readonly code: string;
  readonly grid: readonly [number, number];
}

/**
 * The binding of each load of a kernel. The outputs are the first bindings. A load that is bound to
 * an output reads the element that is about to be overwritten. Several loads may share a binding.
 */
export type Bindings = readonly number[];

/** The number of threads of a workgroup, where they work alone. */
export const WORKGROUP = 256;

const MAX_GRID = 65535;

/**
 * A grid of at least this many workgroups, in two dimensions: one dimension ends at 65,535. A few
 * may be too many.
 */
export function gridOf(workgroups: number): [number, number] {
  const rows = Math.max(1, Math.ceil(workgroups / MAX_GRID));
  return [Math.ceil(workgroups / rows), rows];
}

/** Axes from `first` on with the given sizes, counted by one variable. */
export function groupFrom(first: number, sizes: readonly number[], counter: Placed): AxisGroup {
  return { axes: sizes.map((_, i) => first + i), sizes, counter };
}

const NO_VECTORS: ReadonlySet<number> = new Set();

/**
 * A {@linkcode Writer} whose loads read the bindings of the kernel. The bindings in `vectors` are
 * declared as vectors of four. Buffers are multiples of 16 bytes, so they hold whole vectors.
 */
export function writerFor(
  kernel: Kernel,
  bindings: Bindings,
  root: Block,
  groups: readonly AxisGroup[],
  vectors: ReadonlySet<number> = NO_VECTORS,
): Writer {
  const types = bindingTypes(kernel, bindings);
  return new Writer(root, groups, ({ buffer, dtype }, at) => {
    const binding = bindings[buffer];
    const name = nameOf(kernel, binding);
    const element = vectors.has(binding) ? `${name}[(${at}) / 4u][(${at}) % 4u]` : `${name}[${at}]`;
    return fromStored(element, types[binding], dtype);
  }, ({ buffer }, at) => `input${bindings[buffer]}[(${at}) / 4u]`);
}

const nameOf = ({ stores }: Kernel, binding: number): string =>
  binding < stores.length ? `output${binding}` : `input${binding}`;

/**
 * The element types of the buffers: of the outputs, then of each binding by the first load that is
 * bound to it.
 */
function bindingTypes(kernel: Kernel, bindings: Bindings): DType[] {
  const types: DType[] = kernel.stores.map(({ dtype }) => dtype);
  bindings.forEach((binding, buffer) => types[binding] ??= kernel.loads[buffer]);
  return types;
}

/** Computes all elements of the stores at the current position, and then stores them. */
export function store(kernel: Kernel, writer: Writer, into: Block): void {
  const at = writer.index(outputIndex(kernel.space)).text;
  const values = kernel.stores.map(({ value }) => writer.value(value).text);
  kernel.stores.forEach(({ dtype }, i) => {
    into.push(`output${i}[${at}] = ${toStored(values[i], dtype)};`);
  });
}

/** How a shader begins, and the workgroups that it is launched on. */
export interface Head {
  readonly text: string;
  readonly grid: readonly [number, number];
}

/** The head of a shader in which thread `i` of `total` does one thing. */
export function threadsOf(total: number, root: Block, workgroup: number = WORKGROUP): Head {
  const grid = gridOf(Math.ceil(total / workgroup));
  root.push(
    `let i = id.x + id.y * ${unsigned(grid[0] * workgroup)};`,
    `if (i >= ${unsigned(total)}) { return; }`,
  );
  const text = /* wgsl */ `@compute @workgroup_size(${workgroup})
fn main(@builtin(global_invocation_id) id: vec3<u32>)`;
  return { text, grid };
}

/**
 * The head of a shader in which workgroup `i` of `total` does one thing; `lane` counts its threads.
 */
export function groupsOf(total: number, root: Block, workgroup: number): Head {
  const grid = gridOf(total);
  root.push(
    `let i = group.x + group.y * ${unsigned(grid[0])};`,
    `if (i >= ${unsigned(total)}) { return; }`,
  );
  const text = /* wgsl */ `@compute @workgroup_size(${workgroup})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32)`;
  return { text, grid };
}

/** What a shader may have beside its bindings and its entry point. */
export interface Extras {
  /** The bindings that are declared as vectors of four. */
  readonly vectors?: ReadonlySet<number>;
  /** Texts of variables and functions. */
  readonly declarations?: readonly string[];
}

/**
 * Puts a shader together: bindings, the helper functions that it calls, declarations, and the entry
 * point.
 */
export function assemble(
  kernel: Kernel,
  bindings: Bindings,
  head: Head,
  root: Block,
  helpers: Iterable<string>,
  { vectors = NO_VECTORS, declarations = [] }: Extras = {},
): Shader {
  const buffers = bindingTypes(kernel, bindings).map((dtype, binding) => {
    const access = binding < kernel.stores.length ? "read_write" : "read";
    const element = storedTypeOf(dtype);
    const type = vectors.has(binding) ? `array<vec4<${element}>>` : `array<${element}>`;
    const variable = `var<storage, ${access}> ${nameOf(kernel, binding)}: ${type};`;
    return `@group(0) @binding(${binding}) ${variable}`;
  });
  const title = `// ${kernel.name.replaceAll("\n", " ")}`;
  const main = `${head.text} {\n${root}\n}`;
  const parts = [title, ...buffers, helperText(helpers), ...declarations, main];
  const code = parts.filter((part) => part !== "").join("\n");
  return { name: kernel.name, code, grid: head.grid };
}

/** What reductions of both kinds start from, and how they go on. */
export function combining(
  combine: Combine,
  dtype: DType,
  writer: Writer,
): { identity: string; combined: (a: string, b: string) => string } {
  return {
    identity: writer.value(constant(IDENTITIES[combine][dtype], dtype)).text,
    combined: (a, b) =>
      callText(combine, dtype, [{ text: a, dtype }, { text: b, dtype }], writer.use),
  };
}
