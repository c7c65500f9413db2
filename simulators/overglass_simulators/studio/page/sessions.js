// Recording a session, and wearing a recorded one again.

import { ask } from "./asking.js";
import { closeOutside } from "./devices.js";
import { make, put } from "./dom.js";

export class Sessions {
  #find; #tell;
  #recording = null;
  #replaying = null;
  #device = null;

  // `tell` gets what has been done, in words.
  constructor(find, tell) {
    this.#find = find;
    this.#tell = tell;
    find("record").addEventListener("click", () => this.toggle());
    find("recordings").addEventListener("click", () => this.#open());
    closeOutside(find("recordings-dialog"));
  }

  async toggle() {
    const button = this.#find("record");
    if (button.disabled) return;
    button.disabled = true;
    const stopping = this.#recording !== null; // by the time of the answer the news may know better
    const answer = await ask("recording", undefined, stopping ? "DELETE" : "POST");
    button.disabled = false;
    if (answer?.name && stopping) this.#tell("Recorded", answer.name);
  }

  show(state) {
    this.#recording = state.recording;
    this.#replaying = state.replaying;
    this.#device = state.device;
    const running = state.recording !== null;
    this.#find("record").setAttribute("aria-pressed", String(running));
    put(this.#find("record-word"), running ? "Stop" : "Record");
    this.#find("record-time").hidden = !running;
    put(this.#find("record-time"), running ? clock(state.recorded_for ?? 0) : "");
    this.#find("replaying").hidden = state.replaying === null;
    put(this.#find("replaying"), state.replaying === null ? "" : `replays ${state.replaying}`);
  }

  async #open() {
    this.#find("recordings-dialog").showModal();
    const recordings = (await ask("recordings", undefined, "GET")) ?? [];
    const lines = recordings.filter((each) => each.name !== this.#recording).reverse().map((each) => this.#line(each));
    if (this.#replaying !== null) lines.unshift(this.#wayBack());
    this.#find("recordings-list").replaceChildren(...lines);
    this.#find("no-recordings").hidden = lines.length > 0;
  }

  #line({ name, made, bytes }) {
    const when = made === null ? "" : new Date(made * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
    const words = make("div", {}, [make("b", { textContent: name }), make("small", { textContent: `${when} · ${size(bytes)}` })]);
    const button = make("button", { type: "button", textContent: "Replay" });
    button.setAttribute("aria-label", `Replay ${name}`);
    button.addEventListener("click", () => this.#leave(ask("replay", { name })));
    const line = make("li", {}, [words, button]);
    if (name === this.#replaying) line.setAttribute("aria-current", "true");
    return line;
  }

  #wayBack() {
    const button = make("button", { type: "button", textContent: "Go there" });
    button.setAttribute("aria-label", "Go back to the generated world");
    button.addEventListener("click", () => this.#leave(ask("device", { name: this.#device })));
    return make("li", {}, [make("div", {}, [make("b", { textContent: "The generated world" }), make("small", { textContent: "Ends the replay" })]), button]);
  }

  async #leave(asked) {
    await asked;
    this.#find("recordings-dialog").close();
  }
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
