// What travels with every frame, byte for byte as protocol/overglass_protocol/envelope.py writes it:
// a fixed head, then sections of tag, length and body. Knows neither codec nor channel.

import { Malformed } from "./fault.js";
import { readScene } from "./scene.js";

export const VERSION = 1;
export const MAX_SIZE = 16 * 1024;

const HEAD = 20;
const SECTION = 3;
const [POSE, STAGES, CONTROL, SCENE] = [1, 2, 3, 4];
const STAGE_NAMES = ["arrived", "decoded", "started", "painted", "encoded"];

// {frameId, captureTime, intrinsicsId?, pose?, stages?, controlVersion?}; a page never sends scenes.
export function writeEnvelope(envelope) {
  const { pose = null, stages = null, controlVersion = null } = envelope;
  const sections = [];
  if (pose) sections.push([POSE, 40, (view, at) => floats(view, at, pose)]);
  if (stages) sections.push([STAGES, 40, (view, at) => STAGE_NAMES.forEach((name, n) => view.setFloat64(at + 8 * n, stages[name]))]);
  if (controlVersion !== null) sections.push([CONTROL, 4, (view, at) => view.setUint32(at, controlVersion)]);
  const size = sections.reduce((sum, [, length]) => sum + SECTION + length, HEAD);
  const view = new DataView(new ArrayBuffer(size));
  view.setUint8(0, VERSION);
  view.setUint16(2, envelope.intrinsicsId ?? 0);
  view.setBigUint64(4, BigInt(envelope.frameId));
  view.setFloat64(12, envelope.captureTime);
  let at = HEAD;
  for (const [tag, length, fill] of sections) {
    view.setUint8(at, tag);
    view.setUint16(at + 1, length);
    fill(view, at + SECTION);
    at += SECTION + length;
  }
  return new Uint8Array(view.buffer);
}

// Reads what any end of this version wrote; unknown sections are skipped. Throws Malformed.
export function readEnvelope(bytes) {
  if (bytes.length > MAX_SIZE || bytes.length < HEAD) throw new Malformed(`an envelope of ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== VERSION) throw new Malformed(`envelope version ${view.getUint8(0)}`);
  const envelope = {
    frameId: Number(view.getBigUint64(4)), captureTime: view.getFloat64(12), intrinsicsId: view.getUint16(2),
    pose: null, stages: null, controlVersion: null, scene: null,
  };
  for (let at = HEAD; at < bytes.length;) {
    if (at + SECTION > bytes.length) throw new Malformed("a section's head is cut short");
    const [tag, length] = [view.getUint8(at), view.getUint16(at + 1)];
    at += SECTION;
    if (at + length > bytes.length) throw new Malformed("a section is cut short");
    readSection(envelope, tag, bytes.subarray(at, at + length));
    at += length;
  }
  return envelope;
}

function readSection(envelope, tag, body) {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (tag === POSE) {
    const n = Array.from({ length: sized(body, 40) / 4 }, (_, at) => view.getFloat32(4 * at));
    envelope.pose = { orientation: n.slice(0, 4), angularVelocity: n.slice(4, 7), position: n.slice(7) };
  } else if (tag === STAGES) {
    sized(body, 40);
    envelope.stages = Object.fromEntries(STAGE_NAMES.map((name, at) => [name, view.getFloat64(8 * at)]));
  } else if (tag === CONTROL) {
    sized(body, 4);
    envelope.controlVersion = view.getUint32(0);
  } else if (tag === SCENE) {
    envelope.scene = readScene(body);
  }
}

function floats(view, at, { orientation, angularVelocity, position }) {
  [...orientation, ...angularVelocity, ...position].forEach((value, n) => view.setFloat32(at + 4 * n, value));
}

function sized(body, size) {
  if (body.length !== size) throw new Malformed(`a section of ${body.length} bytes where ${size} belong`);
  return size;
}
