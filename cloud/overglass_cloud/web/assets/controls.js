// What the wearer chooses: look, strength, words, region, overlays. What is asked for is state, never a
// queue: each change replaces the whole document.

import { make } from "./dom.js";

const TYPING_MS = 400;

export class Controls {
  #find; #ask; #looks = []; #typing = null;

  // `ask(change)` is called with what the wearer changed of the control document.
  constructor(find, ask) {
    this.#find = find;
    this.#ask = ask;
    find("strength").addEventListener("input", () => this.#askStrength());
    find("prompt").addEventListener("input", () => this.#askPromptSoon());
    find("region").addEventListener("change", ({ target }) => ask({ region: target.value }));
    find("looks").addEventListener("change", ({ target }) => this.#askLook(target.value));
    find("overlays").addEventListener("change", () => this.#askOverlays());
    this.#showStrength();
  }

  // `looks` as GET /looks tells them.
  offerLooks(looks, chosen) {
    this.#looks = looks;
    this.#find("looks").replaceChildren(...looks.map(({ name, summary }) => make("label", { title: summary }, [
      make("input", { type: "radio", name: "look", value: name, checked: name === chosen }),
      make("span", { textContent: name.replaceAll("-", " ") }),
    ])));
    this.#showWhatItTakes(chosen);
  }

  // `overlays` as GET /overlays tells them; what is missing is shown with what cures it. `impossible`: why
  // this browser can draw none of them, or empty.
  offerOverlays(overlays, chosen, impossible = "") {
    this.#find("overlays-section").hidden = overlays.length === 0;
    this.#find("overlays-note").hidden = !impossible;
    this.#find("overlays-note").textContent = impossible;
    this.#find("overlays").replaceChildren(...overlays.map(({ name, summary, available, cure }) => {
      const disabled = !available || impossible !== "";
      return make("label", {}, [
        make("input", { type: "checkbox", name: "overlay", value: name, disabled, checked: !disabled && chosen.includes(name) }),
        make("span", {}, [
          make("b", { textContent: name }), make("small", { textContent: available || impossible ? summary : cure }), make("i"),
        ]),
      ]);
    }));
  }

  // The document in force may be one that an earlier page of this session asked for.
  show(control) {
    for (const input of this.#find("looks").querySelectorAll("input")) input.checked = input.value === control.look;
    for (const input of this.#find("region").querySelectorAll("input")) input.checked = input.value === control.region;
    for (const input of this.#find("overlays").querySelectorAll("input")) input.checked = !input.disabled && control.overlays.includes(input.value);
    this.#find("strength").value = Math.round(control.strength * 100);
    if (this.#takesPrompt(control.look)) this.#find("prompt").value = control.prompt ?? "";
    this.#showStrength();
    this.#showWhatItTakes(control.look);
  }

  #askLook(look) {
    this.#showWhatItTakes(look);
    clearTimeout(this.#typing); // what is typed by now goes along
    this.#ask({ look, prompt: this.#takesPrompt(look) ? this.#prompt() : null });
  }

  #askOverlays() {
    const chosen = this.#find("overlays").querySelectorAll("input:checked");
    this.#ask({ overlays: Array.from(chosen, ({ value }) => value) });
  }

  // A look that takes words may need long to understand them: not at every letter.
  #askPromptSoon() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.#ask({ prompt: this.#prompt() }), TYPING_MS);
  }

  #askStrength() {
    this.#showStrength();
    this.#ask({ strength: Number(this.#find("strength").value) / 100 });
  }

  #showStrength() {
    const strength = this.#find("strength");
    const percent = `${strength.value} %`;
    this.#find("strength-value").textContent = percent;
    strength.style.setProperty("--filled", `${strength.value}%`);
    strength.setAttribute("aria-valuetext", percent);
  }

  #showWhatItTakes(look) {
    this.#find("prompt-row").hidden = !this.#takesPrompt(look);
    this.#find("reference-row").hidden = !this.#looks.find(({ name }) => name === look)?.takes_reference;
  }

  #prompt() {
    return this.#find("prompt").value.trim() || null;
  }

  // A look that takes none refuses a document with one in it.
  #takesPrompt(look) {
    return Boolean(this.#looks.find(({ name }) => name === look)?.takes_prompt);
  }
}
