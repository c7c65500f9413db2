// A button for each thing that goes wrong with real glasses; one that is under way counts down.

import { ask } from "./asking.js";
import { icon, make, put } from "./dom.js";

export class Faults {
  #find;
  #buttons = new Map();
  #lengths = new Map(); // of what is under way: the longest seen, so that the bar starts full

  constructor(find) {
    this.#find = find;
  }

  begin(faults) {
    this.#buttons.clear();
    this.#find("faults").replaceChildren(...faults.map(({ kind, label, words }) => {
      const left = make("b", { hidden: true });
      const button = make("button", { type: "button", className: "fault", title: words }, [icon(kind), make("span", { textContent: label }), left]);
      button.dataset.kind = kind;
      button.addEventListener("click", () => ask("fault", { kind, seconds: this.#seconds() }));
      this.#buttons.set(kind, { button, left });
      return button;
    }));
  }

  show(faults) {
    for (const [kind, { button, left }] of this.#buttons) {
      const running = faults.find((fault) => fault.kind === kind);
      left.hidden = !running;
      button.toggleAttribute("data-running", Boolean(running));
      const longest = running ? Math.max(this.#lengths.get(kind) ?? 0, running.seconds) : 0;
      this.#lengths.set(kind, longest);
      button.style.setProperty("--left", running ? running.seconds / longest : 0);
      put(left, running ? `${Math.max(0, running.seconds).toFixed(1)} s` : "");
    }
  }

  #seconds() {
    return Number(this.#find("seconds").querySelector("input:checked").value);
  }
}
