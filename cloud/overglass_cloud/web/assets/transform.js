// The worker between codec and network (RTCRtpScriptTransform): puts an envelope into each picture that
// leaves and takes it out of each that comes. Where the codec has no place for one, the page carries it.

import { envelopeIn, withEnvelope } from "./wire/bitstream.js";
import { CaptureTimes } from "./wire/captures.js";

const SENT_KEPT = 256;
const captures = new CaptureTimes();
const sentAt = new Map();
let nextId = 0;
let shift = 0; // our clock's origin minus the page's, seconds

const now = () => performance.now() / 1000 + shift;

self.onmessage = ({ data }) => {
  for (const time of data.captures) captures.add(time);
};

self.onrtctransform = ({ transformer }) => {
  const { side, timeOrigin } = transformer.options;
  shift = (performance.timeOrigin - timeOrigin) / 1000;
  const step = side === "send" ? send : receive;
  const each = new TransformStream({
    transform(frame, controller) {
      step(frame);
      controller.enqueue(frame);
    },
  });
  // Ends when the connection does, which is no error.
  transformer.readable.pipeThrough(each).pipeTo(transformer.writable).catch(() => {});
};

function send(frame) {
  const { rtpTimestamp: rtpTime = frame.timestamp, mimeType } = frame.getMetadata();
  const encoded = now();
  const captureTime = captures.of(rtpTime, encoded);
  const frameId = nextId++;
  if (captureTime === null) return;
  const envelope = { frameId, captureTime };
  sentAt.set(frameId, encoded);
  if (sentAt.size > SENT_KEPT) sentAt.delete(sentAt.keys().next().value);
  const inside = mimeType?.toLowerCase() === "video/h264";
  if (inside) frame.data = withEnvelope(new Uint8Array(frame.data), envelope).buffer;
  self.postMessage({ kind: "sent", rtpTime, envelope, encoded, beside: !inside });
}

function receive(frame) {
  const { rtpTimestamp: rtpTime = frame.timestamp, receiveTime } = frame.getMetadata();
  const arrived = receiveTime === undefined ? now() : receiveTime / 1000 + shift;
  const envelope = envelopeIn(new Uint8Array(frame.data));
  self.postMessage({ kind: "received", rtpTime, envelope, arrived });
}
