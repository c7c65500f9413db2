// The numbers: latency now and as a median, where its milliseconds went, rates, and what limits quality.

import { Chart } from "./chart.js";
import { make, put } from "./dom.js";
import { STAGES } from "./wire/trip.js";

const WINDOW_S = 10;
const LIMITS = { none: "nothing", network: "network", cpu: "service", gpu: "GPU" };
const OURS = { bandwidth: "network", cpu: "this device", other: "this device" };

export class Figures {
  latency = { now: null, p50: null };
  rates = { sent: null, shown: null };
  #find; #chart; #trips = []; #shown = []; #rows = new Map(); #parts = new Map();
  #report = null; #ours = "none";

  constructor(find) {
    this.#find = find;
    this.#chart = new Chart(find("chart"));
    for (const stage of STAGES) {
      const [part, swatch] = [make("i"), make("i")];
      for (const each of [part, swatch]) each.style.background = stage.colour;
      const value = make("b", { textContent: "–" });
      find("bar").append(part);
      find("legend").append(make("li", { title: stage.place }, [swatch, make("span", { textContent: stage.label }), value]));
      this.#parts.set(stage.name, part);
      this.#rows.set(stage.name, value);
    }
  }

  // A picture was shown; `trip` is null for one that came without an envelope.
  add(trip, at) {
    this.#shown.push(at);
    if (!trip) return;
    this.#trips.push(trip);
    this.#chart.add(trip);
  }

  report(report) {
    this.#report = report;
  }

  // Reads the browser's own statistics of the connection.
  async measure(connection) {
    const reports = [...(await connection.peer.getStats()).values()];
    const out = reports.find(({ type, kind }) => type === "outbound-rtp" && kind === "video");
    if (!out) return;
    this.rates.sent = out.framesPerSecond ?? null;
    this.#ours = out.qualityLimitationReason ?? "none";
  }

  forget() {
    this.#trips = [];
    this.#shown = [];
    this.#report = null;
    this.latency = { now: null, p50: null };
    this.#chart.forget();
  }

  // To be called a few times a second.
  show({ size, roundTrip, now }) {
    while (this.#trips.length && this.#trips[0].shown < now - WINDOW_S) this.#trips.shift();
    while (this.#shown.length && this.#shown[0] < now - 2) this.#shown.shift();
    this.rates.shown = this.#shown.length / 2;
    this.latency = { now: median(this.#trips.slice(-8).map(({ latency }) => latency)), p50: median(this.#trips.map(({ latency }) => latency)) };
    const put_ = (id, words) => put(this.#find(id), words);
    put_("fps-out", whole(this.rates.shown));
    put_("fps-in", whole(this.rates.sent));
    put_("resolution", size ? `${size.width} × ${size.height}` : "–");
    put_("limit", this.#limit());
    const detail = this.#report?.detail ?? "";
    put_("limit-detail", detail && `${detail[0].toUpperCase()}${detail.slice(1)}.`);
    this.#find("limit-detail").hidden = !detail;
    put_("round-trip", ms(roundTrip, 1));
    put_("p50", ms(this.latency.p50, 1));
    put(this.#find("headline").firstElementChild, ms(this.latency.now, 0));
    this.#showStages();
    this.#chart.show(now);
  }

  #limit() {
    const theirs = this.#report?.limit ?? null;
    if (this.#ours !== "none") return OURS[this.#ours] ?? "this device";
    return theirs ? LIMITS[theirs] : "–";
  }

  #showStages() {
    const medians = STAGES.map(({ name, label }) => {
      const value = median(this.#trips.map(({ stages }) => stages[name]).filter((each) => each !== undefined));
      return { name, label, value };
    });
    const sum = medians.reduce((total, { value }) => total + Math.max(0, value ?? 0), 0);
    for (const { name, value } of medians) {
      this.#parts.get(name).style.width = `${sum ? (Math.max(0, value ?? 0) / sum) * 100 : 0}%`;
      put(this.#rows.get(name), ms(value, 1));
    }
    const told = medians.filter(({ value }) => value).map(({ label, value }) => `${label} ${ms(value, 1)} ms`);
    this.#find("bar").setAttribute("aria-label", told.length ? `Where the time goes: ${told.join(", ")}` : "No pictures yet");
  }
}

export function median(values) {
  if (!values.length) return null;
  return [...values].sort((one, other) => one - other)[values.length >> 1];
}

function ms(seconds, digits) {
  return seconds === null || seconds === undefined ? "–" : (seconds * 1000).toFixed(digits);
}

function whole(value) {
  return value === null ? "–" : String(Math.round(value));
}
