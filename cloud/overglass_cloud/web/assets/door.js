// The service's HTTP doors. Every refusal becomes a Refused with the service's own words and cure,
// every silence an Unreachable. Media does not pass here.

const RESUME_HEADER = "Overglass-Resume";
const QUEUE_HEADER = "Overglass-Queue";
const PATIENCE_MS = 8000;
const OPENING_MS = 40_000; // a look may have to load its model first
const LENDING_MS = 60_000;

export class Unreachable extends Error {}

export class Refused extends Error {
  constructor(status, { detail, cure, code }, retryAfter) {
    super(detail);
    Object.assign(this, { status, detail, cure, code, retryAfter });
  }
}

export class Door {
  token = null;
  #ticket = null; // our place in the queue of a service that is full

  // STUN and TURN servers for what is opened at `path`, as RTCPeerConnection takes them.
  async iceServers(path) {
    return this.#optional(async () => iceServersIn((await this.#ask("OPTIONS", path)).headers.get("Link") ?? ""), []);
  }

  // {answer, location, resumeToken}
  async open(offer, { look, reference, resumeToken }) {
    const headers = { "Content-Type": "application/sdp" };
    if (resumeToken) headers[RESUME_HEADER] = resumeToken;
    if (this.#ticket) headers[QUEUE_HEADER] = this.#ticket;
    const chosen = new URLSearchParams(reference ? { look, reference } : { look });
    const response = await this.#ask("POST", `/live?${chosen}`, { headers, body: offer, patience: OPENING_MS });
    this.#ticket = null;
    return {
      answer: await response.text(),
      location: response.headers.get("Location"),
      resumeToken: response.headers.get(RESUME_HEADER) ?? "",
    };
  }

  viewing(id) { return `/live/${encodeURIComponent(id)}/view`; }

  async view(id, offer) {
    const headers = { "Content-Type": "application/sdp" };
    const response = await this.#ask("POST", this.viewing(id), { headers, body: offer });
    return { answer: await response.text(), location: response.headers.get("Location") };
  }

  // Ends what is at `location`; `keepalive` lets it out while the page is being left.
  async end(location) {
    try {
      await this.#ask("DELETE", location, { keepalive: true });
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    }
  }

  async looks() {
    return (await this.#ask("GET", "/looks")).json();
  }

  // What can be looked for; empty where the service has no such door.
  async overlays() {
    return this.#optional(async () => (await this.#ask("GET", "/overlays")).json(), []);
  }

  // Lends looks a picture, a Blob; gives {id, width, height}, and `id` is what control documents call it.
  async lend(picture) {
    const headers = { "Content-Type": picture.type };
    return (await this.#ask("POST", "/references", { headers, body: picture, patience: LENDING_MS })).json();
  }

  // {url, token, expires}; null where the service does not share.
  async share(location) {
    return this.#optional(async () => (await this.#ask("POST", `${location}/share`)).json(), null);
  }

  async #optional(ask, otherwise) {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof Refused && (error.status === 404 || error.status === 405)) return otherwise;
      throw error;
    }
  }

  async #ask(method, path, { headers = {}, patience = PATIENCE_MS, ...rest } = {}) {
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    let response;
    try {
      response = await fetch(path, {
        method, headers, cache: "no-store", signal: AbortSignal.timeout(patience), ...rest,
      });
    } catch (error) {
      throw new Unreachable("the service does not answer", { cause: error });
    }
    if (response.ok) return response;
    this.#ticket = response.headers.get(QUEUE_HEADER) ?? this.#ticket;
    throw await refusal(response);
  }
}

// Link headers of rel="ice-server" (RFC 9725, 4.6), which fetch joins into one.
function iceServersIn(links) {
  const servers = [];
  for (const [, urls, attributes] of links.matchAll(/<([^>]*)>((?:\s*;\s*[\w-]+="[^"]*")*)/g)) {
    const { rel, username, credential } = Object.fromEntries(
      Array.from(attributes.matchAll(/([\w-]+)="([^"]*)"/g), ([, name, value]) => [name, value]),
    );
    if (rel === "ice-server") servers.push(credential === undefined ? { urls } : { urls, username, credential });
  }
  return servers;
}

async function refusal(response) {
  const after = response.headers.get("Retry-After") ?? "";
  const problem = { detail: `the service answered ${response.status}`, cure: "", code: "" };
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    try {
      const body = await response.json();
      problem.detail = String(body.detail ?? problem.detail);
      problem.cure = String(body.cure ?? "");
      problem.code = String(body.type ?? "").split(":").at(-1);
    } catch {
      // A proxy's page that calls itself JSON: the status alone has to do.
    }
  }
  return new Refused(response.status, problem, /^\d+$/.test(after) ? Number(after) : null);
}
