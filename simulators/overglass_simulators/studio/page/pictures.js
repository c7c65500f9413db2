// Pulls the newest views, over and over, and draws them: no backlog can build up.

const RETRY_MS = 500;
const LEAST_MS = 33; // from one request to the next: more would take from the glasses what nobody sees

export class Pictures {
  #camera; #worn; #split; #stage; #cameraFigure; #wornFigure;
  #last = null; // bitmaps of the wearer's picture, for the slider between two pictures
  #wake = () => {};
  #after = -1;
  #session = 0;

  constructor(find, split) {
    this.#camera = find("camera");
    this.#worn = find("worn");
    this.#stage = find("stage");
    this.#cameraFigure = find("camera-figure");
    this.#wornFigure = find("worn-figure");
    this.#split = split;
    split.onChange(() => this.#drawWorn());
    document.addEventListener("visibilitychange", () => this.#wake());
    this.#follow();
  }

  // Another session counts its pictures anew.
  forget() {
    this.#after = -1;
    this.#session += 1;
  }

  async #follow() {
    let next = null;
    let asked = 0;
    for (;;) {
      if (document.hidden) {
        next = null;
        await new Promise((resolve) => { this.#wake = resolve; });
        continue;
      }
      try {
        const session = this.#session;
        const response = await (next ?? pull(this.#after));
        next = null;
        if (response.status === 204) continue;
        if (!response.ok) throw new Error(response.statusText);
        const blob = await response.blob();
        if (session === this.#session) this.#after = Number(response.headers.get("Overglass-Number"));
        const rest = Math.max(0, asked + LEAST_MS - performance.now());
        asked = performance.now() + rest;
        next = sleep(rest).then(() => pull(this.#after)); // on its way while these are drawn
        next.catch(() => {});
        await this.#show(blob, response.headers.get("Overglass-Sizes").split(",").map(Number));
      } catch {
        next = null;
        this.#after = -1; // a studio that was started again counts anew
        await sleep(RETRY_MS);
      }
    }
  }

  async #show(blob, sizes) {
    let from = 0;
    const [camera, worn, plain] = await Promise.all(sizes.map((size) => {
      const part = blob.slice(from, (from += size), "image/jpeg");
      return size ? createImageBitmap(part) : null;
    }));
    this.#fit(camera, worn);
    draw(this.#camera, camera);
    surround(this.#cameraFigure, camera);
    surround(this.#wornFigure, worn);
    camera.close();
    this.#last?.worn.close();
    this.#last?.plain?.close();
    this.#last = { worn, plain };
    this.#split.possible(plain !== null);
    this.#drawWorn();
  }

  #drawWorn() {
    if (!this.#last) return;
    const { worn, plain } = this.#last;
    draw(this.#worn, worn);
    const left = Math.round(worn.width * this.#split.share);
    if (plain && left > 0) {
      this.#worn.getContext("2d").drawImage(plain, 0, 0, left, plain.height, 0, 0, left, worn.height);
    }
  }

  // Both pictures get as much of the width as their shapes want, within reason.
  #fit(camera, worn) {
    const shares = [camera, worn].map((picture) => picture.width / picture.height);
    const figures = [this.#cameraFigure, this.#wornFigure];
    figures.forEach((figure, at) => figure.style.setProperty("--ratio", shares[at].toFixed(4)));
    const [left, right] = shares.map((share) => Math.max(0.75, Math.min(1.6, share)));
    this.#stage.style.setProperty("--camera-share", `${left.toFixed(3)}fr`);
    this.#stage.style.setProperty("--ratios", (left + right).toFixed(3));
    this.#stage.style.setProperty("--worn-share", `${right.toFixed(3)}fr`);
  }
}

function draw(canvas, picture) {
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0);
}

// What an upright picture leaves of its place is filled with its light.
function surround(figure, picture) {
  const canvas = figure.querySelector(".ambient");
  canvas.getContext("2d", { alpha: false }).drawImage(picture, 0, 0, canvas.width, canvas.height);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function pull(after) {
  return fetch(`pictures?after=${after}`);
}
