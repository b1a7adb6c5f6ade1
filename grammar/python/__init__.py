"""Turns what a Python file handed over into the tree that the table of the language is read on."""
