"""Reads the types that inputs and outputs declare, and holds values to them."""
