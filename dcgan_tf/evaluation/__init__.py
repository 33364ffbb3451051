"""How good samples are: the measures, the features they compare, and the card that shows them.

A model is never seen here, only the samples that it made. This room imports only `data`.
"""
