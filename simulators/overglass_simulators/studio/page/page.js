// Joins the page's parts: what comes in from the studio goes to whoever shows it.

import { onRefusal } from "./asking.js";
import { Devices } from "./devices.js";
import { find, put } from "./dom.js";
import { Faults } from "./faults.js";
import { Gauges } from "./gauges.js";
import { Head } from "./head.js";
import { Log } from "./log.js";
import { Pictures } from "./pictures.js";
import { Sessions } from "./sessions.js";
import { Settings } from "./settings.js";
import { Split } from "./split.js";
import { Timeline } from "./timeline.js";

const STILL_AFTER_S = 0.6;
const AGAIN_MS = 2000;

const log = new Log(find);
const gauges = new Gauges(find);
const head = new Head(find);
const settings = new Settings(find);
const faults = new Faults(find);
const timeline = new Timeline(find("timeline"), find("reading"));
const sessions = new Sessions(find, (title, words) => log.toast(title, words, "good"));
const devices = new Devices(find, (device) => {
  gauges.begin(device);
  head.begin(device);
});
const pictures = new Pictures(find, new Split(find));

let labels = {};
let shown = null; // when the newest frame was seen, seconds of the session
let known = new Map(); // episodes by number, whether their recovery has been told
let ended = false;

onRefusal(({ title, cure }) => log.toast(title, cure, "bad"));

function begin(choices) {
  labels = Object.fromEntries(choices.faults.map((fault) => [fault.kind, fault.label]));
  devices.begin(choices.devices);
  settings.begin(choices);
  faults.begin(choices.faults);
  timeline.begin(choices);
}

function forget() {
  log.clear();
  gauges.forget();
  head.forget();
  timeline.forget();
  pictures.forget();
  shown = null;
  known = new Map();
}

function take(news) {
  const { state } = news;
  if (news.choices) begin(news.choices);
  if (news.fresh) forget();
  find("away").hidden = true;
  devices.show(state.device);
  settings.show(state);
  faults.show(state.faults);
  sessions.show(state);
  gauges.show(state);
  timeline.add(news);
  const newest = news.rows.at(-1);
  if (newest) shown = newest[1] + newest[2] / 1000;
  showState(state);
  for (const said of news.said) log.add(said.at, said.detail);
  for (const episode of news.episodes) follow(episode, news.choices !== undefined);
}

function showState(state) {
  if (!state.connected) standing("trouble", shown === null ? "Connecting" : "Reconnecting");
  else if (shown === null) standing("waiting", "Waiting for pictures");
  else if (state.time - shown > STILL_AFTER_S) standing("trouble", "No pictures");
  else standing("live", "Live");
}

function standing(state, words) {
  if (document.body.dataset.state !== state) document.body.dataset.state = state;
  put(find("state").firstElementChild, words);
}

// `old`: from before this page was opened, and no news.
function follow(episode, old) {
  const told = known.get(episode.number) ?? old;
  known.set(episode.number, told || episode.recovery !== null);
  if (told || episode.recovery === null) return;
  const words = `live again after ${Math.round(episode.recovery * 1000)} ms`;
  log.add(episode.ends + episode.recovery, `${labels[episode.kind]}: ${words}`, "good");
  log.toast(labels[episode.kind], words, "good");
}

function away(title, words) {
  standing("away", title);
  put(find("away-title"), title);
  put(find("away-words"), words);
  find("away").hidden = false;
}

function listen() {
  const source = new EventSource("news");
  source.addEventListener("news", (message) => { ended = false; take(JSON.parse(message.data)); });
  source.addEventListener("end", () => { ended = true; });
  source.addEventListener("error", () => {
    if (ended) away("The studio has ended", "Start it again with: overglass sim");
    else away("The studio does not answer", "This page comes back by itself.");
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(listen, AGAIN_MS);
  });
}

for (const input of find("span").querySelectorAll("input")) {
  input.addEventListener("change", () => timeline.show(Number(input.value)));
}

function freeze() {
  const button = find("freeze");
  const frozen = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(frozen));
  put(button.querySelector("span"), frozen ? "Resume" : "Freeze");
  timeline.freeze(frozen);
}

find("freeze").addEventListener("click", freeze);

document.addEventListener("keydown", (event) => {
  const typing = event.target.matches("select, input:not([type=radio], [type=range])") || document.querySelector("dialog[open]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.key === "r") sessions.toggle();
  else if (event.key === "p") freeze();
});

listen();
