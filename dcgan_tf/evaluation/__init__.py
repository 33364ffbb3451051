"""How good samples are: measures, the features that they compare, and the card that shows them.

This room sees only the samples that a model made, never the model. It imports only `data`.
"""
