// Reads a scene, what was found in a picture, as protocol/overglass_protocol/scene.py writes it.
// Coordinates are shares of the picture's sides. Draws nothing.

import { Malformed } from "./fault.js";

export const KINDS = ["face", "person", "hand", "pose", "object"];
export const ANCHORS = ["world", "head", "screen"];
const MAX_THINGS = 32;
const MAX_POINTS = 1024;
const MAX_OUTLINES = 16;
const MAX_EXPRESSION = 52;
const LEVELS = 1023;
const UNIT = 8192;

// {age, things: [{kind, track, label, score, box, anchor, points, expression, outlines}]}; points and
// outlines are Float32Arrays of x, y, x, y. Throws Malformed.
export function readScene(bytes) {
  const reader = new Reader(bytes);
  const age = reader.u16() / 1000;
  const count = reader.u8();
  if (count > MAX_THINGS) throw new Malformed(`${count} things`);
  return { age, things: Array.from({ length: count }, () => readThing(reader)) };
}

function readThing(reader) {
  const [kind, anchor] = [KINDS[reader.u8()], ANCHORS[reader.u8()]];
  if (!kind || !anchor) throw new Malformed("a thing of an unknown kind");
  const track = reader.u16();
  const score = reader.u8() / 255;
  const box = [reader.i16(), reader.i16(), reader.i16(), reader.i16()].map((value) => value / UNIT);
  const [label, expression, outlines] = [reader.u8(), reader.u8(), reader.u8()];
  if (outlines > MAX_OUTLINES || expression > MAX_EXPRESSION) throw new Malformed("too many parts");
  return {
    kind, anchor, track, score, box,
    label: reader.text(label),
    expression: Array.from(reader.take(expression), (value) => value / 255),
    points: readPoints(reader),
    outlines: Array.from({ length: outlines }, () => readPoints(reader)),
  };
}

// Ten bits a coordinate, most significant first, within the points' own bounds.
function readPoints(reader) {
  const count = reader.u16();
  const [left, top, width, height] = [reader.i16(), reader.i16(), reader.i16(), reader.i16()];
  if (count > MAX_POINTS) throw new Malformed(`${count} points`);
  const bytes = reader.take(Math.ceil((count * 20) / 8));
  const points = new Float32Array(count * 2);
  for (let n = 0, bits = 0, held = 0, at = 0; n < points.length; n += 1) {
    while (held < 10) {
      bits = (bits << 8) | bytes[at++];
      held += 8;
    }
    held -= 10;
    const level = (bits >> held) & LEVELS;
    bits &= (1 << held) - 1;
    points[n] = (level * (n % 2 ? height : width)) / (UNIT * LEVELS) + (n % 2 ? top : left) / UNIT;
  }
  return points;
}

class Reader {
  #bytes; #view;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u8() { return this.#view.getUint8(this.#step(1)); }
  u16() { return this.#view.getUint16(this.#step(2)); }
  i16() { return this.#view.getInt16(this.#step(2)); }

  take(size) {
    const from = this.#step(size);
    return this.#bytes.subarray(from, from + size);
  }

  text(size) {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.take(size));
    } catch (error) {
      if (error instanceof TypeError) throw new Malformed("a label is no text");
      throw error;
    }
  }

  #step(size) {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#bytes.length) throw new Malformed("a scene is cut short");
    return at;
  }
}
