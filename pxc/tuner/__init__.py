"""The program `pxc-tuner`: turns what a search has seen into what it should try next.

A step of a pipeline calls it between the runs of a search. It keeps nothing between two calls: the
history comes in as JSON, the answer goes out as JSON.
"""
