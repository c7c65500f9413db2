// What the other end sent and cannot be read. Its own class, so that nothing else is caught by mistake.

export class Malformed extends Error {}
