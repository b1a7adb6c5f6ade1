"""The language: text to positioned tree, tree to typed IR, and the expressions inside."""
