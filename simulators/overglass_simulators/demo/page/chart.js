// The latency of every frame as it comes: its stages stacked, oldest at the left, with axes and a pointer.

import { Strip } from "./strip.js";

const DRAWS_A_SECOND = 20;
const DRAWS_A_SECOND_CALM = 2;
const AXIS = 32;
const GUTTER = 62;
const STEPS = [5, 10, 20, 50, 100, 200, 500, 1000];
const [QUIET, TEXT, ACCENT, LINE] = ["#98a1ad", "#eceff3", "#f2b84b", "#232830"];

export class Chart {
  #canvas; #reading; #context;
  #strip = new Strip();
  #frames = [];
  #marks = [];
  #stages = [];
  #history = 30;
  #figures = null;
  #offset = 0; // the demo's clock minus ours, seconds
  #pausedAt = null;
  #step = 10;
  #drawnAt = 0;
  #pointer = null;
  #applied = null;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas, reading) {
    this.#canvas = canvas;
    this.#reading = reading;
    this.#context = canvas.getContext("2d");
    canvas.addEventListener("pointermove", (event) => this.#point(event.offsetX));
    canvas.addEventListener("pointerleave", () => this.#point(null));
    canvas.addEventListener("blur", () => this.#point(null));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    requestAnimationFrame((at) => this.#tick(at));
  }

  begin({ stages, history_s: history }) {
    this.#stages = stages;
    this.#history = history;
    this.#frames = [];
    this.#marks = [];
    this.#applied = null;
    this.#strip.forget();
  }

  pause(paused) {
    this.#pausedAt = paused ? this.#now() : null;
    this.#draw();
  }

  add({ now, frames, figures, control }) {
    // The quickest message says most about the difference of the clocks; the rest only waited.
    const offset = now - performance.now() / 1000;
    this.#offset = this.#frames.length ? Math.max(this.#offset - 1e-4, offset) : offset;
    for (const [id, at, latency, stages] of frames) this.#frames.push({ id, at, latency, stages });
    if (this.#applied !== null && control.applied > this.#applied && frames.length) {
      if (this.#marks.at(-1)?.look !== control.look) this.#marks.push({ at: frames[0][1], look: control.look });
    }
    this.#applied = control.applied;
    if (this.#pausedAt === null) this.#figures = figures;
    const oldest = (this.#pausedAt ?? now) - this.#history - 1;
    while (this.#frames.length && this.#frames[0].at < oldest) this.#frames.shift();
    while (this.#marks.length && this.#marks[0].at < oldest) this.#marks.shift();
    this.#describe();
  }

  #now() {
    return this.#pausedAt ?? performance.now() / 1000 + this.#offset;
  }

  #tick(at) {
    const rate = this.#calm.matches ? DRAWS_A_SECOND_CALM : DRAWS_A_SECOND;
    if (this.#pausedAt === null && at - this.#drawnAt >= 1000 / rate - 4) {
      this.#drawnAt = at;
      this.#draw();
    }
    requestAnimationFrame((next) => this.#tick(next));
  }

  #resize() {
    const scale = devicePixelRatio || 1;
    this.#canvas.width = Math.round(this.#canvas.clientWidth * scale);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * scale);
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.font = `11.5px ${getComputedStyle(this.#canvas).fontFamily}`;
    this.#draw();
  }

  #draw() {
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    if (!width || !this.#stages.length) return;
    const area = { left: AXIS, right: width - GUTTER, top: 8, bottom: height - 20 };
    const now = this.#now();
    const top = this.#top();
    const x = (at) => area.right - ((now - at) / this.#history) * (area.right - area.left);
    const y = (ms) => area.bottom - (ms / top) * (area.bottom - area.top);
    const shown = { frames: this.#frames, stages: this.#stages, from: now - this.#history, to: now, top };
    this.#context.clearRect(0, 0, width, height);
    this.#drawGrid(area, y, top);
    this.#strip.show(this.#context, area, shown);
    this.#drawMarks(area, x);
    this.#drawPercentiles(area, y);
    this.#drawPointer(area, x, y);
  }

  // The axis goes in steps and follows what is typical; a rare stall is cut off rather than flattening
  // all else. It comes down only once there is room for half a step, lest it flutter.
  #top() {
    const { p50, p95 } = this.#figures?.latency_ms ?? {};
    const wanted = Math.max(10, 1.3 * (p95 ?? 0), 1.8 * (p50 ?? 0));
    const rows = wanted / this.#step;
    if (rows > 5 || rows < 1.6) this.#step = STEPS.find((step) => wanted / step <= 4) ?? STEPS.at(-1);
    return this.#step * 5;
  }

  #drawGrid(area, y, top) {
    const context = this.#context;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (let ms = 0; ms <= top; ms += this.#step) {
      const row = Math.round(y(ms)) + 0.5;
      line(context, [area.left, row], [area.right, row], LINE);
      context.fillStyle = QUIET;
      context.fillText(String(ms), area.left - 8, row);
    }
    context.textBaseline = "alphabetic";
    for (let ago = 0; ago <= this.#history; ago += 10) {
      const column = area.right - (ago / this.#history) * (area.right - area.left);
      context.textAlign = ago === this.#history ? "left" : ago ? "center" : "right";
      context.fillText(ago ? `${ago} s` : "now", column, area.bottom + 16);
    }
  }

  #drawMarks(area, x) {
    const context = this.#context;
    context.textAlign = "left";
    for (const { at, look } of this.#marks) {
      const column = Math.round(x(at)) + 0.5;
      if (column < area.left) continue;
      line(context, [column, area.top], [column, area.bottom], TEXT, [2, 3]);
      context.fillStyle = TEXT;
      context.fillText(look, column + 5, area.top + 9);
    }
  }

  #drawPercentiles(area, y) {
    const latency = this.#figures?.latency_ms;
    if (!latency?.frames) return;
    const context = this.#context;
    context.textAlign = "left";
    context.textBaseline = "middle";
    let above = -Infinity;
    for (const [name, ms, colour] of [["p95", latency.p95, ACCENT], ["p50", latency.p50, TEXT]]) {
      const row = Math.round(y(ms)) + 0.5;
      line(context, [area.left, row], [area.right, row], colour, [4, 3]);
      above = Math.max(row, above + 14);
      context.fillStyle = colour;
      context.fillText(`${name} ${ms.toFixed(0)}`, area.right + 8, above);
    }
    context.textBaseline = "alphabetic";
  }

  #drawPointer(area, x, y) {
    const frame = this.#nearest(x);
    this.#reading.hidden = !frame;
    if (!frame) return;
    const column = Math.round(x(frame.at)) + 0.5;
    line(this.#context, [column, area.top], [column, area.bottom], TEXT);
    this.#context.beginPath();
    this.#context.arc(column, Math.max(area.top, y(frame.latency)), 3, 0, 7);
    this.#context.fillStyle = TEXT;
    this.#context.fill();
    this.#read(frame);
    const beside = column < (area.left + area.right) / 2 ? column + 14 : column - this.#reading.offsetWidth - 14;
    const room = this.#canvas.clientWidth - this.#reading.offsetWidth;
    this.#reading.style.left = `${Math.max(0, Math.min(room, beside))}px`;
  }

  #read(frame) {
    const rows = [[`frame ${frame.id}`, frame.latency]];
    (frame.stages ?? []).forEach((ms, at) => rows.push([this.#stages[at].label, ms]));
    this.#reading.replaceChildren(...rows.flatMap(([name, ms]) => [
      Object.assign(document.createElement("span"), { textContent: name }),
      Object.assign(document.createElement("b"), { textContent: ms.toFixed(1) }),
    ]));
  }

  #nearest(x) {
    if (this.#pointer === null) return null;
    let best = null;
    for (const frame of this.#frames) {
      const away = Math.abs(x(frame.at) - this.#pointer);
      if (away < 12 && (!best || away < best.away)) best = { away, frame };
    }
    return best?.frame ?? null;
  }

  #point(place) {
    this.#pointer = place;
    this.#draw();
  }

  #onKey(event) {
    const steps = { ArrowLeft: -2, ArrowRight: 2 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const right = this.#canvas.clientWidth - GUTTER;
    this.#point(Math.max(AXIS, Math.min(right, (this.#pointer ?? right) + steps[event.key])));
  }

  #describe() {
    const latency = this.#figures?.latency_ms;
    const words = latency?.frames
      ? `Latency of every frame: median ${latency.p50.toFixed(0)} ms, 95th percentile ${latency.p95.toFixed(0)} ms`
      : "No frames yet";
    if (this.#canvas.getAttribute("aria-label") !== words) this.#canvas.setAttribute("aria-label", words);
  }
}

function line(context, from, to, colour, dash = []) {
  context.beginPath();
  context.setLineDash(dash);
  context.lineWidth = 1;
  context.moveTo(...from);
  context.lineTo(...to);
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}
