// What the wearer was told: a list, newest at the top, and lines that come and go over the pictures.

import { make } from "./dom.js";

const STAYS_MS = 4500;
const KEPT = 100;
const MOST_TOASTS = 3;

export class Log {
  #list; #toasts;

  constructor(find) {
    this.#list = find("log");
    this.#toasts = find("toasts");
  }

  clear() {
    this.#list.replaceChildren();
  }

  // `at` in seconds of the session; `mood` is good, bad or nothing.
  add(at, words, mood = "") {
    const line = make("li", {}, [
      make("time", { textContent: `${at.toFixed(1)} s` }),
      make("span", { textContent: capital(words), className: mood }),
    ]);
    this.#list.prepend(line);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove();
  }

  toast(title, words = "", mood = "") {
    const toast = make("p", { className: `toast ${mood}` }, [make("b", { textContent: title })]);
    if (words) toast.append(make("span", { textContent: words }));
    this.#toasts.append(toast);
    while (this.#toasts.children.length > MOST_TOASTS) this.#toasts.firstElementChild.remove();
    setTimeout(() => toast.remove(), STAYS_MS + words.length * 40);
  }
}

function capital(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
