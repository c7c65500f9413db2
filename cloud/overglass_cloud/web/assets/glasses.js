// The glasses' program in the page: camera, connections one after the other, and the control document,
// as overglass_edge/agent.py is beside a real camera. Shows nothing; tells its listener what happened.

import { CameraFault, openCamera, openMicrophone } from "./camera.js";
import { Connection, NoMedia, measurable, seconds } from "./connection.js";
import { Refused } from "./door.js";
import { Arrivals } from "./wire/arrivals.js";
import { tripOf } from "./wire/trip.js";

const RESUME_KEY = "overglass.resume";
const BACKOFF_S = [0.3, 0.7, 1.5, 3, 5];
const USED_S = 40; // longer than the service keeps a session whose page was closed
const USED_EVERY_S = 2;
const SENT_KEPT = 256;
const PROGRAM = "overglass page";

export class Glasses {
  phase = "idle"; // idle, camera, connecting, live, away, trouble
  control = { version: 0, look: "none", strength: 1, prompt: null, seed: 0, overlays: [], region: "all", reference: null };
  arrivals = new Arrivals();
  connection = null;
  camera = null;
  microphone = null;
  facing = "environment";
  cameraId = null;
  size = "standard";
  codec = null;
  worn = null; // {kind, width, height, field_of_view} of what the wearer sees this page on, if somebody says
  #door; #listener; #worker = null;
  #sent = new Map();
  #asked = { camera: 0, microphone: 0 };
  #run = 0;
  #attempt = 0; // since the last connection that stood
  #usedSince = null; // for so long the token has been another page's
  #wake = () => {};

  // `listener`: {phase, camera, result, message}, each a function.
  constructor(door, listener) {
    this.#door = door;
    this.#listener = listener;
    if (measurable()) {
      this.#worker = new Worker(new URL("./transform.js", import.meta.url), { type: "module" });
      this.#worker.onmessage = ({ data }) => this.#hearWorker(data);
    }
  }

  get resumeToken() { return sessionStorage.getItem(RESUME_KEY); }

