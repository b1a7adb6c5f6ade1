"""Takes the place of the library `polyaxon` in the process that executes a Python file.

Its classes say what a file says, and remember where: what is wrong with that is found by the same
table of the language that YAML is read by. Nothing of the library is needed, or used.
"""
