// The latency of every frame as it comes: its stages stacked, oldest at the left, drawn on a canvas.

const GAP_S = 0.4; // frames further apart are not joined
const DRAWS_A_SECOND = 24;
const DRAWS_A_SECOND_CALM = 2;
const AXIS = 30;
const GUTTER = 62;
const UNKNOWN = "#4b535e"; // before the clocks know each other

export class Chart {
  #canvas; #reading; #context;
  #frames = [];
  #marks = [];
  #stages = [];
  #history = 30;
  #figures = null;
  #offset = 0; // the demo's clock minus ours, seconds
  #pausedAt = null;
  #top = 40;
  #drawnAt = 0;
  #pointer = null;
  #version = null;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas, reading) {
    this.#canvas = canvas;
    this.#reading = reading;
    this.#context = canvas.getContext("2d");
    canvas.addEventListener("pointermove", (event) => { this.#pointer = event.offsetX; this.#draw(); });
    canvas.addEventListener("pointerleave", () => { this.#pointer = null; this.#draw(); });
    canvas.addEventListener("keydown", (event) => this.#step(event));
    canvas.addEventListener("blur", () => { this.#pointer = null; this.#draw(); });
    new ResizeObserver(() => this.#resize()).observe(canvas);
    requestAnimationFrame((at) => this.#tick(at));
  }

  begin({ stages, history_s: history }) {
    this.#stages = stages;
    this.#history = history;
    this.#frames = [];
    this.#marks = [];
    this.#version = null;
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
    if (this.#version !== null && control.applied > this.#version && frames.length) {
      this.#mark(frames[0][1], control.look);
    }
    this.#version = control.applied;
    this.#figures = figures;
    const oldest = (this.#pausedAt ?? now) - this.#history - 1;
    while (this.#frames.length && this.#frames[0].at < oldest) this.#frames.shift();
    while (this.#marks.length && this.#marks[0].at < oldest) this.#marks.shift();
    this.#describe();
  }

  #mark(at, look) {
    const last = this.#marks.at(-1);
    if (last?.look !== look) this.#marks.push({ at, look });
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
    this.#draw();
  }

  #draw() {
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    if (!width) return;
    const area = { left: AXIS, right: width - GUTTER, top: 8, bottom: height - 20 };
    const now = this.#now();
    const x = (at) => area.right - ((now - at) / this.#history) * (area.right - area.left);
    const y = (ms) => area.bottom - (ms / this.#scale()) * (area.bottom - area.top);
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    context.font = `11.5px ${getComputedStyle(this.#canvas).fontFamily}`;
    this.#drawGrid(area, y);
    context.save();
    context.beginPath();
    context.rect(area.left, 0, area.right - area.left, area.bottom + 1);
    context.clip();
    for (const run of this.#runs(now)) this.#drawRun(run, x, y);
    this.#drawMarks(area, x);
    context.restore();
    this.#drawPercentiles(area, y);
    this.#drawPointer(area, x, y);
  }

  // The axis follows what is typical, slowly; a rare stall is cut off rather than flattening all else.
  #scale() {
    const { p50 = 0, p95 = 0 } = this.#figures?.latency_ms ?? {};
    const wanted = Math.max(10, 1.35 * (p95 ?? 0), 1.8 * (p50 ?? 0));
    const step = wanted > 400 ? 100 : wanted > 100 ? 50 : wanted > 40 ? 20 : 10;
    const target = Math.ceil(wanted / step) * step;
    this.#top += this.#calm.matches || this.#pausedAt !== null ? 0 : (target - this.#top) * 0.12;
    if (this.#calm.matches || Math.abs(target - this.#top) < 0.2) this.#top = target;
    return this.#top;
  }

  #drawGrid(area, y) {
    const context = this.#context;
    const step = this.#top > 400 ? 100 : this.#top > 160 ? 50 : this.#top > 60 ? 20 : 10;
    context.lineWidth = 1;
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (let ms = 0; ms <= this.#top + 0.1; ms += step) {
      const row = Math.round(y(ms)) + 0.5;
      line(context, area.left, row, area.right, row, "#232830");
      context.fillStyle = "#98a1ad";
      context.fillText(String(ms), area.left - 8, row);
    }
    context.textBaseline = "alphabetic";
    for (let ago = 0; ago <= this.#history; ago += 10) {
      const column = area.right - (ago / this.#history) * (area.right - area.left);
      context.textAlign = ago === this.#history ? "left" : ago ? "center" : "right";
      context.fillText(ago ? `${ago} s ago` : "now", column, area.bottom + 16);
    }
  }

  // Frames in stretches without a gap.
  #runs(now) {
    const runs = [];
    let before = null;
    for (const frame of this.#frames) {
      if (frame.at > now || frame.at < now - this.#history - 1) continue;
      const joined = before && frame.at - before.at < GAP_S && Boolean(before.stages) === Boolean(frame.stages);
      if (joined) runs.at(-1).push(frame);
      else runs.push([frame]);
      before = frame;
    }
    return runs;
  }

  #drawRun(run, x, y) {
    const known = Boolean(run[0].stages);
    const layers = known ? this.#stages : [{ colour: UNKNOWN }];
    let below = run.map(() => 0);
    layers.forEach((stage, index) => {
      const above = run.map((frame, at) => (known ? below[at] + frame.stages[index] : frame.latency));
      this.#fill(run, below, above, x, y, stage.colour);
      below = above;
    });
  }

  #fill(run, below, above, x, y, colour) {
    const context = this.#context;
    const last = run.length - 1;
    context.beginPath();
    run.forEach((frame, at) => context.lineTo(x(frame.at), y(above[at])));
    if (last === 0) context.lineTo(x(run[0].at) + 1.5, y(above[0]));
    if (last === 0) context.lineTo(x(run[0].at) + 1.5, y(below[0]));
    for (let at = last; at >= 0; at -= 1) context.lineTo(x(run[at].at), y(below[at]));
    context.fillStyle = colour;
    context.fill();
  }

  #drawMarks(area, x) {
    const context = this.#context;
    context.textAlign = "left";
    for (const { at, look } of this.#marks) {
      const column = Math.round(x(at)) + 0.5;
      line(context, column, area.top, column, area.bottom, "#eceff3", [2, 3]);
      context.fillStyle = "#eceff3";
      context.fillText(look, column + 5, area.top + 9);
    }
  }

  #drawPercentiles(area, y) {
    const latency = this.#figures?.latency_ms;
    if (!latency?.frames) return;
    const context = this.#context;
    context.textAlign = "left";
    context.textBaseline = "middle";
    const rows = [["p95", latency.p95, "#f2b84b"], ["p50", latency.p50, "#eceff3"]];
    let lowest = -Infinity;
    for (const [name, ms, colour] of rows) {
      const row = Math.max(area.top, Math.round(y(ms))) + 0.5;
      line(context, area.left, row, area.right, row, colour, [4, 3]);
      const base = Math.max(row, lowest + 14);
      context.fillStyle = colour;
      context.fillText(`${name} ${ms.toFixed(0)}`, area.right + 8, base);
      lowest = base;
    }
    context.textBaseline = "alphabetic";
  }

  #drawPointer(area, x, y) {
    const frame = this.#nearest(x);
    this.#reading.hidden = !frame;
    if (!frame) return;
    const column = Math.round(x(frame.at)) + 0.5;
    line(this.#context, column, area.top, column, area.bottom, "#eceff3");
    this.#context.beginPath();
    this.#context.arc(column, Math.max(area.top, y(frame.latency)), 3, 0, 7);
    this.#context.fillStyle = "#eceff3";
    this.#context.fill();
    const parts = (frame.stages ?? []).map((ms, at) => `${this.#stages[at].label}  ${ms.toFixed(1)}`);
    this.#reading.textContent = [`frame ${frame.id}   ${frame.latency.toFixed(1)} ms`, ...parts].join("\n");
    const room = this.#canvas.clientWidth - this.#reading.offsetWidth - 16;
    const beside = column < area.left + (area.right - area.left) / 2 ? column + 14 : column - this.#reading.offsetWidth - 14;
    this.#reading.style.left = `${Math.max(0, Math.min(room, beside))}px`;
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

  #step(event) {
    const steps = { ArrowLeft: -2, ArrowRight: 2 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const right = this.#canvas.clientWidth - GUTTER;
    this.#pointer = Math.max(AXIS, Math.min(right, (this.#pointer ?? right) + steps[event.key]));
    this.#draw();
  }

  #describe() {
    const latency = this.#figures?.latency_ms;
    const words = latency?.frames
      ? `Latency of every frame: median ${latency.p50.toFixed(0)} ms, 95th percentile ${latency.p95.toFixed(0)} ms`
      : "No frames yet";
    if (this.#canvas.getAttribute("aria-label") !== words) this.#canvas.setAttribute("aria-label", words);
  }
}

function line(context, x1, y1, x2, y2, colour, dash = []) {
  context.beginPath();
  context.setLineDash(dash);
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}
