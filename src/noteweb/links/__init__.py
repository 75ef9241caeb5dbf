"""Who is meant: `identity` settles ids, `names` looks names up.

`resolve` finds the notes that links mean, `feedback` those that names in prose mean.
"""
