// The access token: from the address's fragment, which no server sees, or typed; kept for this tab only.

const KEY = "overglass.token";

// Takes what the fragment holds, {token, id, ...}, out of the address bar.
export function fromFragment() {
  const found = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  if (found.token) {
    sessionStorage.setItem(KEY, found.token);
    delete found.token;
    const rest = new URLSearchParams(found).toString();
    history.replaceState(null, "", location.pathname + location.search + (rest ? `#${rest}` : ""));
  }
  return found;
}

export const kept = () => sessionStorage.getItem(KEY);
export const keep = (token) => sessionStorage.setItem(KEY, token);
