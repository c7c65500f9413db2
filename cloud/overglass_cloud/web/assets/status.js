// How things stand: the word in the header, and the card that tells a trouble and its cure.

import { make, put } from "./dom.js";
import { showIcon } from "./icons.js";
import { troubleOf } from "./troubles.js";

const WORDS = {
  idle: "Ready", camera: "Opening the camera", connecting: "Connecting", live: "Live", away: "Reconnecting", trouble: "Stopped",
};
const QUIETLY_S = 1.2; // a connection that is back sooner needs no card

export class Status {
  trouble = null;
  #find; #meaning; #timer = null;

  // `meaning(error, phase)` gives a trouble as troubles.js does.
  constructor(find, meaning = troubleOf) {
    this.#find = find;
    this.#meaning = meaning;
  }

  show(phase, error = null) {
    document.body.dataset.phase = phase;
    put(this.#find("state").firstElementChild, WORDS[phase]);
    this.#find("welcome")?.toggleAttribute("hidden", phase !== "idle");
    if (error) this.#tell(this.#meaning(error, phase), phase);
    else if (phase === "live" || phase === "idle" || phase === "camera") this.#clear();
  }

  #tell(trouble, phase) {
    clearTimeout(this.#timer);
    const wait = phase === "away" && !this.trouble && trouble.title === "The connection was lost" ? QUIETLY_S : 0;
    if (wait) this.#timer = setTimeout(() => this.tell(trouble), wait * 1000);
    else this.tell(trouble);
  }

  tell(trouble) {
    this.trouble = trouble;
    const card = this.#find("trouble");
    showIcon(this.#find("trouble-icon"), trouble.icon);
    put(this.#find("trouble-title"), trouble.title);
    put(this.#find("trouble-words"), trouble.words);
    this.#find("trouble-cure").replaceChildren(...worded(trouble.cure));
    const form = this.#find("token-form");
    if (form) form.hidden = !trouble.asksForToken;
    this.#find("retry").hidden = Boolean((trouble.asksForToken && !trouble.mayRetry) || trouble.final);
    this.#find("retry").classList.toggle("primary", !trouble.asksForToken);
    const hidden = card.hidden;
    card.hidden = false;
    if (hidden && trouble.asksForToken) this.#find("token").focus();
  }

  #clear() {
    clearTimeout(this.#timer);
    this.trouble = null;
    this.#find("trouble").hidden = true;
  }
}

// What stands between backticks is to be typed.
function worded(text) {
  return text.split("`").map((part, n) => (n % 2 ? make("code", { textContent: part }) : part));
}
