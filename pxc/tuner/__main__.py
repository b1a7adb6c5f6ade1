"""Runs the command line for `python -m pxc.tuner`."""

from pxc.tuner.cli import main

if __name__ == "__main__":
    main()
