// Draws a scene over its picture: boxes with names, a light face mesh, outlines and skeletons. Every line
// is drawn twice, dark and then bright, so that it can be read on any look; but for displays that add light,
// where nobody would see the dark. Knows drawings, no detectors.

import { FEATURES, LANDMARKS, expressionsOf } from "./face.js";
import { HAND, POSE } from "./skeletons.js";

const COLOURS = { face: "#f2b84b", person: "#57c993", hand: "#7fadfa", pose: "#b3cffc", object: "#ff9a9f" };
const SHADE = "rgb(8 9 11 / .55)";
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
const ORDER = ["person", "pose", "object", "hand", "face"];

// `area`: {width, height} of the canvas in its own pixels, `scale` of those to a CSS pixel, `additive`.
export function drawScene(context, scene, area) {
  context.save();
  context.lineJoin = context.lineCap = "round";
  const things = [...scene.things].sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
  for (const thing of things) DRAWN[thing.kind](new Pen(context, area, COLOURS[thing.kind]), thing);
  context.restore();
}

const DRAWN = { face: drawFace, person: drawPerson, hand: drawHand, pose: drawPose, object: drawObject };

function drawFace(pen, thing) {
  if (thing.points.length >= 2 * LANDMARKS) {
    pen.dots(thing.points, 0.55, 0.3);
    for (const { path, closed, weight } of FEATURES) pen.line(thing.points, path, closed, 1.5 * weight, 0.95);
  }
  const [left, top, width, height] = thing.box;
  const room = [left - width * 0.14, top - height * 0.14, width * 1.28, height * 1.28];
  pen.corners(room);
  pen.label(room, thing.label || "face");
  pen.bars(room, expressionsOf(thing.expression));
}

function drawPerson(pen, thing) {
  if (!thing.outlines.length) pen.corners(thing.box);
  for (const outline of thing.outlines) pen.outline(outline);
  pen.label(topOf(thing), thing.label || "person");
}

// Where an outlined thing is highest, as a box without a width: there its name belongs.
function topOf({ box, outlines }) {
  let [x, y] = [box[0], outlines.length ? Infinity : box[1]];
  for (const points of outlines) {
    for (let at = 0; at + 1 < points.length; at += 2) if (points[at + 1] < y) [x, y] = [points[at], points[at + 1]];
  }
  return [x, y, 0, box[1] + box[3] - y];
}

function drawHand(pen, thing) {
  for (const path of HAND) pen.line(thing.points, path, false, 2.2, 0.95);
  pen.dots(thing.points, 2.4, 1);
  if (!thing.points.length) pen.corners(thing.box);
  pen.label(thing.box, thing.label);
}

function drawPose(pen, thing) {
  for (const path of POSE) pen.line(thing.points, path, false, 2.2, 0.9);
  pen.dots(thing.points, 2, 0.9);
}

function drawObject(pen, thing) {
  pen.corners(thing.box);
  pen.label(thing.box, thing.score ? `${thing.label} ${Math.round(thing.score * 100)}%` : thing.label);
}

class Pen {
  #context; #width; #height; #scale; #colour; #additive;

