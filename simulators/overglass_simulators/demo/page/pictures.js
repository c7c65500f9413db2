// Pulls the newest pair of pictures, over and over, and draws both halves: no backlog can build up.

const RETRY_MS = 500;

export class Pictures {
  #camera; #result; #shot; #resultName;
  #paused = false;
  #ended = false;
  #running = false;
  #wake = () => {};

  constructor(find) {
    this.#camera = find("camera");
    this.#result = find("result");
    this.#shot = find("shot");
    this.#resultName = find("result-name");
    document.addEventListener("visibilitychange", () => this.#wake());
  }

  begin({ source }) {
    document.documentElement.style.setProperty("--shape", `${source.width} / ${source.height}`);
    if (!this.#running) this.#follow();
  }

  name(look) {
    this.#resultName.textContent = look === "none" ? "There and back" : look;
  }

  pause(paused) {
    this.#paused = paused;
    this.#wake();
  }

  end() {
    this.#ended = true;
  }

  async #follow() {
    this.#running = true;
    let after = 0;
    let next = null;
    while (!this.#ended) {
      if (this.#paused || document.hidden) {
        next = null;
        await new Promise((resolve) => { this.#wake = resolve; });
        continue;
      }
      try {
        const response = await (next ?? ask(after));
        next = null;
        if (response.status === 204) continue;
        if (!response.ok) throw new Error(response.statusText);
        const jpeg = await response.blob();
        after = Number(response.headers.get("Overglass-Number"));
        next = ask(after); // on its way while this one is drawn
        next.catch(() => {});
        const latency = Number(response.headers.get("Overglass-Latency-Ms"));
        if (!this.#paused) this.#draw(await createImageBitmap(jpeg), latency);
      } catch {
        next = null;
        after = 0; // a demo that was started again counts anew
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#running = false;
  }

  #draw(pair, latency) {
    const width = pair.width / 2;
    for (const [canvas, left] of [[this.#camera, 0], [this.#result, width]]) {
      if (canvas.width !== width || canvas.height !== pair.height) {
        canvas.width = width;
        canvas.height = pair.height;
      }
      canvas.getContext("2d", { alpha: false }).drawImage(pair, left, 0, width, pair.height, 0, 0, width, pair.height);
    }
    pair.close();
    this.#shot.textContent = `${latency.toFixed(1)} ms`;
  }
}

function ask(after) {
  return fetch(`picture?after=${after}`);
}
