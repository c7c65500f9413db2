// A line that comes and goes: what has been done, or could not be.

import { put } from "./dom.js";

const STAYS_MS = 5000;

export class Toast {
  #element; #timer = null;

  constructor(element) {
    this.#element = element;
  }

  say(words) {
    clearTimeout(this.#timer);
    put(this.#element, words);
    this.#element.hidden = false;
    this.#timer = setTimeout(() => { this.#element.hidden = true; }, STAYS_MS);
  }
}
