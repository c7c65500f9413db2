"""What was painted for an earlier moment, shown where it belongs now.

`geometry` says where pixels go, `head` where the head is, `reprojector` moves the pixels, `compose` lays
them over a camera's picture, `fade` lets go of what is too old, `delayed` is the other way: to wait.
All of it is pure: time is an argument. Only `pixels`, and what stands on it, needs OpenCV.
"""
