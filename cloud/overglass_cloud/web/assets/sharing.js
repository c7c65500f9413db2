// The link that lets others watch: asked of the service, copied, or handed to the device's own share sheet.

import { put } from "./dom.js";

export class Sharing {
  #find; #dialog; #ask;

  // `ask()` resolves to {url, expires}, to null where the service does not share, or rejects.
  constructor(find, ask) {
    this.#find = find;
    this.#dialog = find("share-dialog");
    this.#ask = ask;
    find("copy").addEventListener("click", () => this.#copy());
    find("share-sheet").addEventListener("click", () => this.#send());
  }

  async open() {
    const shared = await this.#ask();
    const url = this.#find("share-url");
    url.closest(".copy").hidden = !shared;
    this.#find("share-sheet").hidden = !shared || !navigator.share;
    if (shared) {
      url.value = shared.url;
      put(this.#find("share-words"), "Whoever has this link sees what you see, until you take the glasses off.");
      put(this.#find("share-note"), reach(shared));
    } else {
      put(this.#find("share-words"), "This service does not let others watch.");
      put(this.#find("share-note"), "A newer version of overglass does.");
    }
    put(this.#find("copy"), "Copy");
    this.#dialog.showModal();
  }

  async #copy() {
    const url = this.#find("share-url");
    try {
      await navigator.clipboard.writeText(url.value);
      put(this.#find("copy"), "Copied");
    } catch {
      url.select(); // the browser forbids it: the wearer copies by hand
      put(this.#find("share-note"), "Your browser does not let the page copy: the link is selected, copy it yourself.");
    }
  }

  async #send() {
    try {
      await navigator.share({ title: "Overglass", text: "See what I see", url: this.#find("share-url").value });
    } catch (error) {
      if (error.name !== "AbortError") put(this.#find("share-note"), "It could not be sent; copy the link instead.");
    }
  }
}

// How far the link reaches.
function reach({ url, expires }) {
  if (/^(localhost|127\.|\[::1\])/.test(new URL(url).hostname)) {
    return "It opens on this machine only. For others, start the service with: overglass cloud --dev-tls";
  }
  return expires ? `The link opens until ${until(expires)}.` : "";
}

function until(seconds) {
  const at = new Date(seconds * 1000);
  const day = at.toDateString() === new Date().toDateString() ? {} : { weekday: "short" };
  return at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", ...day });
}
