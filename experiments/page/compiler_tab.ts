/**
 * The tab that shows what the compiler makes of an expression.
 *
 * @module
 */
/// <reference lib="dom" />

import type { Settings } from "./address.ts";
import { byId, say } from "./dom.ts";
import type { ShowingOrder } from "./messages.ts";
import type { Tab } from "./train_tab.ts";

/** Examples: what each shows, and its expression. */
const PRESETS: readonly [name: string, expression: string][] = [
  ["Dense layer: one kernel", "softplus(matmul(A, B) + b)"],
  ["Many ops fuse into one loop", "sqrt(x * x + y * y) + sin(x) * 0.5"],
  ["A reduction", "mean(tanh(A) * 2, 1)"],
  ["Softmax of each row", "exp(A - reduceMax(A, 1)) / sum(exp(A - reduceMax(A, 1)), 1)"],
  ["A gradient is an expression, too", "grad(sum(tanh(x) * y), x)"],
  ["The gradient of a dense layer", "grad(mean(softplus(matmul(A, B) + b)), B)"],
  ["Echo's code", "echoSample(F, L)"],
  ["Echo's rate", "mean(echoRate(L))"],
];

/** The time after the last key at which the expression is compiled, in milliseconds. */
const PAUSE = 250;

/** Opens the tab. */
export function openCompilerTab(
  settings: Settings,
  order: (order: ShowingOrder) => void,
  save: () => void,
): Tab {
  const editor = byId<HTMLTextAreaElement>("expression");
  const presets = byId<HTMLSelectElement>("preset");
  presets.append(
    ...PRESETS.map(([name, expression]) => new Option(name, expression)),
    new Option("Your own", ""),
  );
  const choose = () => {
    const known = PRESETS.some(([, expression]) => expression === settings.expression);
    presets.value = known ? settings.expression : "";
  };
  let asked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ask = () => {
    asked = true;
    order({ type: "compile", text: settings.expression });
  };
  function changed(text: string): void {
    settings.expression = text;
    choose();
    save();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  }
  editor.value = settings.expression;
  choose();
  editor.addEventListener("input", () => changed(editor.value));
  presets.addEventListener("change", () => {
    if (presets.value === "") return editor.focus();
    editor.value = presets.value;
    changed(presets.value);
  });

  return {
    show: () => asked || ask(),
    hear(report) {
      if (report.type !== "compiled") return;
      const { view } = report, mistake = byId("mistake");
      mistake.hidden = !("problem" in view);
      if ("problem" in view) return void (mistake.textContent = view.problem);
      const size = view.shape.reduce((product, length) => product * length, 1);
      const more = size > view.values.length ? `, the first ${view.values.length} numbers` : "";
      say("result-shape", `float32 [${view.shape.join(", ")}]${more}`);
      say("result", view.values.map((value) => value.toPrecision(5)).join("  "));
      for (const [name, text] of Object.entries(view.views)) say(`view-${name}`, text);
    },
  };
}
