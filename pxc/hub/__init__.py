"""Finds the components that references name: in registries, in what is locked, in a cache."""
