// Where an envelope sits in an H.264 picture, as protocol/overglass_protocol/rtc/bitstream.py has it: an
// SEI user_data_unregistered unit (ITU-T H.264, D.1.7) in front of the first slice. Pure bytes.

import { readEnvelope, writeEnvelope } from "./envelope.js";
import { Malformed } from "./fault.js";

export const ENVELOPE_UUID = Uint8Array.from(
  [0x8f, 0x2c, 0x6b, 0x5e, 0x41, 0xd9, 0x4c, 0x7a, 0xb3, 0x5d, 0x1e, 0x9a, 0x60, 0xf7, 0xc2, 0xd8],
);
const [SLICE, IDR, SEI] = [1, 5, 6];
const USER_DATA_UNREGISTERED = 5;

// The access unit with the envelope in front of its first slice.
export function withEnvelope(unit, envelope) {
  const at = firstSlice(unit);
  const sei = seiOf(writeEnvelope(envelope));
  const out = new Uint8Array(unit.length + sei.length);
  out.set(unit.subarray(0, at));
  out.set(sei, at);
  out.set(unit.subarray(at), at + sei.length);
  return out;
}

// The envelope in an access unit; null if there is none that can be read.
export function envelopeIn(unit) {
  const found = indexOf(unit, ENVELOPE_UUID);
  if (found < 0) return null;
  const start = found + ENVELOPE_UUID.length;
  const body = unescaped(unit.subarray(start, startCode(unit, start) ?? unit.length));
  const size = payloadSizeBefore(unit, found) - ENVELOPE_UUID.length;
  if (size > body.length) return null;
  try {
    return readEnvelope(body.subarray(0, Math.max(0, size)));
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function seiOf(payload) {
  const size = ENVELOPE_UUID.length + payload.length;
  const head = [USER_DATA_UNREGISTERED, ...Array(Math.floor(size / 255)).fill(255), size % 255];
  const body = Uint8Array.from([...head, ...ENVELOPE_UUID, ...payload, 0x80]);
  return Uint8Array.from([0, 0, 0, 1, SEI, ...escaped(body)]);
}

// Offset of the start code of the first slice; 0 if there is none.
function firstSlice(unit) {
  for (let at = startCode(unit, 0); at !== null && at < unit.length - 3; at = startCode(unit, at + 3)) {
    const kind = unit[at + 3] & 0x1f;
    if (kind === SLICE || kind === IDR) return at > 0 && unit[at - 1] === 0 ? at - 1 : at;
  }
  return 0;
}

function startCode(unit, from) {
  for (let at = unit.indexOf(1, from + 2); at >= 0; at = unit.indexOf(1, at + 1)) {
    if (unit[at - 1] === 0 && unit[at - 2] === 0) return at - 2;
  }
  return null;
}

function payloadSizeBefore(unit, uuidAt) {
  let at = uuidAt - 1;
  let size = at >= 0 ? unit[at] : 0;
  while (at > 0 && unit[at - 1] === 255) {
    size += 255;
    at -= 1;
  }
  return size;
}

// Emulation prevention: no 00 00 followed by 00 to 03 may stand in a unit.
function escaped(bytes) {
  const out = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out;
}

function unescaped(bytes) {
  const out = new Uint8Array(bytes.length);
  let [size, zeros] = [0, 0];
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    out[size++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, size);
}

function indexOf(bytes, wanted) {
  for (let at = bytes.indexOf(wanted[0]); at >= 0; at = bytes.indexOf(wanted[0], at + 1)) {
    if (wanted.every((byte, n) => bytes[at + n] === byte)) return at;
  }
  return -1;
}
