"""Pictures in and pictures out: data sets, image folders, batches, grids, PNG and GIF files.

Nothing here knows of networks or of training. This room imports no other.
"""
