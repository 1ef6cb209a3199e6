/**
 * Compiles shaders. Each text is compiled once per device. A failure names the kernel, the
 * compiler's message, and the line of WGSL.
 *
 * @module
 */
import { remember } from "../remember.ts";
import type { ErrorLog } from "./errors.ts";
import type { Shader } from "./wgsl/shader.ts";

/** A compiled shader with the layout of its bindings. */
export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** The pipelines of a device, by their text. */
export class Pipelines {
  readonly #byCode = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(readonly device: GPUDevice, readonly errors: ErrorLog) {}

  /**
   * The pipeline of a shader with a number of bindings, the first `written` of which it writes.
   * Returns at once; the next read throws if the shader does not compile.
   */
  get(shader: Shader, bindings: number, written: number): Pipeline {
    return remember(this.#byCode, shader.code, () => this.#compile(shader, bindings, written));
  }

  #compile({ name, code }: Shader, bindings: number, written: number): Pipeline {
    const layout = this.#layout(bindings, written);
    this.device.pushErrorScope("internal");
    this.device.pushErrorScope("validation");
    const module = this.device.createShaderModule({ label: name, code });
    const pipeline = this.device.createComputePipeline({
      label: name,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const errors = Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]);
    this.errors.expect(errors.then(async ([validation, internal]) => {
      const error = validation ?? internal;
      if (error === null) return undefined;
      this.#byCode.delete(code); // so that the next attempt fails again
      const { messages } = await module.getCompilationInfo();
      const first = messages.find(({ type }) => type === "error");
      const line = first && code.split("\n")[first.lineNum - 1]?.trim();
      const where = line ? ` (line ${first.lineNum}: ${line})` : "";
      const cause = (first?.message || error.message).trim();
      return new Error(`Cannot compile the kernel ${name}${where}: ${cause}`);
    }));
    return { pipeline, layout };
  }

  /** The layout of bindings: the first are written and perhaps read, the others are read. */
  #layout(bindings: number, written: number): GPUBindGroupLayout {
    return remember(this.#layouts, `${bindings} ${written}`, () => {
      const entries = Array.from({ length: bindings }, (_, binding): GPUBindGroupLayoutEntry => ({
        binding,
        visibility: 4, // GPUShaderStage.COMPUTE
        buffer: { type: binding < written ? "storage" : "read-only-storage" },
      }));
      return this.device.createBindGroupLayout({ entries });
    });
  }
}
