// The timeline that slides by: keeps the frames, follows the studio's clock, and tells what is pointed at.

import { make } from "./dom.js";
import {
  paintAxis, paintChosen, paintEpisodes, paintGaps, paintRows, paintStrands, rowsOf, strand, widthOf,
} from "./strands.js";

const DRAWS_A_SECOND = 24;
const DRAWS_A_SECOND_CALM = 2;
const HISTORY_S = 15;
const STEPS = { 1: 0.2, 3: 0.5, 10: 1 };
const ROOM = 46; // pixels that a time on the axis takes
const NEAR = 14; // pixels from a strand within which it is meant

export class Timeline {
  #canvas; #reading; #context;
  #stages = []; #labels = {};
  #strands = [];
  #episodes = [];
  #span = 3;
  #offset = null; // the studio's clock minus ours, seconds
  #frozenAt = null;
  #hovered = null;
  #drawnAt = 0;
  #shape = null;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(canvas, reading) {
    this.#canvas = canvas;
    this.#reading = reading;
    this.#context = canvas.getContext("2d");
    canvas.addEventListener("pointermove", (event) => this.#choose(this.#at(event.offsetX, event.offsetY)));
    canvas.addEventListener("pointerleave", () => this.#choose(null));
    canvas.addEventListener("blur", () => this.#choose(null));
    canvas.addEventListener("keydown", (event) => this.#onKey(event));
    new ResizeObserver(() => this.#resize()).observe(canvas);
    requestAnimationFrame((at) => this.#tick(at));
  }

  begin({ stages, faults }) {
    this.#stages = stages;
    this.#labels = Object.fromEntries(faults.map((fault) => [fault.kind, fault.label]));
  }

  forget() {
    this.#strands = [];
    this.#episodes = [];
    this.#offset = null;
    this.#hovered = null;
  }

  show(seconds) {
    this.#span = seconds;
    this.#draw();
  }

  freeze(frozen) {
    this.#frozenAt = frozen ? this.#now() : null;
    this.#draw();
  }

  add({ state, rows, episodes }) {
    // The quickest message says most about the difference of the clocks; the rest only waited.
    const offset = state.time - performance.now() / 1000;
    this.#offset = this.#offset === null ? offset : Math.max(this.#offset - 1e-3, offset);
    this.#strands.push(...rows.map(strand));
    const oldest = (this.#frozenAt ?? state.time) - HISTORY_S;
    while (this.#strands.length && this.#strands[0].shown < oldest) this.#strands.shift();
    this.#episodes = inLanes(episodes).map((each) => ({ ...each, label: this.#labels[each.kind] }));
    this.#describe(state);
  }

  #now() {
    return this.#frozenAt ?? performance.now() / 1000 + (this.#offset ?? 0);
  }

  #tick(at) {
    const rate = this.#calm.matches ? DRAWS_A_SECOND_CALM : DRAWS_A_SECOND;
    if (this.#frozenAt === null && at - this.#drawnAt >= 1000 / rate - 4) {
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
    this.#context.font = `12px ${getComputedStyle(this.#canvas).fontFamily}`;
    this.#draw();
  }

  #draw() {
    const [width, height] = [this.#canvas.clientWidth, this.#canvas.clientHeight];
    if (!width || !this.#stages.length) return;
    const area = { left: 124, right: width - 4, top: 2, bottom: height - 22 };
    const now = this.#now();
    const perSecond = (area.right - area.left) / this.#span;
    const x = (time) => area.right - (now - time) * perSecond;
    const rows = rowsOf(area, this.#stages.length);
    const from = now - this.#span;
    const seen = this.#strands.filter((each) => each.shown >= from - 1 && each.exposed <= now);
    const strokeWidth = widthOf(seen, perSecond);
    this.#shape = { x, rows, area, seen };
    const context = this.#context;
    context.clearRect(0, 0, width, height);
    paintRows(context, area, rows, this.#stages, medians(seen, this.#stages.length));
    const step = STEPS[this.#span];
    paintAxis(context, area, x, from, now, step * (step * perSecond < ROOM ? 2 : 1));
    context.save();
    context.beginPath();
    context.rect(area.left, area.top, area.right - area.left, area.bottom - area.top);
    context.clip();
    const chosen = seen.find((each) => each.id === this.#hovered);
    paintStrands(context, rows, this.#stages, seen, x, strokeWidth, Boolean(chosen));
    if (chosen) paintChosen(context, rows, this.#stages, chosen, x, strokeWidth);
    paintEpisodes(context, area, this.#episodes, x, now);
    paintGaps(context, area, seen, x, now);
    context.restore();
    this.#read(chosen, x, area);
  }

  #at(column, row) {
    if (!this.#shape) return null;
    const { x, rows, seen } = this.#shape;
    const at = rows.findIndex((_, index) => row >= rows[index] && row < rows[index + 1]);
    if (at < 0) return null;
    const share = (row - rows[at]) / (rows[at + 1] - rows[at]);
    let best = null;
    for (const each of seen) {
      const away = Math.abs(x(each.times[at] + (each.times[at + 1] - each.times[at]) * share) - column);
      if (away < NEAR && (!best || away < best.away)) best = { away, id: each.id };
    }
    return best?.id ?? null;
  }

  #choose(id) {
    if (id === this.#hovered) return;
    this.#hovered = id;
    this.#draw();
  }

  #onKey(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.#choose(null);
    if (!step) return;
    event.preventDefault();
    const seen = (this.#shape?.seen ?? []).filter((each) => this.#shape.x(each.exposed) > this.#shape.area.left);
    if (!seen.length) return;
    const at = seen.findIndex((each) => each.id === this.#hovered);
    this.#choose(seen[at < 0 ? seen.length - 1 : Math.max(0, Math.min(seen.length - 1, at + step))].id);
  }

  #read(chosen, x, area) {
    this.#reading.hidden = !chosen;
    if (!chosen) return;
    if (this.#reading.dataset.frame !== String(chosen.id)) {
      this.#reading.dataset.frame = chosen.id;
      const head = [word("span", `Frame ${chosen.id}`, "whole"), word("b", `${chosen.latency.toFixed(1)} ms`, "whole")];
      this.#reading.replaceChildren(...head, ...this.#stages.flatMap((stage, at) => {
        const swatch = make("i");
        swatch.style.background = stage.colour;
        return [swatch, word("span", stage.name), word("b", chosen.stages[at]?.toFixed(1) ?? "–")];
      }));
    }
    const [left, right] = [x(chosen.exposed), x(chosen.shown)];
    const room = this.#reading.offsetWidth;
    const beside = left - room - 16 > area.left ? left - room - 16 : right + 16;
    this.#reading.style.left = `${Math.max(0, Math.min(area.right - room, beside))}px`;
  }

  #describe(state) {
    const ms = state.latency_ms;
    const words = ms === null ? "No frames yet" : `Every frame's stages: ${ms.toFixed(0)} ms from light to light, the median`;
    if (this.#canvas.getAttribute("aria-label") !== words) this.#canvas.setAttribute("aria-label", words);
  }
}

// Bands that overlap in time have their labels below one another.
function inLanes(episodes) {
  const free = [];
  return episodes.map((episode) => {
    const over = episode.ends + (episode.recovery ?? 0) + 0.8;
    let lane = free.findIndex((until) => until <= episode.began);
    if (lane < 0) lane = free.length;
    free[lane] = over;
    return { ...episode, lane };
  });
}

function medians(strands, count) {
  return Array.from({ length: count }, (_, at) => {
    const known = strands.map((each) => each.stages[at]).filter((ms) => ms !== null).sort((a, b) => a - b);
    return known.length ? known[known.length >> 1] : null;
  });
}

function word(tag, textContent, className = "") {
  return make(tag, { textContent, className });
}
