"""How far an overlay is from where it belongs while the head moves: the whole loop, in virtual time.

Pure: no sockets, threads or pictures. What is real is what the edge runs (its head track, its warps, its
clock estimate); camera, inertial sensor, link, service and display are numbers. A seed gives one result.
"""
