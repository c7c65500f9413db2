// Latency over the last half minute, its stages stacked: one column for a fifth of a second.

import { STAGES } from "./wire/trip.js";

const HISTORY_S = 30;
const COLUMN_S = 0.2;
const GUTTER = 34;
const STEPS = [20, 40, 60, 100, 200, 400, 1000, 2000];

export class Chart {
  #canvas; #context;
  #columns = new Map(); // column number -> {count, latency, stages}

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
  }

  add({ shown, latency, stages }) {
    const number = Math.floor(shown / COLUMN_S);
    const column = this.#columns.get(number) ?? { count: 0, latency: 0, stages: {} };
    column.count += 1;
    column.latency += latency;
    for (const [name, value] of Object.entries(stages)) column.stages[name] = (column.stages[name] ?? 0) + value;
    this.#columns.set(number, column);
  }

  forget() {
    this.#columns.clear();
  }

  show(now) {
    const oldest = Math.floor((now - HISTORY_S) / COLUMN_S);
    for (const number of this.#columns.keys()) if (number < oldest) this.#columns.delete(number);
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    if (!width) return;
    const scale = window.devicePixelRatio || 1;
    if (this.#canvas.width !== Math.round(width * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    const context = this.#context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const top = this.#top();
    this.#drawAxis(width, height, top);
    this.#drawColumns(width - GUTTER, height, top, oldest);
  }

  // The axis follows what is typical; a rare stall is cut off rather than flattening all else.
  #top() {
    const means = [...this.#columns.values()].map(({ latency, count }) => latency / count).sort((a, b) => a - b);
    const typical = means[Math.floor(means.length * 0.9)] ?? 0;
    return STEPS.find((step) => step >= typical * 1300) ?? STEPS.at(-1);
  }

  #drawAxis(width, height, top) {
    const context = this.#context;
    context.font = `11px ${getComputedStyle(this.#canvas).fontFamily}`;
    context.fillStyle = "#a2abb7";
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [share, words] of [[0, "0"], [0.5, String(top / 2)], [1, `${top}`]]) {
      const y = Math.round((height - 12) * (1 - share)) + 6;
      context.fillText(words, width, Math.min(height - 6, y));
      context.save();
      context.fillStyle = "#262c35";
      context.fillRect(0, y, width - GUTTER + 4, 1);
      context.restore();
    }
  }

  #drawColumns(width, height, top, oldest) {
    const step = (width * COLUMN_S) / HISTORY_S;
    const tall = (height - 12) / (top / 1000);
    for (const [number, { count, stages }] of this.#columns) {
      const x = (number - oldest) * step;
      let y = height - 6;
      for (const { name, colour } of STAGES) {
        const size = Math.max(0, ((stages[name] ?? 0) / count) * tall);
        const to = Math.max(6, y - size);
        this.#context.fillStyle = colour;
        this.#context.fillRect(x, to, Math.max(1, step - 0.5), y - to);
        y = to;
      }
    }
  }
}
