"""Who is painted next, how well, and who may come: without I/O, threads, clocks or engines.

Times are arguments, in seconds. The thread around it is `overglass_cloud.scheduler`.
"""
