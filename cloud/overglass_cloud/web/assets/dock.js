// The row of actions: compare by holding, the other camera, recording, microphone, sharing, taking off.
// Knows buttons and keys; what they do is the page's part.

import { put } from "./dom.js";

export class Dock {
  #find; #acts; #timer = null;

  // `acts`: {compare(held), flip, record, microphone, share, stop}.
  constructor(find, acts) {
    this.#find = find;
    this.#acts = acts;
    for (const name of ["flip", "record", "microphone", "share", "stop"]) {
      find(name).addEventListener("click", () => acts[name]());
    }
    this.#hold(find("compare"));
    document.addEventListener("keydown", (event) => this.#onKey(event, true));
    document.addEventListener("keyup", (event) => this.#onKey(event, false));
  }

  press(name, pressed) {
    this.#find(name).setAttribute("aria-pressed", String(pressed));
  }

  // Shows for how long it has been recording; null ends that.
  time(startedAt) {
    clearInterval(this.#timer);
    const words = this.#find("record").querySelector("span");
    this.press("record", startedAt !== null);
    if (startedAt === null) return put(words, "Record");
    const show = () => {
      const s = Math.floor((performance.now() - startedAt) / 1000);
      put(words, `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`);
    };
    show();
    this.#timer = setInterval(show, 250);
    return undefined;
  }

  #hold(button) {
    button.addEventListener("pointerdown", (event) => {
      button.setPointerCapture(event.pointerId);
      this.#compare(true);
    });
    for (const name of ["pointerup", "pointercancel", "blur"]) button.addEventListener(name, () => this.#compare(false));
    button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long press on a phone
    button.addEventListener("keydown", ({ key }) => { if (key === " " || key === "Enter") this.#compare(true); });
    button.addEventListener("keyup", () => this.#compare(false));
  }

  #compare(held) {
    this.#find("compare").classList.toggle("held", held);
    this.#acts.compare(held);
  }

  #onKey(event, down) {
    if (event.metaKey || event.ctrlKey || event.altKey || event.repeat || /INPUT|SELECT/.test(event.target.tagName)) return;
    if (document.body.dataset.phase !== "live") return;
    if (event.key === "c") this.#compare(down);
    const name = { f: "flip", r: "record", m: "microphone" }[event.key];
    if (down && name && !this.#find(name).disabled) this.#acts[name]();
  }
}
