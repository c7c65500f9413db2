// Joins the glasses' page: what the glasses tell goes to whoever shows it, what the wearer does to the glasses.

import { stayAwake } from "./awake.js";
import { SIZES, cameras } from "./camera.js";
import { canStamp, seconds } from "./connection.js";
import { Controls } from "./controls.js";
import { Display } from "./display.js";
import { Dock } from "./dock.js";
import { make, put } from "./dom.js";
import { Door, Refused, Unreachable } from "./door.js";
import { Figures } from "./figures.js";
import { Glasses } from "./glasses.js";
import { keepIcons } from "./icons.js";
import { Inset } from "./inset.js";
import { Lending } from "./lending.js";
import { Recorder, save } from "./recorder.js";
import { Sharing } from "./sharing.js";
import { Status } from "./status.js";
import { Toast } from "./toast.js";
import * as token from "./token.js";
import { NO_WEBRTC } from "./troubles.js";

const FRAMES_KEPT = 1000;
const NO_DRAWING = "What is drawn needs a newer browser: this one cannot say which picture a drawing belongs to. All that is painted works.";
const SHOW_EVERY_MS = 250;
const USUAL_FIELD = 45; // degrees; nothing is painted by it
const find = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search); // ?codec=vp8&size=square&look=comic&display=additive&start
const own = find("own");

const door = new Door();
const status = new Status(find);
const figures = new Figures(find);
const toast = new Toast(find("toast"));
const recorder = new Recorder();
const glasses = new Glasses(door, {
  phase: (phase, error) => enter(phase, error),
  camera: (track) => showCamera(track),
  result: (track) => display.show(track),
  message: (message) => hear(message),
});
const display = new Display(find("result"), glasses.arrivals, (news, size) => shown(news, size));
const controls = new Controls(find, (change) => {
  glasses.set(change);
  nameShown();
});
const lending = new Lending(find, door, (reference) => glasses.set({ reference }));
const sharing = new Sharing(find, () => door.share(glasses.connection.location));
const dock = new Dock(find, {
  compare: (held) => compare(held),
  flip: () => flip(),
  record: () => record(),
  microphone: () => microphone(),
  share: () => attempt(() => sharing.open()),
  stop: () => glasses.stop(),
});
new Inset(find("inset"));

// For tests and for the curious in a console: what the page knows. Nothing here steers the page.
const page = window.overglass = {
  frames: [], // the newest: {frameId, captureTime, shown, latency, stages, controlVersion, scene, width, height}
  applied: null, // version of the newest control document that a picture has shown
  reports: [],
  get phase() { return glasses.phase; },
  get trouble() { return status.trouble; },
  get session() { return glasses.connection?.location ?? null; },
  get control() { return glasses.control; },
  get figures() { return { latency: figures.latency, rates: figures.rates, size: display.size }; },
  get peer() { return glasses.connection?.peer ?? null; },
  get camera() { return glasses.camera; },
};

// Glasses that mirror this screen and add its light to the world; `?field=47.5` is their width in degrees.
function additive() {
  const [field, scale] = [Number(query.get("field")), window.devicePixelRatio || 1];
  const [width, height] = [screen.width, screen.height].map((side) => Math.round(side * scale));
  return { kind: "additive", width, height, field_of_view: field > 0 && field < 180 ? field : USUAL_FIELD };
}

function enter(phase, error) {
  status.show(phase, error);
  find("headline").hidden = phase !== "live";
  stayAwake(phase === "live" || phase === "away");
  if (phase !== "live") find("watchers").hidden = true;
  if (phase === "live") figures.forget();
  if (phase === "idle" || phase === "trouble") endSession();
  find("inset").hidden = !glasses.camera;
  nameShown();
}

function endSession() {
  display.stop();
  if (glasses.phase === "idle") display.clear();
  if (recorder.recording) record();
  dock.press("microphone", false);
  if (!glasses.camera) own.srcObject = null;
}

function showCamera(track) {
  own.srcObject = new MediaStream([track]);
  own.play().catch(() => {}); // replaced by another camera
  listCameras(track);
  if (!("requestVideoFrameCallback" in own)) return;
  const next = (now, { captureTime }) => {
    if (glasses.camera !== track) return;
    glasses.captured((captureTime ?? now) / 1000);
    own.requestVideoFrameCallback(next);
  };
  own.requestVideoFrameCallback(next);
}

async function listCameras(track) {
  const found = await cameras();
  const current = track.getSettings().deviceId;
  find("camera").replaceChildren(...found.map(({ deviceId, label }, n) => make("option", {
    value: deviceId, textContent: label || `Camera ${n + 1}`, selected: deviceId === current,
  })));
  find("flip").disabled = found.length < 2;
}

function shown(news, size) {
  const at = seconds();
  const trip = glasses.trip(news, at);
  figures.add(trip, at);
  page.frames.push({
    frameId: null, ...trip, shown: at, ...size,
    controlVersion: news.envelope?.controlVersion ?? null, scene: news.envelope?.scene ?? null,
  });
  if (page.frames.length > FRAMES_KEPT) page.frames.splice(0, FRAMES_KEPT / 2);
}