  // Opens the camera and keeps a session until `stop`. Troubles are told to the listener, not thrown.
  async start() {
    const run = ++this.#run;
    this.#enter("camera");
    try {
      await this.#openCamera();
    } catch (error) {
      if (run === this.#run) this.#enter("trouble", error);
      return;
    }
    if (run !== this.#run) return;
    await this.#keepConnected(run);
  }

  // Ends the session and lets go of the camera.
  stop() {
    this.#run += 1;
    this.#wake();
    this.leave();
    this.#letGo();
    sessionStorage.removeItem(RESUME_KEY);
    this.#enter("idle");
  }

  // Says goodbye, also while the page is being left. With `keep` the session waits to be resumed.
  leave({ keep = false } = {}) {
    const { connection } = this;
    this.connection = null;
    if (!connection) return;
    connection.close(keep ? null : "the page was left");
    if (!keep && connection.location) this.#door.end(connection.location);
  }

  // Tries again at once, while waiting after a loss.
  retry() {
    this.#wake();
  }

  // Changes some of the control document; the newest always wins.
  set(change) {
    this.control = { ...this.control, ...change, version: this.control.version + 1 };
    this.connection?.setControl(this.control);
    return this.control;
  }

  async chooseCamera({ id = null, facing = this.facing, size = this.size }) {
    Object.assign(this, { cameraId: id, facing, size });
    if (!this.camera) return;
    try {
      if (await this.#openCamera()) await this.connection?.setCamera(this.camera);
    } catch (error) {
      this.stop();
      this.#enter("trouble", error);
    }
  }

  // Rejects with CameraFault.
  async setMicrophone(on) {
    const track = await this.#granted("microphone", () => (on ? openMicrophone() : null));
    if (on && !track) return;
    const before = this.microphone;
    this.microphone = track;
    await this.connection?.setMicrophone(track);
    before?.stop();
  }

  // The camera's picture of this time, seconds: capture times help the worker to date what it sends.
  captured(time) {
    this.#worker?.postMessage({ captures: [time] });
  }

  // What one shown picture has been through, or null for one that came without an envelope.
  trip({ envelope, arrived }, shown) {
    this.connection?.sign();
    if (!envelope || !this.connection) return null;
    const encoded = this.#sent.get(envelope.frameId);
    return tripOf({ envelope, clock: this.connection.talk.clock, encoded, arrived, shown });
  }

  // Whether there is a camera now; not so if it was taken off meanwhile, or another one was asked for.
  async #openCamera() {
    this.camera?.stop(); // phones open one camera at a time
    const { cameraId: id, facing, size } = this;
    const track = await this.#granted("camera", () => openCamera({ id, facing, size }));
    if (!track) return false;
    track.onended = () => this.#cameraEnded(track);
    this.camera = track;
    this.#listener.camera(track);
    return true;
  }

  // A person may take long to allow a device: one that nobody waits for any more is switched off at once.
  async #granted(kind, open) {
    const number = ++this.#asked[kind];
    try {
      const track = await open();
      if (number === this.#asked[kind]) return track;
      track?.stop();
    } catch (error) {
      if (number === this.#asked[kind]) throw error;
    }
    return null;
  }

  #cameraEnded(track) {
    if (track !== this.camera) return;
    this.stop();
    this.#enter("trouble", new CameraFault("ended"));
  }

  async #keepConnected(run) {
    this.#usedSince = null;
    for (this.#attempt = 0; run === this.#run; this.#attempt += 1) {
      this.#enter(this.#attempt === 0 && !this.resumeToken ? "connecting" : "away");
      try {
        await this.#connect(run);
      } catch (error) {
        if (run !== this.#run) return;
        // One that was never live is not to be resumed, and must not take another's place either.
        this.leave({ keep: this.resumeToken !== null });
        const wait = this.#patience(error);
        if (wait === null) {
          this.#enter("trouble", error);
          return;
        }
        this.#enter("away", error);
        await this.#pause(wait);
      }
    }
  }

  // One connection's life; rejects with the reason for which it ended.
  async #connect(run) {
    let lose = null;
    const lost = new Promise((_, reject) => { lose = (reason) => reject(new Lost(reason)); });
    lost.catch(() => {}); // open() may fail first
    const hello = { device: "browser", program: PROGRAM, control: this.control, display: this.worn };
    const on = {
      message: (message) => this.#hear(message),
      envelope: ({ rtpTime, envelope }) => this.arrivals.keep(rtpTime, { envelope }),
      lost: lose,
    };
    this.arrivals.forget();
    const connection = new Connection({ track: this.camera, codec: this.codec, worker: this.#worker, hello, on });
    this.connection = connection;
    const { resumeToken, microphone } = this;
    const { look, reference } = this.control;
    const opened = await connection.open(this.#door, { look, reference, resumeToken, microphone });
    if (run !== this.#run) {
      this.#door.end(opened.location); // taken off before they were on
      return undefined;
    }
    this.#attempt = 0;
    this.#usedSince = null;
    sessionStorage.setItem(RESUME_KEY, opened.resumeToken);
    this.#listener.result(connection.received);
    this.#enter("live");
    return lost;
  }

  // Seconds until the next attempt; null when only a person can help.
  #patience(error) {
    const attempt = this.#attempt;
    const backoff = BACKOFF_S[Math.min(attempt, BACKOFF_S.length - 1)];
    if (!(error instanceof Refused)) return error instanceof NoMedia && attempt >= 3 ? null : backoff;
    if (error.status === 503 || error.status === 429) return Math.max(error.retryAfter ?? 0, backoff, 2);
    if (error.code === "token-used") {
      this.#usedSince ??= seconds();
      return seconds() - this.#usedSince < USED_S ? USED_EVERY_S : null;
    }
    return error.status >= 500 ? backoff : null;
  }

  #pause(wait) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait * 1000);
      this.#wake = () => { clearTimeout(timer); resolve(); };
    });
  }

  #hear(message) {
    if (message.type === "welcome") this.control = this.connection.talk.control;
    this.#listener.message(message);
  }

  #hearWorker({ kind, rtpTime, envelope, encoded, arrived, beside }) {
    if (kind === "received") {
      this.arrivals.keep(rtpTime, { envelope, arrived });
      return;
    }
    this.#sent.set(envelope.frameId, encoded);
    if (this.#sent.size > SENT_KEPT) this.#sent.delete(this.#sent.keys().next().value);
    if (beside) this.connection?.stamp(rtpTime, envelope);
  }

  #letGo() {
    for (const kind of ["camera", "microphone"]) {
      this.#asked[kind] += 1; // what is granted from now on comes too late
      this[kind]?.stop();
      this[kind] = null;
    }
  }

  #enter(phase, trouble = null) {
    if (phase === "trouble") this.#letGo(); // no camera watches what goes nowhere
    this.phase = phase;
    this.#listener.phase(phase, trouble);
  }
}

// The connection was there and broke.
export class Lost extends Error {}
