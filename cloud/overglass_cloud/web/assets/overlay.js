// Draws a scene over its picture. Knows drawings, not detectors.

export function drawScene() {}
