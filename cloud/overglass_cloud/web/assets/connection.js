// One connection to the service, from the offer to its loss; glasses.js makes another when it breaks.
// Joins door, peer connection, transforms and talk, and keeps their time.

import { Talk } from "./wire/talk.js";
import { writeFrameStamp } from "./wire/stamps.js";

const CONNECT_MS = 10_000;
const GATHER_MS = 400;
const GATHER_FAR_MS = 1500; // STUN and TURN servers are not next door
const SILENCE_S = 2.5;
const MAX_BITRATE = 5_000_000;
const START_KBITS = 1500;

export const measurable = () => "RTCRtpScriptTransform" in window;

// Whether pictures can be sent with an envelope, which also needs to know when each was captured.
export const canStamp = () => measurable() && "requestVideoFrameCallback" in HTMLVideoElement.prototype;

export class Connection {
  location = null;
  talk;
  peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  closed = false;
  #on; #video; #audio; #control; #stamps;
  #heard = 0;
  #timer = null;

  // `on`: {message, envelope, track, lost}. `hello`: what Talk says first. `worker`: transform.js or null.
  constructor({ track, codec, worker, hello, on }) {
    this.talk = new Talk(hello);
    this.#on = on;
    this.#video = this.peer.addTransceiver(track, { direction: "sendrecv", sendEncodings: [{ maxBitrate: MAX_BITRATE }] });
    if (codec) this.#video.setCodecPreferences(preferred(codec));
    if (worker) {
      const transform = (side) => new RTCRtpScriptTransform(worker, { side, timeOrigin: performance.timeOrigin });
      this.#video.sender.transform = transform("send");
      this.#video.receiver.transform = transform("receive");
    }
    this.#video.receiver.jitterBufferTarget = 0;
    this.#video.receiver.playoutDelayHint = 0;
    this.#audio = this.peer.addTransceiver("audio", { direction: "sendonly" });
    this.#control = this.peer.createDataChannel("control");
    this.#stamps = this.peer.createDataChannel("stamps", { ordered: false, maxRetransmits: 0 });
    this.#stamps.binaryType = "arraybuffer";
    this.#control.onopen = () => this.#flush();
    this.#control.onmessage = ({ data }) => this.#hearMessage(data);
    this.#stamps.onmessage = ({ data }) => this.#hearStamp(data);
    this.peer.onconnectionstatechange = () => {
      if (this.peer.connectionState === "failed") this.lose("the media connection failed");
    };
  }

  get received() { return this.#video.receiver.track; }

  // Opens or resumes a session. Rejects with the door's errors, or Error when no media connection comes.
  async open(door, { look, reference, resumeToken, microphone }) {
    if (microphone) await this.#audio.sender.replaceTrack(microphone);
    await prepare(this.peer, await door.iceServers("/live"));
    const opened = await door.open(this.peer.localDescription.sdp, { look, reference, resumeToken });
    this.location = opened.location;
    if (this.closed) return opened;
    await this.peer.setRemoteDescription({ type: "answer", sdp: quickStart(opened.answer) });
    await connected(this.peer);
    this.#heard = seconds();
    this.#keep();
    return opened;
  }

  setControl(control) {
    this.talk.setControl(control);
    this.#flush();
  }

  async setMicrophone(track) {
    if (!this.closed) await this.#audio.sender.replaceTrack(track);
  }

  async setCamera(track) {
    if (!this.closed) await this.#video.sender.replaceTrack(track);
  }

  // Sends the envelope of a picture whose codec has no place for it.
  stamp(rtpTime, envelope) {
    if (this.#stamps.readyState === "open") this.#stamps.send(writeFrameStamp(rtpTime, envelope));
  }

  // A picture came in: the connection lives.
  sign() {
    this.#heard = seconds();
  }

  lose(reason) {
    if (this.closed) return;
    this.close();
    this.#on.lost(reason);
  }

  // Says goodbye and closes; `lost` is not called.
  close(goodbye = null) {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.#timer);
    if (goodbye !== null) {
      this.talk.end(goodbye);
      this.#flush();
    }
    this.peer.close();
  }

  #keep() {
    if (this.closed) return;
    const now = seconds();
    if (now - this.#heard > SILENCE_S) {
      this.lose("the service has fallen silent");
      return;
    }
    const wait = this.talk.tick(now);
    this.#flush();
    this.#timer = setTimeout(() => this.#keep(), wait * 1000);
  }

  #hearMessage(text) {
    this.#heard = seconds();
    const message = this.talk.receiveMessage(text, this.#heard);
    this.#flush();
    if (message) this.#on.message(message);
    if (message?.type === "bye") this.lose(`the service ended the session: ${message.reason}`);
  }

  #hearStamp(data) {
    this.#heard = seconds();
    const stamp = this.talk.receiveStamp(new Uint8Array(data), this.#heard);
    if (stamp) this.#on.envelope(stamp);
  }

  #flush() {
    for (const [label, data] of this.talk.toSend()) {
      const channel = label === "control" ? this.#control : this.#stamps;
      if (channel.readyState === "open") channel.send(data);
      else if (label === "control" && channel.readyState === "connecting") this.#sayLater(data);
    }
  }

  #sayLater(data) {
    this.#control.addEventListener("open", () => this.#control.send(data), { once: true });
  }
}

export class NoMedia extends Error {
  constructor() {
    super("no media connection came about");
  }
}

// Makes the offer, with the candidates that are known soon; what comes later the other side learns by itself.
// A loopback or office network is done in milliseconds.
export async function prepare(peer, iceServers) {
  peer.setConfiguration({ ...peer.getConfiguration(), iceServers });
  await peer.setLocalDescription();
  if (peer.iceGatheringState === "complete") return;
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, iceServers.length ? GATHER_FAR_MS : GATHER_MS);
    peer.addEventListener("icegatheringstatechange", () => {
      if (peer.iceGatheringState !== "complete") return;
      clearTimeout(timer);
      resolve();
    });
  });
}

// Rejects with NoMedia when it takes too long.
export function connected(peer) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new NoMedia()), CONNECT_MS);
    const look = () => {
      if (peer.connectionState === "connected") resolve();
      else if (["failed", "closed"].includes(peer.connectionState)) reject(new NoMedia());
      else return;
      clearTimeout(late);
    };
    peer.addEventListener("connectionstatechange", look);
    look();
  });
}

export const seconds = () => performance.now() / 1000;

function preferred(name) {
  const codecs = RTCRtpSender.getCapabilities("video").codecs;
  const wanted = codecs.filter(({ mimeType }) => mimeType.toLowerCase() === `video/${name}`);
  return [...wanted, ...codecs.filter(({ mimeType }) => /\/rtx$/i.test(mimeType))];
}

// Chromium starts at 300 kbit/s and takes seconds to trust a path; this is where it may begin.
function quickStart(sdp) {
  return sdp.replace(/^(a=fmtp:\d+ [^\r\n]*(?:packetization-mode|profile-level-id)[^\r\n]*)/gm, `$1;x-google-start-bitrate=${START_KBITS}`);
}
