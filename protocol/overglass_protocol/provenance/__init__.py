"""Where a clip comes from, signed into it (C2PA): the keys, the signing, and reading the whole chain back.

The only package that imports c2pa. Knows nothing of recorders and remixes: they say what they did.
"""