  constructor(context, { width, height, scale, additive = false }, colour) {
    this.#context = context;
    this.#additive = additive;
    [this.#width, this.#height, this.#scale, this.#colour] = [width, height, scale, colour];
  }

  line(points, path, closed, weight, opacity) {
    if (path.some((index) => 2 * index + 1 >= points.length)) return;
    this.#context.beginPath();
    path.forEach((index, n) => this.#to(points, index, n === 0));
    if (closed) this.#context.closePath();
    this.#stroke(weight, opacity);
  }

  outline(points) {
    const context = this.#context;
    context.beginPath();
    for (let index = 0; index < points.length / 2; index += 1) this.#to(points, index, index === 0);
    context.closePath();
    context.globalAlpha = 0.1;
    context.fillStyle = this.#colour;
    context.fill();
    this.#stroke(2, 0.95);
  }

  dots(points, radius, opacity) {
    const context = this.#context;
    const size = radius * this.#scale;
    context.globalAlpha = opacity;
    context.fillStyle = this.#colour;
    context.beginPath();
    for (let at = 0; at + 1 < points.length; at += 2) {
      const [x, y] = [points[at] * this.#width, points[at + 1] * this.#height];
      context.moveTo(x + size, y);
      context.arc(x, y, size, 0, 7);
    }
    context.fill();
  }

  // The four corners of a box, rounded: it names a thing without fencing it in.
  corners([left, top, width, height]) {
    const context = this.#context;
    const [x, y, w, h] = [left * this.#width, top * this.#height, width * this.#width, height * this.#height];
    const arm = Math.min(w, h) * 0.2;
    const bend = Math.min(arm, 10 * this.#scale);
    context.beginPath();
    for (const [cx, cy, dx, dy] of [[x, y, 1, 1], [x + w, y, -1, 1], [x + w, y + h, -1, -1], [x, y + h, 1, -1]]) {
      context.moveTo(cx, cy + dy * arm);
      context.lineTo(cx, cy + dy * bend);
      context.quadraticCurveTo(cx, cy, cx + dx * bend, cy);
      context.lineTo(cx + dx * arm, cy);
    }
    this.#stroke(2, 1);
  }

  label([left, top, , height], words) {
    if (!words) return;
    const context = this.#context;
    const unit = this.#scale;
    context.font = `600 ${12.5 * unit}px ${FONT}`;
    const width = context.measureText(words).width + 16 * unit;
    const x = clamp(left * this.#width, 4 * unit, this.#width - width - 4 * unit);
    const above = top * this.#height - 28 * unit;
    const y = above >= 4 * unit ? above : clamp((top + height) * this.#height + 6 * unit, 4 * unit, this.#height - 26 * unit);
    context.globalAlpha = 1;
    context.fillStyle = this.#colour;
    context.beginPath();
    context.roundRect(x, y, width, 22 * unit, 7 * unit);
    context.fill();
    context.fillStyle = "#14110a";
    context.textBaseline = "middle";
    context.fillText(words, x + 8 * unit, y + 11.5 * unit);
  }

  // Expressions beside the box, on whichever side has room.
  bars([left, top, width], rows) {
    if (!rows.length) return;
    const context = this.#context;
    const unit = this.#scale;
    const [w, h] = [104 * unit, (rows.length * 24 + 10) * unit];
    const right = (left + width) * this.#width + 10 * unit;
    const x = right + w <= this.#width - 4 * unit ? right : Math.max(4 * unit, left * this.#width - w - 10 * unit);
    const y = clamp(top * this.#height, 4 * unit, this.#height - h - 4 * unit);
    context.globalAlpha = 1;
    context.fillStyle = "rgb(8 9 11 / .72)";
    context.beginPath();
    context.roundRect(x, y, w, h, 10 * unit);
    context.fill();
    context.font = `500 ${11.5 * unit}px ${FONT}`;
    context.textBaseline = "alphabetic";
    rows.forEach(([word, value], n) => {
      const row = y + (n * 24 + 17) * unit;
      context.fillStyle = "#eceff3";
      context.fillText(word, x + 10 * unit, row);
      this.#gauge(x + 10 * unit, row + 5 * unit, w - 20 * unit, value);
    });
  }

  #gauge(x, y, width, value) {
    const context = this.#context;
    for (const [share, colour] of [[1, "rgb(255 255 255 / .18)"], [value, this.#colour]]) {
      context.fillStyle = colour;
      context.beginPath();
      context.roundRect(x, y, Math.max(3 * this.#scale, width * share), 3 * this.#scale, 1.5 * this.#scale);
      context.fill();
    }
  }

  #to(points, index, first) {
    const [x, y] = [points[2 * index] * this.#width, points[2 * index + 1] * this.#height];
    if (first) this.#context.moveTo(x, y);
    else this.#context.lineTo(x, y);
  }

  #stroke(weight, opacity) {
    const context = this.#context;
    context.globalAlpha = opacity;
    if (!this.#additive) {
      context.strokeStyle = SHADE;
      context.lineWidth = (weight + 1.6) * this.#scale;
      context.stroke();
    }
    context.strokeStyle = this.#colour;
    context.lineWidth = weight * this.#scale;
    context.stroke();
  }
}

function clamp(value, least, most) {
  return Math.max(least, Math.min(most, value));
}
