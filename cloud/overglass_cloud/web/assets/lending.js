// The picture that the wearer lends to looks: picked, dropped or pasted; lent to the service, and once more
// when that has forgotten it; kept for this tab only. Knows nothing of looks but that they may want one.

import { put } from "./dom.js";
import { Refused, Unreachable } from "./door.js";
import { Unusable, prepared } from "./picture.js";

const KEY = "overglass.reference";
const AGAIN_AFTER_MS = 5000; // a service that forgets at once would be sent it for ever

export class Lending {
  id = null; // what the control document calls it
  #find; #door; #lent; #picture = null; #turn = 0; #lentAt = -Infinity; #complaints = 0;

  // `lent(id)` is called when the service has the picture, for the first time or again.
  constructor(find, door, lent) {
    this.#find = find;
    this.#door = door;
    this.#lent = lent;
    const input = find("reference");
    input.addEventListener("change", () => {
      if (input.files.length) this.take(input.files[0]);
      input.value = ""; // the same file may be chosen again
    });
    document.addEventListener("paste", ({ clipboardData }) => this.#takeFrom(clipboardData));
    for (const name of ["dragover", "dragleave", "drop"]) document.addEventListener(name, (event) => this.#onDrag(event));
    this.#restore();
  }

  // Makes a picture of this file the one to go by. What is wrong with it is shown, not thrown.
  async take(file) {
    const turn = ++this.#turn;
    this.#say("Reading it…");
    try {
      const picture = await prepared(file);
      if (turn !== this.#turn) return; // another one was chosen meanwhile
      this.#say("Lending it to the service…");
      await this.#lend(picture, turn);
    } catch (error) {
      if (turn === this.#turn) this.#complain(error);
    }
  }

  // Lends it once more after the service has said that it lacks it; asks for one where there is none.
  // Whether this takes care of the matter.
  async again() {
    if (!this.#picture) {
      this.#say("This look goes by a picture: choose one.", true);
      return true;
    }
    // A new session may complain of its opening's document and of the hello's before it has been lent anything.
    if (performance.now() - this.#lentAt < AGAIN_AFTER_MS) return this.#complaints++ < 2;
    const turn = ++this.#turn;
    try {
      await this.#lend(this.#picture, turn);
    } catch (error) {
      if (turn === this.#turn) this.#complain(error);
    }
    return true;
  }

  async #lend(picture, turn) {
    this.#lentAt = performance.now();
    this.#complaints = 0;
    const { id } = await this.#door.lend(picture);
    if (turn !== this.#turn) return;
    this.id = id;
    this.#picture = picture;
    await this.#show();
    this.#lent(id);
    await this.#keep();
  }

  async #show() {
    const thumbnail = this.#find("reference-thumbnail");
    const bitmap = await createImageBitmap(this.#picture);
    const side = Math.min(bitmap.width, bitmap.height);
    const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    thumbnail.getContext("2d").drawImage(bitmap, left, top, side, side, 0, 0, thumbnail.width, thumbnail.height);
    bitmap.close();
    thumbnail.hidden = false;
    put(this.#find("reference-title"), "Your picture");
    this.#say("Press, drop or paste another to change it.");
  }

  #say(words, bad = false) {
    put(this.#find("reference-note"), words);
    this.#find("reference-row").toggleAttribute("data-bad", bad);
  }

  #complain(error) {
    if (error instanceof Unreachable) this.#say("The service does not answer. Choose the picture again in a moment.", true);
    else if (error instanceof Refused || error instanceof Unusable) this.#say(sentences(error.message, error.cure), true);
    else throw error;
  }

  #takeFrom(transfer) {
    const file = [...(transfer?.files ?? [])].find(({ type }) => type.startsWith("image/")) ?? transfer?.files[0];
    if (file && this.#wanted) this.take(file);
  }

  // Anywhere on the page: a picture that misses would otherwise be opened in the page's place.
  #onDrag(event) {
    if (!event.dataTransfer?.types.includes("Files")) return;
    if (event.type !== "dragleave") event.preventDefault();
    this.#find("reference-row").toggleAttribute("data-over", event.type === "dragover");
    if (event.type === "drop") this.#takeFrom(event.dataTransfer);
  }

  get #wanted() {
    return this.#find("reference-row").checkVisibility();
  }

  // For a page that is loaded anew; without room the picture is just not kept.
  async #keep() {
    const { id } = this;
    const bytes = new Uint8Array(await this.#picture.arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
    try {
      sessionStorage.setItem(KEY, JSON.stringify({ id, data: btoa(text) }));
    } catch {
      sessionStorage.removeItem(KEY);
    }
  }

  #restore() {
    const kept = sessionStorage.getItem(KEY);
    if (!kept) return;
    const { id, data } = JSON.parse(kept);
    this.id = id;
    this.#picture = new Blob([Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0))], { type: "image/jpeg" });
    this.#show();
  }
}

function sentences(...all) {
  return all.filter(Boolean).map((words) => words[0].toUpperCase() + words.slice(1) + (/[.!?]$/.test(words) ? "" : ".")).join(" ");
}
