// Link, look, motion and reprojection.

import { ask, Steady } from "./asking.js";
import { check, make, put, radios } from "./dom.js";

const SLOWEST = 0.2e6;
const FASTEST = 50e6; // the end of the slider means no limit
// Each slider's number from its place 0 to 1, and back; finer where small differences matter.
const SCALES = {
  "round-trip": { key: "round_trip", to: (at) => round(0.8 * at * at, 0.001), from: (value) => Math.sqrt(value / 0.8), words: ms },
  jitter: { key: "jitter", to: (at) => round(0.2 * at * at, 0.001), from: (value) => Math.sqrt(value / 0.2), words: ms },
  loss: { key: "loss", to: (at) => round(0.2 * at * at, 0.0005), from: (value) => Math.sqrt(value / 0.2), words: (value) => `${round(value * 100, 0.05).toFixed(value < 0.01 && value > 0 ? 2 : 1)} %` },
  rate: {
    key: "rate", words: (value) => (value === null ? "no limit" : `${(value / 1e6).toFixed(value < 10e6 ? 1 : 0)} Mbit/s`),
    to: (at) => (at >= 0.995 ? null : SLOWEST * (FASTEST / SLOWEST) ** at),
    from: (value) => (value === null ? 1 : Math.log(value / SLOWEST) / Math.log(FASTEST / SLOWEST)),
  },
};

export class Settings {
  #find;
  #link = new Steady("link");
  #look = new Steady("look");
  #links = [];
  #modes = [];

  constructor(find) {
    this.#find = find;
    for (const name of Object.keys(SCALES)) find(name).addEventListener("input", () => this.#slid(name));
    find("look").addEventListener("change", () => this.#paint());
    find("strength").addEventListener("input", () => this.#paint());
  }

  begin({ links, looks, motions, modes }) {
    this.#links = links;
    this.#modes = modes;
    const named = (each) => ({ value: each.name, label: each.label ?? { wifi: "Wi-Fi", lte: "LTE" }[each.name] ?? capital(each.name), title: each.words });
    radios(this.#find("links"), "link", links.map(named), (name) => this.#preset(name));
    radios(this.#find("motions"), "motion", motions.map(named), (name) => ask("motion", { name }));
    radios(this.#find("modes"), "mode", modes.map(named), (mode) => ask("mode", { mode }));
    this.#find("look").replaceChildren(...looks.map((name) => make("option", { value: name, textContent: name.replaceAll("-", " ") })));
  }

  show(state) {
    if (!this.#link.busy) this.#showLink(state.link);
    if (!this.#look.busy) {
      this.#find("look").value = state.look;
      this.#find("strength").value = Math.round(state.strength * 100);
      this.#showStrength();
    }
    check(this.#find("motions"), state.motion);
    check(this.#find("modes"), state.mode);
    put(this.#find("mode-words"), this.#modes.find((mode) => mode.name === state.mode)?.words ?? "");
  }

  #slid(name) {
    this.#show(name);
    const wish = Object.fromEntries(Object.entries(SCALES).map(([id, scale]) => [scale.key, scale.to(this.#find(id).value / 100)]));
    check(this.#find("links"), this.#nameOf(wish));
    this.#link.want(wish);
  }

  #preset(name) {
    const { round_trip, jitter, loss, rate } = this.#links.find((link) => link.name === name);
    this.#showLink({ round_trip, jitter, loss, rate });
    this.#link.want({ round_trip, jitter, loss, rate });
  }

  #showLink(link) {
    for (const [id, scale] of Object.entries(SCALES)) {
      this.#find(id).value = Math.round(Math.max(0, Math.min(1, scale.from(link[scale.key]))) * 100);
      this.#show(id, link[scale.key]);
    }
    check(this.#find("links"), this.#nameOf(link));
  }

  #show(id, value = SCALES[id].to(this.#find(id).value / 100)) {
    tell(this.#find(id), `${this.#find(id).value}%`, SCALES[id].words(value));
  }

  #nameOf(link) {
    return this.#links.find((each) => ["round_trip", "jitter", "loss", "rate"].every((key) => each[key] === link[key]))?.name;
  }

  #paint() {
    this.#showStrength();
    this.#look.want({ look: this.#find("look").value, strength: this.#find("strength").value / 100 });
  }

  #showStrength() {
    const percent = this.#find("strength").value;
    tell(this.#find("strength"), `${percent}%`, `${percent} %`);
  }
}

function tell(slider, filled, words) {
  slider.style.setProperty("--filled", filled);
  slider.setAttribute("aria-valuetext", words);
  put(slider.nextElementSibling, words);
}

function ms(seconds) {
  return `${Math.round(seconds * 1000)} ms`;
}

function round(value, step) {
  return Math.round(value / step) * step;
}

function capital(word) {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
