"""What watches a training while it runs: sample grids, scores, the training doctor, curves.

A watcher looks and reports; it never changes what is trained. Run folders are not known here.
"""
