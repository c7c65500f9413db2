// The figures, the table of stages, and how things stand.

const LIMITS = { none: "nothing", network: "network", cpu: "processor", gpu: "GPU" };
const STILL_AFTER_S = 1.0;

export class Figures {
  #find; #state; #cells = [];
  #newest = 0;
  #paused = false;

  constructor(find) {
    this.#find = find;
    this.#state = find("state");
  }

  begin({ source, stages }) {
    const rate = Number.isInteger(source.fps) ? source.fps : source.fps.toFixed(2);
    this.#find("source").textContent = `${source.name}, ${source.width} × ${source.height}, ${rate} fps`;
    this.#newest = 0;
    this.#cells = [];
    this.#find("stages").replaceChildren(...stages.map((stage) => this.#row(stage)));
  }

  pause(paused) {
    this.#paused = paused;
  }

  show({ figures, frames, now }) {
    if (frames.length) this.#newest = frames.at(-1)[1];
    this.#showState(figures.connected, this.#newest > 0 && now - this.#newest < STILL_AFTER_S);
    if (this.#paused) return;
    const latency = figures.latency_ms;
    this.#set("p50", latency.p50, 1);
    this.#set("p95", latency.p95, 1);
    this.#set("fps-out", figures.fps_out, 1);
    this.#set("fps-in", figures.fps_in, 1);
    this.#set("up", mega(figures.bitrate_up), 1);
    this.#set("down", mega(figures.bitrate_down), 1);
    this.#set("trip", figures.round_trip_ms, 1);
    this.#put("codec", (figures.codec ?? "").replace("H264", "H.264"));
    this.#put("limit", LIMITS[figures.limited_by] ?? "–");
    for (const [name, cell] of this.#cells) put(cell, number(figures.stages_ms[name], 1));
  }

  ended(words) {
    this.#word("trouble", words);
  }

  #showState(connected, moving) {
    if (!connected) this.#word(this.#newest ? "trouble" : "waiting", this.#newest ? "Reconnecting" : "Connecting");
    else if (!moving) this.#word("waiting", this.#newest ? "No pictures" : "Waiting for pictures");
    else this.#word("live", "Live");
  }

  #word(state, words) {
    this.#state.dataset.state = document.body.dataset.state = state;
    put(this.#state.firstElementChild, words);
  }

  #row(stage) {
    const row = document.createElement("tr");
    const swatch = document.createElement("i");
    swatch.style.background = stage.colour;
    const name = Object.assign(document.createElement("th"), { scope: "row" });
    name.append(swatch, stage.label);
    const place = Object.assign(document.createElement("td"), { textContent: stage.place });
    const value = Object.assign(document.createElement("td"), { textContent: "–" });
    row.append(name, place, value);
    this.#cells.push([stage.name, value]);
    return row;
  }

  #set(id, value, digits) {
    this.#put(id, number(value, digits));
  }

  #put(id, words) {
    put(this.#find(id), words);
  }
}

// Only what changes is written: an unchanged line must not be announced again.
function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

function number(value, digits) {
  return value === null || value === undefined ? "–" : value.toFixed(digits);
}

function mega(bits) {
  return bits === null ? null : bits / 1e6;
}
