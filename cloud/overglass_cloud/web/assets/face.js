// Which of a face's 478 landmarks form its features: MediaPipe's published topology, as paths of indices.

export const FEATURES = [
  { closed: true, path: [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109], weight: 0.7 },
  { closed: true, path: [33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246], weight: 1 },
  { closed: true, path: [263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466], weight: 1 },
  { closed: true, path: [469, 470, 471, 472], weight: 0.8 },
  { closed: true, path: [474, 475, 476, 477], weight: 0.8 },
  { closed: false, path: [70, 63, 105, 66, 107, 55, 65, 52, 53, 46], weight: 0.8 },
  { closed: false, path: [300, 293, 334, 296, 336, 285, 295, 282, 283, 276], weight: 0.8 },
  { closed: true, path: [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185], weight: 1 },
  { closed: true, path: [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191], weight: 0.7 },
  { closed: false, path: [168, 6, 197, 195, 5, 4], weight: 0.6 },
  { closed: false, path: [48, 115, 220, 45, 4, 275, 440, 344, 278], weight: 0.6 },
];

export const LANDMARKS = 478;

const NAMES = (
  "_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff " +
  "cheekSquintLeft cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight " +
  "eyeLookInLeft eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight " +
  "eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft jawOpen jawRight " +
  "mouthClose mouthDimpleLeft mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft " +
  "mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight mouthPucker mouthRight " +
  "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft mouthSmileRight " +
  "mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft noseSneerRight"
).split(" ");

// What a bystander would say of it; the rest, such as where the eyes look, is left out.
const WORDS = {
  mouthSmile: "smile", jawOpen: "mouth open", browInnerUp: "brows up", browOuterUp: "brows up", browDown: "frown",
  eyeBlink: "eyes closed", eyeWide: "eyes wide", mouthPucker: "kiss", mouthFunnel: "round mouth",
  mouthFrown: "sad mouth", noseSneer: "nose up", cheekPuff: "cheeks", mouthPress: "lips pressed",
};

// The strongest few expressions of a face, [[word, 0 to 1]], strongest first.
export function expressionsOf(values, { least = 0.6, most = 3 } = {}) {
  const found = new Map();
  values.forEach((value, n) => {
    const word = WORDS[NAMES[n]?.replace(/(Left|Right)$/, "")];
    if (word) found.set(word, Math.max(found.get(word) ?? 0, value));
  });
  return [...found].filter(([, value]) => value >= least).sort((one, other) => other[1] - one[1]).slice(0, most);
}