function hear(message) {
  if (message.type === "welcome") {
    controls.show(message.control);
    nameShown();
  }
  if (message.type === "control-applied") page.applied = message.version;
  if (message.type === "error") complain(message);
  if (message.type !== "report") return;
  figures.report(message);
  page.reports = [...page.reports.slice(-59), message];
  find("watchers").hidden = !message.viewers;
  put(find("watchers").lastElementChild, `${message.viewers} watching`);
}

async function complain({ code, detail, cure }) {
  if (code === "reference-missing" && await lending.again()) return;
  toast.say(`${detail}. ${cure}`.replace("..", ".").trim());
}

function nameShown() {
  const tag = find("shown");
  tag.hidden = glasses.phase !== "live";
  put(tag, display.covering ? "camera" : glasses.control.look === "none" ? "as it is" : glasses.control.look);
}

function compare(held) {
  display.covering = held ? own : null;
  nameShown();
}

async function flip() {
  const options = [...find("camera").options].map(({ value }) => value);
  const current = glasses.camera?.getSettings() ?? {};
  if (current.facingMode) await glasses.chooseCamera({ facing: current.facingMode === "user" ? "environment" : "user" });
  else await glasses.chooseCamera({ id: options[(options.indexOf(current.deviceId) + 1) % options.length] });
}

async function microphone() {
  const on = find("microphone").getAttribute("aria-pressed") !== "true";
  await attempt(() => glasses.setMicrophone(on));
  dock.press("microphone", glasses.microphone !== null);
}

async function record() {
  if (recorder.recording) {
    const file = await recorder.stop();
    display.held = false;
    dock.time(null);
    toast.say(`Saved ${save(file, glasses.control.look)}`);
    return;
  }
  if (!display.size) return;
  display.held = true;
  recorder.start(display.canvas, glasses.microphone, figures.latency.p50);
  dock.time(recorder.startedAt);
}

// Does what may fail for reasons of the device or the service, and says so.
async function attempt(act) {
  try {
    await act();
  } catch (error) {
    const words = { refused: "The microphone was refused: allow it in the address bar.", none: "No microphone was found.", busy: "The microphone is busy." };
    toast.say(words[error.kind] ?? (`${error.message}. ${error.cure ?? ""}`).trim());
  }
}

async function learnWhatThereIs() {
  try {
    const [looks, overlays] = await Promise.all([door.looks(), door.overlays()]);
    controls.offerLooks(looks, glasses.control.look);
    controls.offerOverlays(overlays, glasses.control.overlays, canStamp() ? "" : NO_DRAWING);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    setTimeout(learnWhatThereIs, 2000);
  }
}

function begin() {
  if (!window.RTCPeerConnection) {
    document.body.dataset.phase = "trouble";
    find("welcome").hidden = true;
    status.tell({ ...NO_WEBRTC, final: true });
    return;
  }
  glasses.start();
}

function prepare() {
  token.fromFragment();
  door.token = token.kept();
  glasses.codec = query.get("codec");
  glasses.worn = query.get("display") === "additive" ? additive() : null;
  display.additive = glasses.worn !== null;
  if (query.has("look")) glasses.set({ look: query.get("look") });
  if (lending.id) glasses.set({ reference: lending.id });
  if (query.get("size") in SIZES) glasses.size = query.get("size");
  find("size").replaceChildren(...Object.entries(SIZES).map(([value, { label }]) => make("option", {
    value, textContent: label, selected: value === glasses.size,
  })));
  find("record").hidden = !Recorder.possible;
  find("unmeasured").hidden = canStamp();
  put(find("unmeasured"), "This browser cannot stamp pictures on their way, so their latency is not known.");
  find("start").addEventListener("click", begin);
  find("retry").addEventListener("click", () => (glasses.phase === "trouble" ? begin() : glasses.retry()));
  find("camera").addEventListener("change", ({ target }) => glasses.chooseCamera({ id: target.value }));
  find("size").addEventListener("change", ({ target }) => glasses.chooseCamera({ id: glasses.cameraId, size: target.value }));
  find("more").addEventListener("click", () => openSheet(find("more").getAttribute("aria-expanded") !== "true"));
  find("token-form").addEventListener("submit", (event) => {
    event.preventDefault();
    door.token = find("token").value.trim();
    token.keep(door.token);
    begin();
  });
  // A page cannot tell leaving from reloading: the session waits half a minute to be resumed.
  addEventListener("pagehide", () => glasses.leave({ keep: true }));
  addEventListener("pageshow", ({ persisted }) => persisted && glasses.camera && begin());
  navigator.mediaDevices?.addEventListener("devicechange", () => glasses.camera && listCameras(glasses.camera));
  keepIcons();
  setInterval(refresh, SHOW_EVERY_MS);
  learnWhatThereIs();
  if (glasses.resumeToken || query.has("start")) begin();
}

function openSheet(open) {
  find("more").setAttribute("aria-expanded", String(open));
  put(find("more").firstElementChild, open ? "Less" : "More");
  find("panel").toggleAttribute("data-open", open);
}

async function refresh() {
  const { connection } = glasses;
  if (glasses.phase !== "live" || !connection) return;
  await figures.measure(connection);
  recorder.follow(figures.latency.p50);
  figures.show({ size: display.size, roundTrip: connection.talk.clock.roundTrip, now: seconds() });
}

prepare();
