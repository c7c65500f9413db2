// Joins the viewer's page: the picture, its sound, and what to do when there is none.

import { seconds } from "./connection.js";
import { Display } from "./display.js";
import { put } from "./dom.js";
import { Door, Refused, Unreachable } from "./door.js";
import { keepIcons, showIcon } from "./icons.js";
import { Status } from "./status.js";
import * as token from "./token.js";
import { NO_WEBRTC, troubleOf } from "./troubles.js";
import { Away, Viewer } from "./viewer.js";

const FRAMES_KEPT = 1000;
const find = (id) => document.getElementById(id);
const where = token.fromFragment();
const door = new Door();
const status = new Status(find, (error) => told(error) ?? troubleOf(error));
const sound = Object.assign(new Audio(), { autoplay: true, muted: true });
let viewer = null;
let display = null;

// For tests and for the curious in a console.
const page = window.overglass = {
  frames: [],
  get phase() { return viewer?.phase ?? "trouble"; },
  get trouble() { return status.trouble; },
  get sound() { return sound; },
  get peer() { return viewer?.peer ?? null; },
};

const NO_LINK = {
  icon: "alert", title: "There is nothing to watch here", words: "The link is not complete.",
  cure: "Ask the wearer of the glasses to share it again.", final: true,
};
const AWAY = {
  icon: "eye", title: "The glasses are off", words: "The wearer sends no picture now.",
  cure: "Stay here: it goes on by itself when they are back.", final: true,
};

// What the door's refusals mean to one who watches.
function told(error) {
  if (error instanceof Away) return AWAY;
  if (error instanceof Unreachable) {
    return { ...troubleOf(error), words: "The page tries again by itself.", cure: "Check that you are still on the network." };
  }
  if (!(error instanceof Refused)) return null;
  if (error.status === 404) {
    return {
      icon: "eye", title: "It is over",
      words: "The glasses have been taken off, or the service was started again.",
      cure: "Ask the wearer for a new link.",
    };
  }
  if (error.status === 401 || error.status === 403) {
    const expired = /expired/.test(error.detail);
    return {
      icon: "key", title: expired ? "The link has expired" : "This link does not open",
      words: expired ? "It was good for a while only." : "The service does not know it.",
      cure: "Ask the wearer of the glasses to share it again.", final: true,
    };
  }
  return null;
}

function enter(phase, error) {
  status.show(phase, error);
  if (phase !== "live") find("sound").hidden = true;
  else if (sound.srcObject) find("sound").hidden = false;
}

function hear(track) {
  sound.srcObject = track ? new MediaStream([track]) : null;
  find("sound").hidden = !track;
  if (track) sound.play().catch(() => {}); // muted it may play, or it starts with the button
}

function toggleSound() {
  sound.muted = !sound.muted;
  if (!sound.muted) sound.play().catch(() => { sound.muted = true; });
  find("sound").setAttribute("aria-pressed", String(!sound.muted));
  showIcon(find("sound-icon"), sound.muted ? "sound-off" : "sound");
  put(find("sound").querySelector("span"), sound.muted ? "Turn the sound on" : "Sound is on");
}

function begin() {
  const impossible = !window.RTCPeerConnection ? NO_WEBRTC : !where.id ? NO_LINK : null;
  if (impossible) {
    document.body.dataset.phase = "trouble";
    put(find("state").firstElementChild, "Stopped");
    status.tell({ ...impossible, final: true });
    return;
  }
  door.token = token.kept();
  viewer ??= new Viewer(door, where.id, { phase: enter, picture: (track) => display.show(track), sound: hear });
  display ??= new Display(find("result"), viewer.arrivals, (news, size) => {
    page.frames.push({ shown: seconds(), ...size, envelope: news.envelope ?? null });
    if (page.frames.length > FRAMES_KEPT) page.frames.splice(0, FRAMES_KEPT / 2);
    viewer.seen();
  });
  viewer.watch();
}

find("sound").addEventListener("click", toggleSound);
find("retry").addEventListener("click", () => (viewer?.phase === "trouble" ? begin() : viewer?.retry()));
find("full").hidden = !document.fullscreenEnabled;
find("full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : find("stage").requestFullscreen()));
keepIcons();
addEventListener("hashchange", () => location.reload()); // another link was opened in this tab
addEventListener("pagehide", () => viewer?.leave({ forGood: true }));
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());
begin();
