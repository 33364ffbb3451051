"""Pictures in and pictures out: data sets, image folders, batches, grids, PNG and GIF files.

This room knows neither networks nor training, and it imports no other room.
"""
