// A picture file as it is lent: small, upright, opaque, and without its notes of place and camera.

const LONGEST = 1024; // more is of no use to the service
const LEAST = 32;
const MOST_BYTES = 60_000_000;
const QUALITY = 0.92;

// It is no picture, or none that can be gone by.
export class Unusable extends Error {
  constructor(message, cure) {
    super(message);
    this.cure = cure;
  }
}

// A JPEG of at most 1024 pixels a side, upright and on white. Rejects with Unusable.
export async function prepared(file) {
  if (file.size > MOST_BYTES) throw new Unusable("that file is too large", "Choose one of less than 60 MB.");
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Unusable("that is no picture that this browser can read", "Choose a PNG, JPEG or WebP.");
  }
  const { width, height } = bitmap;
  if (Math.min(width, height) < LEAST) {
    throw new Unusable(`that picture has only ${width}×${height} pixels`, `Choose one with at least ${LEAST} each way.`);
  }
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: Math.max(LEAST, Math.round(width * scale)), height: Math.max(LEAST, Math.round(height * scale)) });
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}
