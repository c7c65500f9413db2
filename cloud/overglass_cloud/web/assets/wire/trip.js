// One picture's way, in numbers: where its milliseconds went between camera and canvas. Pure arithmetic
// over an envelope, two clocks and a few times of our own, as overglass_edge/trip.py does it.

// In the order a picture passes them.
export const STAGES = [
  { name: "encode", label: "capture, encode", place: "glasses", colour: "#4f8ef7" },
  { name: "uplink", label: "uplink", place: "network", colour: "#5b6572" },
  { name: "cloudDecode", label: "cloud decode", place: "cloud", colour: "#d9794a" },
  { name: "queue", label: "queue", place: "cloud", colour: "#ec5f67" },
  { name: "paint", label: "paint", place: "cloud", colour: "#f2b84b" },
  { name: "cloudEncode", label: "cloud encode", place: "cloud", colour: "#c98b5a" },
  { name: "downlink", label: "downlink", place: "network", colour: "#7b8592" },
  { name: "show", label: "decode, show", place: "glasses", colour: "#b3cffc" },
];

// Seconds throughout. `stages` holds those that are known; they add up to `latency` when all are.
export function tripOf({ envelope, clock, encoded, arrived, shown }) {
  const marks = [["encode", encoded]];
  const cloud = envelope.stages;
  if (cloud && clock.known) {
    marks.push(
      ["uplink", clock.toLocal(cloud.arrived)], ["cloudDecode", clock.toLocal(cloud.decoded)],
      ["queue", clock.toLocal(cloud.started)], ["paint", clock.toLocal(cloud.painted)],
      ["cloudEncode", clock.toLocal(cloud.encoded)],
    );
  }
  marks.push(["downlink", arrived], ["show", shown]);
  const stages = {};
  let before = envelope.captureTime;
  for (const [name, at] of marks) {
    if (at === undefined || at === null) continue;
    stages[name] = at - before;
    before = at;
  }
  return { frameId: envelope.frameId, captureTime: envelope.captureTime, shown, latency: shown - envelope.captureTime, stages };
}
