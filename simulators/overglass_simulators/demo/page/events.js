// The lines below the figures: what the glasses say, newest at the top.

const BAD = new Set(["connection-lost", "refused", "no-connection", "no-picture", "camera-stalled", "complaint"]);
const KEPT = 100;

export class Events {
  #list;

  constructor(list) {
    this.#list = list;
  }

  clear() {
    this.#list.replaceChildren();
  }

  // `kind` is the event's name, or true for what is bad anyway.
  add(at, words, kind = "") {
    const line = document.createElement("li");
    const when = document.createElement("time");
    const moment = new Date(at);
    when.dateTime = moment.toISOString();
    when.textContent = moment.toLocaleTimeString([], { hour12: false });
    const what = document.createElement("span");
    what.textContent = words.charAt(0).toUpperCase() + words.slice(1);
    if (kind === true || BAD.has(kind)) what.className = "bad";
    line.append(when, what);
    this.#list.prepend(line);
    while (this.#list.children.length > KEPT) this.#list.lastElementChild.remove();
  }
}
