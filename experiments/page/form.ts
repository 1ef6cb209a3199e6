/**
 * A form whose controls have the names of settings: it shows them, and follows what the reader
 * changes.
 *
 * @module
 */
/// <reference lib="dom" />

import type { Settings } from "./address.ts";

/** The controls that show another number than the setting: β has a logarithmic slider. */
const SCALES: Partial<Record<string, { shown(x: number): number; meant(x: number): number }>> = {
  beta: { shown: Math.log10, meant: (x) => Number((10 ** x).toFixed(2)) },
};

/** Shows the settings in a form, and calls `changed` with the name of each that the reader changes. */
export function connectForm(
  form: HTMLFormElement,
  settings: Settings,
  changed: (name: keyof Settings) => void,
): void {
  const values = settings as unknown as Record<string, unknown>;
  for (const control of form.elements) {
    if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) continue;
    const { name } = control, scale = SCALES[name];
    if (!(name in values)) continue;
    if (control.type === "checkbox") {
      (control as HTMLInputElement).checked = values[name] as boolean;
    } else if (control.type === "radio") {
      (control as HTMLInputElement).checked = control.value === `${values[name]}`;
    } else control.value = `${scale?.shown(values[name] as number) ?? values[name]}`;
    showNumber(control);
    control.addEventListener(control.type === "range" ? "input" : "change", () => {
      if (!control.checkValidity() || control.value === "") return;
      values[name] = control.type === "checkbox"
        ? (control as HTMLInputElement).checked
        : typeof values[name] === "number"
        ? (scale?.meant ?? Number)(Number(control.value))
        : control.value;
      showNumber(control);
      changed(name as keyof Settings);
    });
  }
  form.addEventListener("submit", (event) => event.preventDefault());
}

/** Shows the number of a slider beside its name. */
function showNumber(control: HTMLInputElement | HTMLSelectElement): void {
  const output = control.type === "range" ? control.parentElement!.querySelector(".out") : null;
  if (output !== null && output.id === "") output.textContent = control.value;
}
