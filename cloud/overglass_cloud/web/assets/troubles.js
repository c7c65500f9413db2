// Every trouble in plain words: what happened, what cures it, and whether the page goes on by itself.

import { CameraFault } from "./camera.js";
import { NoMedia } from "./connection.js";
import { Refused, Unreachable } from "./door.js";

const CAMERA = {
  insecure: {
    icon: "lock", title: "The camera needs a secure page",
    words: "Browsers open cameras only on pages served over HTTPS, or on the machine's own address.",
    cure: "Start the service with `overglass cloud --dev-tls` and open the https address that it prints.",
  },
  refused: {
    icon: "camera-off", title: "The camera was refused",
    words: "This page may not use your camera.",
    cure: "Allow the camera for this page in your browser's address bar, then try again.",
  },
  none: {
    icon: "camera-off", title: "No camera was found",
    words: "This device has no camera that the page can open.",
    cure: "Connect one, or open this page on your phone, then try again.",
  },
  busy: {
    icon: "camera-off", title: "The camera is busy",
    words: "Another program holds it, or it did not start.",
    cure: "Close what else uses the camera, then try again.",
  },
  ended: {
    icon: "camera-off", title: "The camera was taken away",
    words: "It was unplugged, or the browser withdrew it.",
    cure: "Connect or allow it again, then try again.",
  },
};

const ELSEWHERE = {
  icon: "key", title: "The glasses are on elsewhere",
  words: "Another page wears them with the same token, or was closed a moment ago.",
  cure: "Take them off there. This page tries again by itself for about 40 s.",
};

const IN_USE = {
  icon: "key", title: "The token is in use",
  words: "Another page still wears glasses with it, and it is good for one pair at a time.",
  cure: "Take them off there and try again, or ask for a new token.", asksForToken: true, mayRetry: true,
};

// {icon, title, words, cure, asksForToken?, mayRetry?}; `phase` is what the glasses make of it: away or trouble.
export function troubleOf(error, phase = "trouble") {
  if (error instanceof CameraFault) return CAMERA[error.kind];
  if (error instanceof Refused) return refusal(error, phase);
  if (error instanceof Unreachable) {
    return {
      icon: "lost", title: "The service does not answer",
      words: "Your session waits; the page tries again by itself.",
      cure: "If it was stopped, start it again with `overglass cloud`.",
    };
  }
  if (error instanceof NoMedia) {
    return {
      icon: "lost", title: "No picture gets through",
      words: "The service answers, but the network between carries no video.",
      cure: "UDP has to pass to the service. Try another network, or name a TURN server to the service (`OVERGLASS_ICE_SERVERS`).",
    };
  }
  return {
    icon: "lost", title: "The connection was lost",
    words: `${sentence(error?.message ?? "it broke")} The page connects again by itself.`,
    cure: "Your look and settings are kept.",
  };
}

export const NO_WEBRTC = {
  icon: "alert", title: "This browser cannot be glasses",
  words: "It has no WebRTC, which carries pictures both ways.",
  cure: "Open the page in a current Chrome, Edge, Safari or Firefox.",
};

// What the service says of a token, in words for the wearer: the first whose sign is in its detail.
const TOKENS = [
  ["The token has expired", "It was good for a while only.", /expired/],
  ["The token is not valid here", "This service did not make it, or it was cut short on its way.", /not valid/],
  ["A token is needed", "This service opens to those who have been given a token.", /./],
];

function refusal({ status, detail, cure, code, retryAfter }, phase) {
  if (code === "token-used") return phase === "away" ? ELSEWHERE : IN_USE;
  if (status === 401) {
    const [title, words] = TOKENS.find(([, , sign]) => sign.test(detail));
    return {
      icon: "key", title, words,
      cure: "Ask whoever runs the service: `overglass token` makes one.", asksForToken: true,
    };
  }
  if (status === 403) {
    const title = "The token does not open this door";
    return { icon: "key", title, words: sentence(detail), cure: cure || "Ask for a new token.", asksForToken: true };
  }
  if (status === 503) {
    return {
      icon: "full", title: code === "look-cannot-start" ? "The look cannot start" : "The service is full",
      words: sentence(detail), cure: cure || `The page tries again in ${retryAfter ?? 5} s.`,
    };
  }
  return { icon: "alert", title: "The service refused", words: sentence(detail), cure };
}

function sentence(words) {
  const text = words.trim();
  if (!text) return "";
  return text[0].toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
