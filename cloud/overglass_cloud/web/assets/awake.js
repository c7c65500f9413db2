// Keeps a phone's screen on while glasses are worn; a browser that cannot lets it go dark, as it would.

let lock = null;

export async function stayAwake(wanted) {
  if (!navigator.wakeLock) return;
  if (!wanted) {
    lock?.release();
    lock = null;
    return;
  }
  if (lock && !lock.released) return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch (error) {
    if (error.name !== "NotAllowedError") throw error; // saving its battery, or in the background
  }
}

document.addEventListener("visibilitychange", () => {
  if (lock && document.visibilityState === "visible") stayAwake(true);
});
