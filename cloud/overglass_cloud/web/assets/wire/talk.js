// Our half of the talk with the service, without I/O: text and `now` go in, events and words come out.
// The same states as protocol/overglass_protocol/session.py; the page owns the control document.

import { Clock } from "./clock.js";
import { Malformed } from "./fault.js";
import { Assembly, readStamp, writePing } from "./stamps.js";

export const PROTOCOL_VERSION = 1;
const PING_EVERY = 0.1;
const PING_EVERY_AT_FIRST = 0.05;
const PINGS_AT_FIRST = 40;

const MAY_RECEIVE = {
  opening: ["welcome", "error", "bye"],
  live: ["control-applied", "report", "error", "bye"],
  ended: [],
};

export class Talk {
  state = "opening";
  clock = new Clock();
  control;
  #outbox = [];
  #assembly = new Assembly();
  #pings = 0;
  #nextPing = 0;

  constructor({ device, program, control, display = null }) {
    this.control = control;
    this.#say({ type: "hello", protocol: PROTOCOL_VERSION, device, program, display, control });
  }

  // Takes what is to be sent: [["control", text] or ["stamps", bytes]].
  toSend() {
    return this.#outbox.splice(0);
  }

  // The document is replaced whole; before the welcome the newest is kept and said then.
  setControl(control) {
    this.control = control;
    if (this.state === "live") this.#say({ type: "control", control });
  }

  end(reason) {
    if (this.state !== "ended") this.#say({ type: "bye", reason });
    this.state = "ended";
  }

  // One `control` message; gives the message itself if it makes sense now, else null.
  receiveMessage(text, now) {
    const message = parsed(text);
    if (!message || !MAY_RECEIVE[this.state].includes(message.type)) return null;
    if (message.type === "welcome") {
      this.state = "live";
      this.#nextPing = now;
      // A page that was reloaded has forgotten what the service remembers of the same session.
      if (message.control.version > this.control.version) this.control = message.control;
      else if (!same(message.control, this.control)) this.#say({ type: "control", control: this.control });
    }
    if (message.type === "bye") this.state = "ended";
    return message;
  }

  // One `stamps` datagram; gives {rtpTime, envelope} when it completes one. Nonsense counts as lost.
  receiveStamp(bytes, now) {
    try {
      let stamp = readStamp(bytes);
      if (stamp.kind === "part") stamp = this.#assembly.add(stamp);
      if (stamp?.kind === "pong") this.clock.add(stamp, now);
      return stamp?.kind === "envelope" ? stamp : null;
    } catch (error) {
      if (error instanceof Malformed) return null;
      throw error;
    }
  }

  // Does what is due; gives the seconds until it wants to be called again.
  tick(now) {
    if (this.state === "live" && now >= this.#nextPing) {
      this.#outbox.push(["stamps", writePing(this.#pings, now)]);
      this.#pings += 1;
      this.#nextPing = now + (this.#pings < PINGS_AT_FIRST ? PING_EVERY_AT_FIRST : PING_EVERY);
    }
    return Math.max(0.01, this.#nextPing - now);
  }

  #say(message) {
    this.#outbox.push(["control", JSON.stringify(message)]);
  }
}

function parsed(text) {
  try {
    const message = JSON.parse(text);
    return message !== null && typeof message === "object" ? message : null;
  } catch {
    return null;
  }
}

function same(theirs, ours) {
  return Object.keys(ours).every((key) => JSON.stringify(theirs[key]) === JSON.stringify(ours[key]));
}
