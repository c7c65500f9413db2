"""Every promise of README, measured: `overglass bench NAME`.

Each bench has a file of its own with a pure function that turns what was recorded into the result,
and a thin part that runs it. The glasses run in the bench's process, the service in another.
"""
