"""What finds faces, people, hands, poses and objects in a picture: one file each, behind `contract.Detector`.

Each loads MediaPipe when it is imported, which takes half a second; `capabilities` imports them late.
"""
