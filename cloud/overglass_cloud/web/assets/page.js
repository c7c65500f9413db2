import { Display } from "./display.js";
import { Door } from "./door.js";
import { Glasses } from "./glasses.js";
const find = (id) => document.getElementById(id);
const state = window.overglass = { phase: "idle", frames: [], messages: [], troubles: [] };
const own = find("own");
const glasses = state.glasses = new Glasses(new Door(), {
  phase(phase, trouble) { state.phase = phase; if (trouble) state.troubles.push(String(trouble.stack)); find("state").textContent = phase + " " + (trouble ?? ""); },
  camera(track) {
    own.srcObject = new MediaStream([track]); own.play();
    const next = (now, { captureTime }) => { if (glasses.camera !== track) return; glasses.captured((captureTime ?? now) / 1000); own.requestVideoFrameCallback(next); };
    own.requestVideoFrameCallback(next);
  },
  result(track) { display.show(track); },
  message(message) { state.messages.push(message); },
  applied() {},
});
const query = new URLSearchParams(location.search);
glasses.codec = query.get("codec"); glasses.size = query.get("size") ?? "standard";
if (query.get("look")) glasses.set({ look: query.get("look") });
const display = new Display(find("result"), glasses.arrivals, (news, size) => {
  const trip = glasses.trip(news, performance.now() / 1000);
  state.frames.push({ ...trip, size, version: news.envelope?.controlVersion });
});
find("start").onclick = () => glasses.start();
