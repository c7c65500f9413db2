"""The colours that page and plots share, so that a stage of a frame's way looks the same everywhere."""

STAGE_PLACES = {
    "capture": ("glasses", "#8e7bf2"),
    "encode": ("glasses", "#4f8ef7"),
    "uplink": ("network", "#5f7186"),
    "wait": ("cloud", "#c9774a"),
    "paint": ("cloud", "#f2b84b"),
    "downlink": ("network", "#8394a8"),
    "decode": ("glasses", "#7fadfa"),
    "warp": ("glasses", "#57c993"),
    "photon": ("glasses", "#c9f0dc"),
}
"Where each of STAGES happens, and its colour: a family for each place."
