"""Runs the command line for `python -m pxc`."""

from pxc.cli import main

if __name__ == "__main__":
    main()
