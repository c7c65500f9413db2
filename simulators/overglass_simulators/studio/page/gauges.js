// The figures below the pictures, each with its last seconds as a line.

import { put } from "./dom.js";

const KEPT_S = 20;
const [QUIET, ACCENT, BAD, GOOD] = ["#98a1ad", "#f2b84b", "#ec7077", "#57c993"];
const READABLE = 0.5;
const POOR = 0.25;

export class Gauges {
  #find;
  #sparks;
  #of = null;

  constructor(find) {
    this.#find = find;
    this.#sparks = {
      latency: new Spark(find("latency-spark"), [ACCENT]),
      registration: new Spark(find("registration-spark"), [BAD, GOOD]),
      clock: new Spark(find("clock-spark"), [QUIET], { least: 2 }),
      fps: new Spark(find("fps-spark"), [QUIET]),
    };
  }

  begin(device) {
    this.#of = device.camera.fps;
    put(this.#find("fps-of"), this.#of.toFixed(0));
  }

  forget() {
    for (const spark of Object.values(this.#sparks)) spark.forget();
  }

  show(state) {
    const { time, registration } = state;
    this.#number("latency", state.latency_ms, 0);
    this.#number("warped", registration?.warped ?? null, 2);
    this.#number("plain", registration?.plain ?? null, 1);
    this.#number("clock", state.clock_error_ms, 1);
    this.#number("fps", state.fps, 0);
    this.#contrast(state.contrast);
    this.#sparks.latency.add(time, [state.latency_ms]);
    this.#sparks.registration.add(time, [registration?.plain ?? null, registration?.warped ?? null]);
    this.#sparks.clock.add(time, [state.clock_error_ms === null ? null : Math.abs(state.clock_error_ms)]);
    this.#sparks.fps.add(time, [state.fps]);
  }

  #contrast(share) {
    const level = share === null ? "none" : share >= READABLE ? "good" : share >= POOR ? "poor" : "lost";
    const words = { none: "", good: "%, readable", poor: "%, hard to read", lost: "%, washed out" }[level];
    const bar = this.#find("contrast-bar");
    this.#number("contrast", share === null ? null : share * 100, 0);
    put(this.#find("contrast-words"), words);
    bar.value = share ?? 0;
    bar.dataset.level = level;
    bar.setAttribute("aria-valuetext", share === null ? "nothing is laid over the world" : `${Math.round(share * 100)} ${words}`);
  }

  #number(id, value, digits) {
    put(this.#find(id), value === null ? "–" : value.toFixed(digits).replace("-", "−"));
  }
}

class Spark {
  #canvas; #colours; #least;
  #points = []; // [time, values]

  constructor(canvas, colours, { least = 0 } = {}) {
    this.#canvas = canvas;
    this.#colours = colours;
    this.#least = least;
    new ResizeObserver(() => this.#resize()).observe(canvas);
  }

  forget() {
    this.#points = [];
  }

  add(time, values) {
    this.#points.push([time, values]);
    while (this.#points[0][0] < time - KEPT_S) this.#points.shift();
    this.#draw();
  }

  #resize() {
    const scale = devicePixelRatio || 1;
    this.#canvas.width = Math.round(this.#canvas.clientWidth * scale);
    this.#canvas.height = Math.round(this.#canvas.clientHeight * scale);
    this.#draw();
  }

  #draw() {
    const context = this.#canvas.getContext("2d");
    const scale = devicePixelRatio || 1;
    const [width, height] = [this.#canvas.width, this.#canvas.height];
    context.clearRect(0, 0, width, height);
    if (!this.#points.length) return;
    const now = this.#points.at(-1)[0];
    const top = Math.max(this.#least, 1e-6, ...this.#points.flatMap(([, values]) => values.map((value) => value ?? 0)));
    const x = (time) => width - scale * 2 - ((now - time) / KEPT_S) * width;
    const y = (value) => height - scale * 1.5 - (value / top) * (height - scale * 3);
    this.#colours.forEach((colour, at) => {
      context.beginPath();
      let drawing = false;
      for (const [time, values] of this.#points) {
        if (values[at] === null) drawing = false;
        else if (drawing) context.lineTo(x(time), y(values[at]));
        else context.moveTo(x(time), y(values[at]));
        drawing = values[at] !== null;
      }
      context.strokeStyle = colour;
      context.lineWidth = 1.5 * scale;
      context.lineJoin = "round";
      context.stroke();
    });
  }
}
