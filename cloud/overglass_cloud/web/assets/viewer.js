// Watches somebody's glasses (WHEP): one connection after the other, as long as there is something to see.
// Shows nothing; tells its listener what happened.

import { connected, measurable, prepare } from "./connection.js";
import { Refused } from "./door.js";
import { Arrivals } from "./wire/arrivals.js";

const STILL_S = 3;
const LOOK_EVERY_MS = 500;
const BACKOFF_S = [0.5, 1, 2, 4];

export class Viewer {
  phase = "connecting"; // connecting, live, away, trouble
  arrivals = new Arrivals();
  peer = null;
  #door; #id; #listener; #worker = null; #location = null;
  #wake = () => {};
  #seenAt = 0;
  #gone = false;

  // `listener`: {phase, picture, sound}, each a function; the last two get tracks.
  constructor(door, id, listener) {
    this.#door = door;
    this.#id = id;
    this.#listener = listener;
    if (measurable()) {
      this.#worker = new Worker(new URL("./transform.js", import.meta.url), { type: "module" });
      this.#worker.onmessage = ({ data: { rtpTime, envelope, arrived } }) => this.arrivals.keep(rtpTime, { envelope, arrived });
    }
  }

  // Watches until only a person can help; then it may be called again.
  async watch() {
    for (let attempt = 0; !this.#gone; attempt += 1) {
      try {
        this.#enter(attempt === 0 ? "connecting" : this.phase);
        await this.#connect();
        attempt = 0;
        await this.#still();
        this.#enter("away", new Away());
        this.leave();
      } catch (error) {
        this.leave();
        const wait = patience(error, attempt);
        if (wait === null) {
          this.#enter("trouble", error);
          return;
        }
        this.#enter("away", isAway(error) ? new Away() : error);
        await this.#pause(wait);
      }
    }
  }

  // A picture was shown.
  seen() {
    this.#seenAt = performance.now();
    if (this.phase !== "live") this.#enter("live");
  }

  retry() { this.#wake(); }

  leave({ forGood = false } = {}) {
    this.#gone ||= forGood;
    this.peer?.close();
    if (this.#location) this.#door.end(this.#location);
    this.peer = this.#location = null;
  }

  async #connect() {
    const peer = this.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const video = peer.addTransceiver("video", { direction: "recvonly" });
    const audio = peer.addTransceiver("audio", { direction: "recvonly" });
    if (this.#worker) {
      const options = { side: "receive", timeOrigin: performance.timeOrigin };
      video.receiver.transform = new RTCRtpScriptTransform(this.#worker, options);
    }
    await prepare(peer, await this.#door.iceServers(this.#door.viewing(this.#id)));
    const { answer, location } = await this.#door.view(this.#id, peer.localDescription.sdp);
    this.#location = location;
    if (this.peer !== peer) throw new Error("the page was left");
    await peer.setRemoteDescription({ type: "answer", sdp: answer });
    await connected(peer);
    this.arrivals.forget();
    this.#seenAt = performance.now();
    this.#listener.picture(video.receiver.track);
    this.#listener.sound(audio.currentDirection === "recvonly" ? audio.receiver.track : null);
  }

  // Resolves once no picture has come for a while, or the connection is gone.
  #still() {
    const { peer } = this;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const lost = this.peer !== peer || ["failed", "closed"].includes(peer.connectionState);
        if (!lost && performance.now() - this.#seenAt < STILL_S * 1000) return;
        clearInterval(timer);
        resolve();
      }, LOOK_EVERY_MS);
    });
  }

  #pause(wait) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait * 1000);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  #enter(phase, trouble = null) {
    this.phase = phase;
    this.#listener.phase(phase, trouble);
  }
}

// The wearer sends no picture now.
export class Away extends Error {}

const isAway = (error) => error instanceof Refused && error.status === 409;

// Seconds until the next attempt; null when only a person can help.
function patience(error, attempt) {
  const backoff = BACKOFF_S[Math.min(attempt, BACKOFF_S.length - 1)];
  if (!(error instanceof Refused)) return backoff;
  if (error.status === 409 || error.status >= 500 || error.status === 429) return Math.max(backoff, error.retryAfter ?? 0);
  return null;
}
