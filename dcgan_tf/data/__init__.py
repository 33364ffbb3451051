"""Pictures in and pictures out: data sets, image folders, batches, grids, PNG, GIF and MP4 files.

This room knows neither networks nor training, and it imports no other room.
"""
