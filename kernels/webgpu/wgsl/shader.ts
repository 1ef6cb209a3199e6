/**
 * What all shaders share: bindings, the grid of workgroups, and how the text is put together.
 *
 * @module
 */
import type { DType, Load } from "../../formula.ts";
import { type Kernel, outputIndex } from "../../kernel.ts";
import { fromStored, storedTypeOf, toStored, unsigned } from "./wgsl.ts";
import { type AxisGroup, type Block, helperText, Writer } from "./writer.ts";

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

/** How a shader begins, and the workgroups that it is launched on. */
export interface Head {
  readonly text: string;
  readonly grid: readonly [number, number];
}

/** The head of a shader in which thread `i` of `total` does one thing. */
export const threadsOf = (total: number, root: Block, workgroup: number = WORKGROUP): Head =>
  headOf("id", "@builtin(global_invocation_id) id: vec3<u32>", total, workgroup, workgroup, root);

/**
 * The head of a shader in which workgroup `i` of `total` does one thing; `lane` counts its threads.
 */
export function groupsOf(total: number, root: Block, workgroup: number): Head {
  const builtins =
    "@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32";
  return headOf("group", builtins, total, 1, workgroup, root);
}

/**
 * The head of a shader in which `i`, counted by the builtin `of`, is below `total`. A workgroup
 * counts on by `step`. The grid has two dimensions, since one dimension ends at 65,535 workgroups;
 * a few may be too many.
 */
function headOf(
  of: string,
  builtins: string,
  total: number,
  step: number,
  workgroup: number,
  root: Block,
): Head {
  const workgroups = Math.ceil(total / step);
  const rows = Math.max(1, Math.ceil(workgroups / MAX_GRID));
  const columns = Math.ceil(workgroups / rows);
  root.push(
    `let i = ${of}.x + ${of}.y * ${unsigned(columns * step)};`,
    `if (i >= ${unsigned(total)}) { return; }`,
  );
  const text = /* wgsl */ `@compute @workgroup_size(${workgroup})\nfn main(${builtins})`;
  return { text, grid: [columns, rows] };
}

/**
 * Axes from `first` on with the given sizes, counted row-major by the variable `name`, which is
 * known in `home`.
 */
export function groupFrom(
  first: number,
  sizes: readonly number[],
  name: string,
  home: Block,
): AxisGroup {
  return { axes: sizes.map((_, i) => first + i), sizes, counter: { text: name, home } };
}

/**
 * The writer of a kernel's shader. Its loads read the bindings of the kernel. The bindings in
 * `vectors` are declared as vectors of four. Buffers are multiples of 16 bytes, so they hold whole
 * vectors.
 */
export class KernelWriter extends Writer {
  /**
   * The element types of the buffers: of the outputs, then of each binding by the first load that
   * is bound to it.
   */
  readonly #types: DType[];

  constructor(
    readonly kernel: Kernel,
    readonly bindings: Bindings,
    root: Block,
    groups: readonly AxisGroup[],
    readonly vectors: ReadonlySet<number> = new Set(),
  ) {
    super(root, groups);
    this.#types = kernel.stores.map(({ dtype }) => dtype);
    bindings.forEach((binding, buffer) => this.#types[binding] ??= kernel.loads[buffer]);
  }

  override loadText({ buffer, dtype }: Load, at: string): string {
    const binding = this.bindings[buffer];
    const name = this.#nameOf(binding);
    const element = this.vectors.has(binding)
      ? `${name}[(${at}) / 4u][(${at}) % 4u]`
      : `${name}[${at}]`;
    return fromStored(element, this.#types[binding], dtype);
  }

  /**
   * Four elements of a load from a printed index on, a multiple of four, where the binding is
   * declared as vectors.
   */
  loadVector({ buffer }: Load, at: string): string {
    return `input${this.bindings[buffer]}[(${at}) / 4u]`;
  }

  #nameOf(binding: number): string {
    return `${binding < this.kernel.stores.length ? "output" : "input"}${binding}`;
  }

  /**
   * Computes all elements of the stores at the current position, and then stores them.
   *
   * @param result the text of the kernel's result, where it has one
   * @param position where to store, unless it is at the current position
   */
  store(into: Block, result?: string, position?: string): void {
    const { space, stores } = this.kernel;
    if (result !== undefined) {
      into.push(`let result = ${result};`);
      this.result = { text: "result", home: into };
    }
    const at = position ?? this.index(outputIndex(space)).text;
    const values = stores.map(({ value }) => this.value(value).text);
    stores.forEach(({ dtype }, i) => {
      into.push(`output${i}[${at}] = ${toStored(values[i], dtype)};`);
    });
  }

  /**
   * Puts the shader together: bindings, the helper functions that it calls, `declarations` of
   * variables and functions, and the entry point.
   */
  shader(head: Head, ...declarations: readonly string[]): Shader {
    const { name, stores } = this.kernel;
    const buffers = this.#types.map((dtype, binding) => {
      const access = binding < stores.length ? "read_write" : "read";
      const element = storedTypeOf(dtype);
      const type = this.vectors.has(binding) ? `array<vec4<${element}>>` : `array<${element}>`;
      const variable = `var<storage, ${access}> ${this.#nameOf(binding)}: ${type};`;
      return `@group(0) @binding(${binding}) ${variable}`;
    });
    const title = `// ${name.replaceAll("\n", " ")}`;
    const main = `${head.text} {\n${this.root}\n}`;
    const parts = [title, ...buffers, helperText(this.helpers), ...declarations, main];
    return { name, code: parts.filter((part) => part !== "").join("\n"), grid: head.grid };
  }
}
