"""RTMP, as much of it as receiving from somebody who publishes takes: Adobe's specification 1.0.

The talk is without I/O: `amf` (values), `chunks` (messages), `talk` (who may publish, and what they
publish), `flv` (what is in a message of picture or sound). `listener` carries it over sockets. It is
ours because FFmpeg's listener serves whoever connects first, whatever stream key they name, and
waits for ever for one who says nothing.
"""
