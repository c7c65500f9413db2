// The browser's cameras and microphone: which there are, which suits glasses, and what went wrong.
// Knows no connection.

const HEADSET = /OculusBrowser|Quest|Pico|VisionOS/i;
const FRONT = /front/i;

// Width and height asked for; a camera that cannot gives what is nearest.
export const SIZES = {
  square: { label: "512 × 512", width: 512, height: 512 },
  standard: { label: "640 × 480", width: 640, height: 480 },
  high: { label: "1280 × 720", width: 1280, height: 720 },
};

export class CameraFault extends Error {
  // `kind`: insecure, refused, none, busy, ended
  constructor(kind, cause) {
    super(kind, { cause });
    this.kind = kind;
  }
}

// Cameras to offer. On a headset, opening the front (avatar) camera breaks the camera until a reboot.
export async function cameras() {
  const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const all = devices.filter(({ kind }) => kind === "videoinput");
  if (all.length < 2 || !HEADSET.test(navigator.userAgent)) return all;
  return all.filter(({ label }) => !FRONT.test(label));
}

// Opens a camera: {id} by device, else {facing} "environment" or "user". Rejects with CameraFault.
export async function openCamera({ id = null, facing = "environment", size = "standard" }) {
  if (!navigator.mediaDevices) throw new CameraFault("insecure");
  const { width, height } = SIZES[size];
  const upright = matchMedia("(orientation: portrait) and (pointer: coarse)").matches;
  const which = id ? { deviceId: { exact: id } } : { facingMode: { ideal: facing } };
  const shape = { width: { ideal: upright ? height : width }, height: { ideal: upright ? width : height } };
  const video = { ...which, ...shape, frameRate: { ideal: 30 } };
  const track = (await media({ video: await named(video, id) })).getVideoTracks()[0];
  track.contentHint = "motion";
  return track;
}

export async function openMicrophone() {
  if (!navigator.mediaDevices) throw new CameraFault("insecure");
  return (await media({ audio: { echoCancellation: true, noiseSuppression: true } })).getAudioTracks()[0];
}

// Without a device named, a headset would choose the front camera as gladly as any.
async function named(video, id) {
  if (id || !HEADSET.test(navigator.userAgent)) return video;
  const [first] = (await cameras()).filter(({ label, deviceId }) => label && deviceId);
  return first ? { ...video, deviceId: { exact: first.deviceId }, facingMode: undefined } : video;
}

async function media(constraints) {
  try {
    return await navigator.mediaDevices.getUserMedia(constraints);
  } catch (error) {
    const kinds = {
      NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none",
      NotReadableError: "busy", AbortError: "busy",
    };
    throw new CameraFault(kinds[error.name] ?? "busy", error);
  }
}
