// The small datagrams on the `stamps` channel, as protocol/overglass_protocol/stamps.py writes them:
// clock pings and pongs, and envelopes where the codec has no place for them, in parts if they are long.

import { MAX_SIZE, readEnvelope, writeEnvelope } from "./envelope.js";
import { Malformed } from "./fault.js";

const MAX_DATAGRAM = 1000;
const MAX_PARTS = Math.floor(MAX_SIZE / MAX_DATAGRAM) + 2;
const FRAMES_IN_PARTS = 16;
const [PING, PONG, ENVELOPE, PART] = [1, 2, 3, 4];
const [ENVELOPE_HEAD, PART_HEAD] = [5, 7];

export function writePing(number, sent) {
  const view = new DataView(new ArrayBuffer(13));
  view.setUint8(0, PING);
  view.setUint32(1, number);
  view.setFloat64(5, sent);
  return new Uint8Array(view.buffer);
}

// One datagram: what a page sends never holds a scene, so it is never long.
export function writeFrameStamp(rtpTime, envelope) {
  const body = writeEnvelope(envelope);
  const datagram = new Uint8Array(ENVELOPE_HEAD + body.length);
  datagram[0] = ENVELOPE;
  new DataView(datagram.buffer).setUint32(1, rtpTime);
  datagram.set(body, ENVELOPE_HEAD);
  return datagram;
}

// {kind: "pong"|"envelope"|"part", ...}. Throws Malformed.
export function readStamp(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const kind = bytes[0];
  if (kind === PONG && bytes.length === 29) {
    const [sent, received, answered] = [5, 13, 21].map((at) => view.getFloat64(at));
    return { kind: "pong", number: view.getUint32(1), sent, received, answered };
  }
  if (kind === ENVELOPE && bytes.length >= ENVELOPE_HEAD) {
    return { kind: "envelope", rtpTime: view.getUint32(1), envelope: readEnvelope(bytes.subarray(ENVELOPE_HEAD)) };
  }
  if (kind === PART && bytes.length >= PART_HEAD) {
    const [rtpTime, index, count] = [view.getUint32(1), bytes[5], bytes[6]];
    if (index >= count || count > MAX_PARTS) throw new Malformed("a part of a stamp has no place in it");
    return { kind: "part", rtpTime, index, count, data: bytes.subarray(PART_HEAD) };
  }
  throw new Malformed("a stamp that cannot be read");
}

// Puts the parts of long envelopes together; what never becomes whole is forgotten.
export class Assembly {
  #frames = new Map();

  // The whole stamp once its last part is here, else null. Throws Malformed when that is no envelope.
  add(part) {
    const parts = this.#frames.get(part.rtpTime) ?? new Map();
    this.#frames.set(part.rtpTime, parts.set(part.index, part));
    const all = [...parts.values()];
    if (all.length < part.count || all.some(({ count }) => count !== part.count)) {
      while (this.#frames.size > FRAMES_IN_PARTS) this.#frames.delete(this.#frames.keys().next().value);
      return null;
    }
    this.#frames.delete(part.rtpTime);
    all.sort((one, other) => one.index - other.index);
    const body = new Uint8Array(all.reduce((sum, { data }) => sum + data.length, 0));
    all.reduce((at, { data }) => (body.set(data, at), at + data.length), 0);
    return { kind: "envelope", rtpTime: part.rtpTime, envelope: readEnvelope(body) };
  }
}
